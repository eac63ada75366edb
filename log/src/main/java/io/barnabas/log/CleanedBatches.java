package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/** What stays of the batches of a log, taken in their order. For one thread. */
final class CleanedBatches extends MemoryRecords.RecordFilter {
  private final OffsetMap newest;
  private final CleanedTransactions transactions;
  private final int maxDecompressedBytes;
  private final BufferSupplier buffers = BufferSupplier.create();
  private Map<Long, ProducerStates.Last> lastOfProducers = Map.of();
  private boolean keepsPlace;
  private boolean discardsRecords;

  /**
   * Begins at the log's start.
   *
   * @param newest where the newest record of each key is
   */
  CleanedBatches(OffsetMap newest, CleanedTransactions transactions, LogConfig config, long nowMs) {
    super(nowMs, config.deleteRetentionMs());
    this.newest = newest;
    this.transactions = transactions;
    // What was taken in stays readable, also if the topic would not take it in today.
    maxDecompressedBytes = Integer.MAX_VALUE;
  }

  /** What each producer wrote last: of that a batch stays, with or without records. */
  void knowing(Map<Long, ProducerStates.Last> last) {
    lastOfProducers = last;
  }

  /**
   * Appends to a buffer what stays of a batch.
   *
   * @param keepPlace whether a batch without records is to stay in the place of one that has lost
   *     all of them
   * @return the buffer, or a larger one with what was in it
   */
  ByteBuffer clean(ByteBuffer batch, boolean keepPlace, ByteBuffer target) {
    keepsPlace = keepPlace;
    return MemoryRecords.readableRecords(batch)
        .filterTo(this, target, buffers, maxDecompressedBytes)
        .outputBuffer();
  }

  @Override
  protected BatchRetentionResult checkBatchRetention(RecordBatch batch) {
    boolean control = batch.isControlBatch();
    boolean discardable = control ? transactions.endsNothing(batch) : transactions.isAborted(batch);
    // A marker that has nothing to say any more stays for a while, for who read what it ended.
    discardsRecords =
        control
            ? discardable
                && batch.deleteHorizonMs().isPresent()
                && batch.deleteHorizonMs().getAsLong() <= currentTime
            : discardable;
    BatchRetention retention = BatchRetention.DELETE_EMPTY;
    if (keepsPlace || isLastOfProducer(batch)) {
      retention = BatchRetention.RETAIN_EMPTY;
    } else if (discardsRecords) {
      retention = BatchRetention.DELETE;
    }
    return new BatchRetentionResult(retention, discardable && control);
  }

  private boolean isLastOfProducer(RecordBatch batch) {
    ProducerStates.Last last =
        batch.hasProducerId() ? lastOfProducers.get(batch.producerId()) : null;
    if (last == null) {
      return false;
    }
    return last.offset() >= 0
        ? batch.lastOffset() == last.offset()
        : batch.isControlBatch() && batch.producerEpoch() == last.epoch();
  }

  @Override
  protected boolean shouldRetainRecord(RecordBatch batch, Record record) {
    if (discardsRecords) {
      return false;
    }
    if (batch.isControlBatch() || record.offset() > newest.latestOffset()) {
      return true;
    }
    if (!record.hasKey()) {
      return false;
    }
    boolean keepsDeletion =
        batch.deleteHorizonMs().isEmpty() || currentTime < batch.deleteHorizonMs().getAsLong();
    return record.offset() >= newest.get(record.key()) && (record.hasValue() || keepsDeletion);
  }
}
