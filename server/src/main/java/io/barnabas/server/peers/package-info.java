/**
 * Requests of this node to other nodes, over connections that it opens itself.
 *
 * <p>Promises that each request ends once, with its reply or an {@link java.io.IOException}, and
 * never sends one twice. Knows nothing of what requests mean, and repeats nothing: that is for
 * those who ask. Start at {@link io.barnabas.server.peers.Peers}.
 */
@NullMarked
package io.barnabas.server.peers;

import org.jspecify.annotations.NullMarked;
