/**
 * Requests that only the active controller can carry out, taken to it from whatever node a client
 * asks.
 *
 * <p>Promises that what was acknowledged can be seen at the node that acknowledged it, and that a
 * request is sent again only if nothing can have changed. Knows nothing of what requests mean.
 * Start at {@link io.barnabas.server.forwarding.Forwarder}.
 */
@NullMarked
package io.barnabas.server.forwarding;

import org.jspecify.annotations.NullMarked;
