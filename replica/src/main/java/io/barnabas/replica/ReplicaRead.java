package io.barnabas.replica;

import io.barnabas.log.EpochEnd;
import io.barnabas.log.LogSlice;
import java.util.Optional;

/**
 * What a read found; closing it lets go of the files.
 *
 * @param records whole batches, perhaps none
 * @param readableEnd up to where there was something to read
 * @param divergingEpoch set, with no records, if the reader's log has to be cut back: where the
 *     epoch of its last record ends here
 */
public record ReplicaRead(
    LogSlice records,
    long highWatermark,
    long lastStableOffset,
    long logStartOffset,
    long readableEnd,
    Optional<EpochEnd> divergingEpoch)
    implements AutoCloseable {
  /** The same with no records; this one is closed. */
  ReplicaRead withoutRecords() {
    close();
    return new ReplicaRead(
        LogSlice.EMPTY,
        highWatermark,
        lastStableOffset,
        logStartOffset,
        readableEnd,
        divergingEpoch);
  }

  @Override
  public void close() {
    records.close();
  }
}
