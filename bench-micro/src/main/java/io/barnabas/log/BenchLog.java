package io.barnabas.log;

import io.barnabas.world.RealWorld;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** A log on this machine's disk, in a directory that is deleted when it is closed. Thread-safe. */
public final class BenchLog implements Closeable {
  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "bench");
  private static final AppendContext CLIENT = new AppendContext(0, Origin.CLIENT);

  /** Of all records; in the past, as the log refuses what comes from the future. */
  static final long TIMESTAMP_MS = 1_700_000_000_000L;

  /** What a log may grow to between two times that it is emptied outside what is measured. */
  private static final long MAX_BYTES = 2L << 30;

  private final Path path;
  private final LogDirectory directory;
  private final PartitionLog log;

  private BenchLog(Path path, LogConfig config) throws IOException {
    this.path = path;
    directory = LogDirectory.open(RealWorld.create(), path, LogDirectoryOptions.defaults());
    log = directory.openOrCreate(ID, config);
  }

  /** An empty log; flush.messages as a topic has it. */
  public static BenchLog open(String flushMessages) throws IOException {
    LogConfig config =
        LogConfig.of(Map.of("flush.messages", flushMessages, "file.delete.delay.ms", "0"));
    return new BenchLog(newDirectory(), config);
  }

  /** An empty directory below that of the system property {@code bench.data}. */
  public static Path newDirectory() throws IOException {
    Path parent = Path.of(System.getProperty("bench.data", "target"));
    return Files.createTempDirectory(Files.createDirectories(parent), "micro");
  }

  /** Deletes a directory with all that is in it. */
  public static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /**
   * A batch as a producer sends it, of records without keys, outside the heap as in a request.
   *
   * @param recordsByBytes how many records with how many bytes of value: {@code 16x1000}
   */
  public static ByteBuffer batch(String recordsByBytes) {
    int x = recordsByBytes.indexOf('x');
    byte[] value = new byte[Integer.parseInt(recordsByBytes.substring(x + 1))];
    Arrays.fill(value, (byte) 'v');
    SimpleRecord[] all = new SimpleRecord[Integer.parseInt(recordsByBytes.substring(0, x))];
    Arrays.fill(all, new SimpleRecord(TIMESTAMP_MS, value));
    ByteBuffer made = MemoryRecords.withRecords(Compression.NONE, all).buffer();
    return ByteBuffer.allocateDirect(made.remaining()).put(made).flip();
  }

  /** Appends a batch, which may be used again; must not be called by two threads with the same. */
  public Appended append(ByteBuffer batch) throws IOException {
    batch.putLong(0, 0); // The log has put its own first offset there; no checksum covers it.
    return log.append(batch, CLIENT);
  }

  /** Appends a batch and waits until it may be acknowledged. */
  public Appended appendAndWait(ByteBuffer batch) throws IOException {
    Appended appended = append(batch);
    CompletableFuture<Void> flushed = new CompletableFuture<>();
    log.whenFlushed(appended.lastOffset() + 1, () -> flushed.complete(null));
    flushed.join();
    return appended;
  }

  /** Removes what is in the log, and takes some milliseconds. */
  public void empty() throws IOException {
    log.truncateFullyAndStartAt(log.view().logEndOffset(), Integer.MAX_VALUE);
  }

  /** Empties the log if it has grown so large that the disk might fill. For one thread. */
  public void emptyIfLarge() throws IOException {
    if (log.sizeBytes() > MAX_BYTES) {
      empty();
    }
  }

  /** The log itself. */
  public PartitionLog log() {
    return log;
  }

  @Override
  public void close() throws IOException {
    directory.close();
    delete(path);
  }
}
