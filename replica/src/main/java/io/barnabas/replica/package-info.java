/**
 * A partition's replica on this node: appending as its leader, how far its records are replicated,
 * who waits for that, and reading up to there. Promises that an acknowledgement of acks=all comes
 * only once the record is on the disk of every in-sync replica. Knows nothing of requests. Start at
 * {@link io.barnabas.replica.Replicas}, which follows the cluster's image, and {@link
 * io.barnabas.replica.Replica}.
 */
@NullMarked
package io.barnabas.replica;

import org.jspecify.annotations.NullMarked;
