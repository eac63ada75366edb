package io.barnabas.log;

import io.barnabas.world.DiskFile;
import io.barnabas.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A partition, batches for it and what is read back. */
final class Samples {
  static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "topic");
  static final Path DIRECTORY = Path.of("/data");
  static final Path FOLDER = DIRECTORY.resolve("topic-0");
  static final AppendContext CLIENT = new AppendContext(0, Origin.CLIENT);

  private Samples() {}

  static LogDirectory open(World world) throws IOException {
    return LogDirectory.open(world, DIRECTORY, LogDirectoryOptions.defaults());
  }

  static LogConfig config(String... namesAndValues) {
    Map<String, String> settings = new java.util.HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      settings.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return LogConfig.of(settings);
  }

  static Path log(long base) {
    return FOLDER.resolve(Segment.name(base, ".log"));
  }

  static ByteBuffer batch(Compression compression, long timestampMs, String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] = new SimpleRecord(timestampMs + i, values[i].getBytes(StandardCharsets.UTF_8));
    }
    return MemoryRecords.withRecords(compression, records).buffer();
  }

  static ByteBuffer batch(String... values) {
    return batch(Compression.NONE, 1_000, values);
  }

  /** A batch with a sequence, of as many records as asked for. */
  static ByteBuffer idempotent(long producerId, int epoch, int sequence, int records) {
    SimpleRecord[] all = new SimpleRecord[records];
    for (int i = 0; i < records; i++) {
      all[i] = new SimpleRecord(1_000, ("s" + (sequence + i)).getBytes(StandardCharsets.UTF_8));
    }
    return MemoryRecords.withIdempotentRecords(
            Compression.NONE, producerId, (short) epoch, sequence, all)
        .buffer();
  }

  /** Appends records of their own batches, "value-" and the offset, and waits for the disk. */
  static void fill(PartitionLog log, int upTo) throws IOException {
    for (long i = log.view().logEndOffset(); i < upTo; i++) {
      log.append(batch("value-" + i), CLIENT);
    }
    flushed(log);
  }

  static void flushed(PartitionLog log) {
    CompletableFuture<Void> flushed = new CompletableFuture<>();
    log.whenFlushed(log.view().logEndOffset(), () -> flushed.complete(null));
    flushed.join();
  }

  static List<String> expected(int from, int to) {
    List<String> values = new ArrayList<>();
    for (int i = from; i < to; i++) {
      values.add("value-" + i);
    }
    return values;
  }

  static List<Record> records(PartitionLog log) throws IOException {
    return records(log, log.view().logStartOffset());
  }

  static List<Record> records(PartitionLog log, long from) throws IOException {
    List<Record> records = new ArrayList<>();
    long end = log.view().logEndOffset();
    long next = from;
    while (next < end) {
      try (LogSlice slice = log.read(next, end, 1 << 20, true)) {
        if (slice.sizeBytes() == 0) {
          throw new IllegalStateException("nothing was read at " + next + " below " + end);
        }
        for (FileRegion region : slice.regions()) {
          ByteBuffer bytes = ByteBuffer.allocate(region.length());
          region.file().read(bytes, region.position());
          for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
            record.ensureValid();
            if (record.offset() >= next) {
              records.add(record);
              next = record.offset() + 1;
            }
          }
        }
      }
    }
    return records;
  }

  static List<String> valuesOf(PartitionLog log) throws IOException {
    return records(log).stream()
        .map(record -> StandardCharsets.UTF_8.decode(record.value()).toString())
        .toList();
  }

  /** Replaces a file's content. */
  static void overwrite(World world, Path path, String content) throws IOException {
    world.disk().delete(path);
    try (DiskFile file = world.disk().openForAppend(path)) {
      file.append(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
