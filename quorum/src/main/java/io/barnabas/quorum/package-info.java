/**
 * Entries made durable and ordered on a majority, and who leads. Knows nothing of what they mean.
 * Start at {@link io.barnabas.quorum.Quorum}: {@link io.barnabas.quorum.SingleNodeQuorum} keeps
 * them on this node alone.
 */
@NullMarked
package io.barnabas.quorum;

import org.jspecify.annotations.NullMarked;
