package io.barnabas.log;

import io.barnabas.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Compacts logs by hand, and what is needed to say what is left of them. */
final class Compacted {
  static final CleanerOptions BY_HAND =
      new CleanerOptions(false, 128L << 20, 0.9, Double.MAX_VALUE, 15_000);
  static final AppendContext COORDINATOR = new AppendContext(0, Origin.COORDINATOR);

  private Compacted() {}

  /** A directory whose logs are compacted only by {@link #compact}. */
  static LogDirectory open(World world) throws IOException {
    return open(world, BY_HAND);
  }

  static LogDirectory open(World world, CleanerOptions cleaner) throws IOException {
    LogDirectoryOptions usual = LogDirectoryOptions.defaults();
    return LogDirectory.open(
        world,
        Samples.DIRECTORY,
        new LogDirectoryOptions(
            usual.producerIdExpirationMs(),
            usual.retentionCheckIntervalMs(),
            usual.checkpointIntervalMs(),
            usual.watermarkIntervalMs(),
            usual.scrubBytesPerSecond(),
            usual.scrubPauseMs(),
            cleaner));
  }

  /** A log of which all that was appended is replicated. */
  static PartitionLog log(LogDirectory logs, TopicIdPartition id, LogConfig config)
      throws IOException {
    PartitionLog log = logs.openOrCreate(id, config);
    log.watchHighWatermark(() -> log.view().logEndOffset());
    return log;
  }

  /** As the cleaner would, without a bound. */
  static boolean compact(World world, PartitionLog log) throws Exception {
    return compact(world, log, BY_HAND);
  }

  static boolean compact(World world, PartitionLog log, CleanerOptions options) throws Exception {
    return log.compact(options, new CleanerPace(world, options.ioMaxBytesPerSecond()));
  }

  static SimpleRecord keyed(long timestampMs, String key, @Nullable String value) {
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    return new SimpleRecord(timestampMs, key.getBytes(StandardCharsets.UTF_8), bytes);
  }

  static ByteBuffer batch(SimpleRecord... records) {
    return MemoryRecords.withRecords(Compression.NONE, records).buffer();
  }

  static ByteBuffer batch(String key, @Nullable String value) {
    return batch(keyed(1_000, key, value));
  }

  static ByteBuffer transactional(long producerId, int sequence, SimpleRecord... records) {
    return MemoryRecords.withTransactionalRecords(
            Compression.NONE, producerId, (short) 0, sequence, records)
        .buffer();
  }

  static ByteBuffer marker(long producerId, EndTransactionMarker marker) {
    return MemoryRecords.withEndTransactionMarker(producerId, (short) 0, marker).buffer();
  }

  /** All batches from the log's start on. */
  static List<RecordBatch> batches(PartitionLog log) throws IOException {
    List<RecordBatch> batches = new ArrayList<>();
    long end = log.view().logEndOffset();
    long next = log.view().logStartOffset();
    while (next < end) {
      try (LogSlice slice = log.read(next, end, 1 << 20, true)) {
        if (slice.sizeBytes() == 0) {
          throw new IllegalStateException("nothing was read at " + next + " below " + end);
        }
        for (FileRegion region : slice.regions()) {
          ByteBuffer bytes = ByteBuffer.allocate(region.length());
          region.file().read(bytes, region.position());
          for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
            batch.ensureValid();
            batches.add(batch);
            next = batch.lastOffset() + 1;
          }
        }
      }
    }
    return batches;
  }

  /** All records as text: the offset, the key and the value, or for a marker its type. */
  static List<String> contents(PartitionLog log) throws IOException {
    List<String> contents = new ArrayList<>();
    long start = log.view().logStartOffset();
    for (RecordBatch batch : batches(log)) {
      for (Record record : batch) {
        if (record.offset() >= start) {
          contents.add(text(batch, record));
        }
      }
    }
    return contents;
  }

  static String text(RecordBatch batch, Record record) {
    if (batch.isControlBatch()) {
      return record.offset() + " marker";
    }
    String value =
        record.hasValue() ? StandardCharsets.UTF_8.decode(record.value()).toString() : "-";
    return record.offset() + " " + StandardCharsets.UTF_8.decode(record.key()) + "=" + value;
  }
}
