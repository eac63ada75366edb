package io.barnabas.server.net;

import java.net.InetSocketAddress;

/**
 * Who is at the other end of a connection.
 *
 * @param connectionId unique for as long as the node runs
 * @param listenerName the listener that it came in by, PLAINTEXT for example
 */
public record Client(
    long connectionId,
    String listenerName,
    InetSocketAddress localAddress,
    InetSocketAddress remoteAddress) {}
