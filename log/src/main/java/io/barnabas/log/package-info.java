/**
 * A partition on local disk, in Kafka's file formats.
 *
 * <p>Owns segments and their indexes, the leader-epoch cache, producer state, recovery, retention
 * and group-commit flushing of one data directory. Promises that what was flushed is there after a
 * power loss, in order and whole, and that a directory whose disk failed once takes nothing more.
 * Knows nothing of the network or of who leads.
 *
 * <p>Start reading at {@link io.barnabas.log.LogDirectory}, then {@link
 * io.barnabas.log.PartitionLog}.
 */
@NullMarked
package io.barnabas.log;

import org.jspecify.annotations.NullMarked;
