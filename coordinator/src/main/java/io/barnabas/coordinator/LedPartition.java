package io.barnabas.coordinator;

import io.barnabas.log.Origin;
import io.barnabas.replica.Acks;
import io.barnabas.replica.Replica;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A partition that this node leads in one epoch, to append to. */
record LedPartition(Replica replica, int leaderEpoch) {
  /**
   * Appends records as one batch.
   *
   * @return the offset after the last one
   * @throws org.apache.kafka.common.errors.ApiException if it cannot, and nothing was appended
   */
  long append(List<CoordinatorRecord> records, long nowMs) {
    SimpleRecord[] simple =
        records.stream()
            .map(
                each ->
                    new SimpleRecord(
                        nowMs, each.key().array(), each.value().map(Bytes::array).orElse(null)))
            .toArray(SimpleRecord[]::new);
    return replica
            .append(
                MemoryRecords.withRecords(Compression.NONE, simple).buffer(),
                Origin.COORDINATOR,
                Acks.ALL,
                OptionalInt.of(leaderEpoch))
            .appended()
            .lastOffset()
        + 1;
  }

  /** All below it is replicated; -1 if this node leads no more. */
  long highWatermark() {
    long highWatermark = replica.highWatermark();
    // In this order: another leader's may be higher, with other records below it.
    return isLed() ? highWatermark : -1;
  }

  /** Whether this node leads it still, even if it stands aside. */
  boolean isLed() {
    return (replica.isLeader() || replica.standsAside()) && replica.leaderEpoch() == leaderEpoch;
  }
}
