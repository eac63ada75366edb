package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecords.RecordFilter.BatchRetention;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * What stays of the batches of a log, taken in their order. For one thread. The records that stay
 * of one batch are in memory all at once; a batch of too many stays as it is.
 */
final class CleanedBatches extends MemoryRecords.RecordFilter {
  /** Of a record as an object, beside its bytes. */
  private static final int OBJECT_BYTES = 200;

  /** More of a batch would stay than may be in memory. */
  private static final class TooMuchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooMuchException() {
      super(null, null, false, false);
    }
  }

  private final OffsetMap newest;
  private final CleanedTransactions transactions;
  private final long mostBytes;
  private final BufferSupplier buffers = BufferSupplier.create();
  private Map<Long, ProducerStates.Last> lastOfProducers = Map.of();
  private boolean keepsPlace;
  private long keptBytes;
  private boolean discardsRecords;

  /**
   * Begins at the log's start.
   *
   * @param newest where the newest record of each key is
   * @param mostBytes so much memory the records of one batch may take
   */
  CleanedBatches(
      OffsetMap newest,
      CleanedTransactions transactions,
      LogConfig config,
      long nowMs,
      long mostBytes) {
    super(nowMs, config.deleteRetentionMs());
    this.newest = newest;
    this.transactions = transactions;
    this.mostBytes = mostBytes;
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
    keptBytes = 0;
    try {
      // What was taken in stays readable, also if the topic would not take it in today.
      return MemoryRecords.readableRecords(batch)
          .filterTo(this, target, buffers, Integer.MAX_VALUE)
          .outputBuffer();
    } catch (TooMuchException e) {
      // Nothing of it was written yet.
      return copied(batch, target);
    }
  }

  private static ByteBuffer copied(ByteBuffer batch, ByteBuffer target) {
    ByteBuffer room = target;
    if (room.remaining() < batch.remaining()) {
      room = ByteBuffer.allocate(target.position() + batch.remaining());
      room.put(target.flip());
    }
    return room.put(batch.duplicate());
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
    boolean stays = stays(batch, record);
    if (stays) {
      hold(record);
    }
    return stays;
  }

  private boolean stays(RecordBatch batch, Record record) {
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

  private void hold(Record record) {
    keptBytes += record.sizeInBytes() + OBJECT_BYTES;
    if (keptBytes > mostBytes) {
      throw new TooMuchException();
    }
  }
}
