package io.barnabas.server.net;

import java.net.InetSocketAddress;

/**
 * Where clients come in.
 *
 * @param name of the listener, PLAINTEXT for example
 * @param address to listen on; port 0 means any free one
 */
public record ListenerBinding(String name, InetSocketAddress address) {}
