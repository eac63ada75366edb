/**
 * Connections: framing, the two threads of a connection, answers in order, bounds on what clients
 * can make the node hold. Knows requests only as messages of the protocol and {@link
 * io.barnabas.server.net.ApiHandler}s that carry them out. Promises that answers go out in the
 * order of their requests, each once, and that a client that misbehaves costs only its own
 * connection. Start at {@link io.barnabas.server.net.Call} for what handlers see, and at {@link
 * io.barnabas.server.net.ClientServer} for what is behind it.
 */
@NullMarked
package io.barnabas.server.net;

import org.jspecify.annotations.NullMarked;
