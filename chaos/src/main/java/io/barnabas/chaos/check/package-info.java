/**
 * What clients saw, and whether a log that keeps what it acknowledged can have shown them that.
 *
 * <p>Owns the anomalies of Jepsen's model of Kafka, for clients that assign partitions and use no
 * transactions, that high watermarks never go back, and that replicas hold the same bytes.
 * Promises: nothing here talks to a broker; the checks can be tried on histories made by hand.
 *
 * <p>Start reading at {@link io.barnabas.chaos.check.PartitionHistory} and {@link
 * io.barnabas.chaos.check.AnomalyKind}.
 */
@NullMarked
package io.barnabas.chaos.check;

import org.jspecify.annotations.NullMarked;
