package io.barnabas.log;

import static io.barnabas.log.Compacted.COORDINATOR;
import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * A random load on a compacted log, by hand or with the cleaner's thread beside it, over some
 * starts of which each ends by a power loss at a random operation of the disk; after each the log
 * is compared with the model.
 */
final class CompactionRun {
  private static final long DISK_BYTES = 64L << 20;
  private static final int STARTS = 4;
  private static final int STEPS = 60;
  private static final int KEYS = 9;
  private static final int PRODUCERS = 3;
  private static final int BETWEEN_LINES = 500;

  private final long seed;
  private final Randomness random;
  private final SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
  private final CompactionModel model = new CompactionModel();
  private final LogConfig config;
  private final CleanerOptions cleaner;
  private final int[] sequences = new int[PRODUCERS];

  /** All from here on was never compacted. */
  private long whole;

  private long flushedEnd;

  /** Nothing below it is ever cut away. */
  private volatile long highWatermark;

  private boolean failing;
  int passes;

  CompactionRun(long seed) {
    this.seed = seed;
    random = new SimulatedWorld(seed, SimulationOptions.defaults()).randomness();
    config =
        Samples.config(
            "cleanup.policy",
            random.nextInt(4) == 0 ? "compact,delete" : "compact",
            "retention.ms",
            "-1",
            "retention.bytes",
            random.nextInt(2) == 0 ? "3000" : "-1",
            "segment.bytes",
            Integer.toString(300 + random.nextInt(1_500)),
            "index.interval.bytes",
            Integer.toString(random.nextInt(300)),
            "min.cleanable.dirty.ratio",
            random.nextInt(2) == 0 ? "0.01" : "0.5",
            "delete.retention.ms",
            Integer.toString(random.nextInt(3_000)),
            "file.delete.delay.ms",
            Integer.toString(random.nextInt(1_000)));
    cleaner =
        new CleanerOptions(
            random.nextInt(3) == 0,
            random.nextInt(2) == 0 ? 24L * (8 + random.nextInt(30)) : 1 << 20,
            0.9,
            random.nextInt(4) == 0 ? 100_000 : Double.MAX_VALUE,
            20);
  }

  /** Throws if something is wrong. */
  void run() {
    for (int start = 0; start < STARTS; start++) {
      SimulatedWorld world =
          new SimulatedWorld(
              seed * STARTS + start, SimulationOptions.defaults().withMaxSteps(5_000_000), disk);
      String where = "seed %d, start %d".formatted(seed, start);
      boolean last = start == STARTS - 1;
      if (!last) {
        CrashMode[] modes = CrashMode.values();
        disk.crashAtOperation(
            disk.operations() + random.nextInt(1_500), modes[random.nextInt(modes.length)]);
      }
      world.run(() -> start(world, where));
      disk.heal();
      disk.resize(DISK_BYTES);
      failing = false;
    }
  }

  private void start(SimulatedWorld world, String where) throws Exception {
    try (LogDirectory logs = Compacted.open(world, cleaner)) {
      PartitionLog log = Compacted.log(logs, ID, config);
      log.watchHighWatermark(() -> highWatermark);
      recovered(logs, log, where);
      for (int step = 0; step < STEPS && logs.failure().isEmpty(); step++) {
        try {
          step(world, log);
        } catch (ApiException | NotWrittenException e) {
          // The disk is full, or has failed.
          assertThat(failing).as(where + ": " + e).isTrue();
        } catch (IOException e) {
          // As whoever else looks after logs does.
          assertThat(failing).as(where + ": " + e).isTrue();
          logs.fail(e);
        }
        raiseWhole();
      }
      if (!failing) {
        assertThat(logs.failure()).as(where).isEmpty();
      }
      if (logs.failure().isEmpty()) {
        model.check(log, whole, clean(logs), where + ", at the end");
      }
    }
  }

  private void recovered(LogDirectory logs, PartitionLog log, String where) throws Exception {
    long end = log.view().logEndOffset();
    assertThat(end).as(where).isBetween(flushedEnd, (long) model.end());
    raiseWhole();
    cut(end);
    model.check(log, whole, clean(logs), where + ", recovered");
    for (Object name : disk.list(FOLDER)) {
      assertThat(name.toString()).as(where).doesNotEndWith(".cleaned").doesNotEndWith(".swap");
    }
    for (int i = 0; i < PRODUCERS; i++) {
      sequences[i] = sequenceOf(log, i);
    }
  }

  private static int sequenceOf(PartitionLog log, long producerId) {
    return log.producers().stream()
        .filter(p -> p.producerId() == producerId)
        .mapToInt(p -> p.lastSequence() + 1)
        .findFirst()
        .orElse(0);
  }

  private void cut(long end) {
    model.cut(end);
    whole = Math.min(whole, end);
    flushedEnd = Math.min(flushedEnd, end);
  }

  private static long clean(LogDirectory logs) {
    return logs.cleaned().firstDirty(ID.topicPartition()).orElse(0);
  }

  /** Neither the last file is compacted nor what is not replicated. */
  private void raiseWhole() throws IOException {
    whole = Math.max(whole, Math.min(activeBase(), highWatermark));
  }

  /** Where the last file begins. */
  private long activeBase() throws IOException {
    return disk.list(FOLDER).stream()
        .map(Object::toString)
        .filter(name -> name.endsWith(".log"))
        .mapToLong(name -> Long.parseLong(name, 0, 20, 10))
        .max()
        .orElse(0);
  }

  private void step(SimulatedWorld world, PartitionLog log) throws Exception {
    switch (random.nextInt(24)) {
      case 0, 1, 2 -> compact(world, log);
      case 3 -> world.threads().sleep(TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000)));
      case 4 -> truncate(world, log);
      case 5 -> endTransaction(log, random.nextInt(PRODUCERS));
      case 6 -> log.clean();
      case 7 -> flush(log);
      case 8 -> fault();
      case 9 -> raiseStart(log);
      case 10 -> log.makeRecoverable();
      case 11, 12, 13 -> appendOf(log, random.nextInt(PRODUCERS));
      default -> append(log);
    }
  }

  private void fault() throws IOException {
    if (random.nextInt(8) == 0) {
      failing = true;
      disk.resize(DISK_BYTES - disk.usableBytes(DIRECTORY) + random.nextInt(3_000));
    } else if (random.nextInt(12) == 0) {
      failing = true;
      DiskOperation[] kinds = {
        DiskOperation.APPEND, DiskOperation.CREATE, DiskOperation.RENAME, DiskOperation.DELETE
      };
      disk.failNext(
          kinds[random.nextInt(kinds.length)],
          path -> path.toString().contains(".log") || path.toString().contains(".index"));
    } else {
      disk.resize(DISK_BYTES);
    }
  }

  private void compact(SimulatedWorld world, PartitionLog log) throws Exception {
    if (cleaner.enabled()) {
      return;
    }
    try {
      passes += Compacted.compact(world, log, cleaner) ? 1 : 0;
    } catch (CleaningAbortedException e) {
      assertThat(failing).as("seed " + seed + ": " + e).isTrue();
    } catch (UncleanableException e) {
      // Only where there is no room for one batch's keys.
      assertThat(cleaner.dedupeBufferBytes()).as("seed " + seed + ": " + e).isLessThan(500);
    }
  }

  private void truncate(SimulatedWorld world, PartitionLog log) throws IOException {
    LogView view = log.view();
    long by = random.nextInt(random.nextInt(4) == 0 ? 40 : 4);
    long to = Math.max(view.logStartOffset(), view.logEndOffset() - by);
    to = Math.max(to, Math.min(highWatermark, view.logEndOffset()));
    // A batch goes as a whole.
    flushedEnd = Math.min(flushedEnd, Math.max(0, to - 2));
    log.truncateTo(to, 0);
    cut(log.view().logEndOffset());
    // A cut has all that it leaves on disk, also what no flush had come to.
    flushedEnd = log.view().flushedEndOffset();
    if (flushedEnd > view.flushedEndOffset() && random.nextInt(8) == 0) {
      world.crash(CrashMode.LOSE_UNFORCED);
    }
    for (int i = 0; i < PRODUCERS; i++) {
      sequences[i] = sequenceOf(log, i);
    }
  }

  private void raiseStart(PartitionLog log) {
    if (random.nextInt(10) == 0) {
      LogView view = log.view();
      long room = Math.min(highWatermark, view.flushedEndOffset()) - view.logStartOffset();
      if (room > 0) {
        log.raiseStart(view.logStartOffset() + random.nextInt((int) room));
      }
    }
  }

  private void flush(PartitionLog log) {
    CompletableFuture<Void> flushed = new CompletableFuture<>();
    log.whenFlushed(log.view().logEndOffset(), () -> flushed.complete(null));
    flushed.join();
    if (log.isUsable()) {
      flushedEnd = log.view().flushedEndOffset();
      highWatermark = random.nextInt(3) > 0 ? flushedEnd : highWatermark;
    }
  }

  private interface Appending {
    void run() throws IOException;
  }

  /** The model knows first: a crash may take the answer and leave the record. */
  private void append(Appending append) throws IOException {
    int before = model.end();
    try {
      append.run();
    } catch (ApiException e) {
      model.cut(before);
      throw e;
    }
  }

  private SimpleRecord record(long producerId) {
    String key = "k" + random.nextInt(KEYS);
    String value = random.nextInt(4) == 0 ? null : "v" + model.end();
    if (producerId < 0) {
      model.add(key, value);
    } else {
      model.addOfTransaction(producerId, key, value);
    }
    return Compacted.keyed(1_000 + random.nextInt(1_000), key, value);
  }

  private SimpleRecord[] records(long producerId) {
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(3)];
    for (int i = 0; i < records.length; i++) {
      records[i] = record(producerId);
    }
    return records;
  }

  private Compression codec() {
    CompressionType[] types = {CompressionType.NONE, CompressionType.GZIP, CompressionType.LZ4};
    return Compression.of(types[random.nextInt(types.length)]).build();
  }

  private void append(PartitionLog log) throws IOException {
    append(
        () -> {
          ByteBuffer batch = MemoryRecords.withRecords(codec(), records(-1)).buffer();
          log.append(batch, CLIENT);
        });
  }

  /** By a producer with an id, in a transaction or not. */
  private void appendOf(PartitionLog log, int producer) throws IOException {
    boolean transactional = model.isOpen(producer) || random.nextInt(2) == 0;
    append(
        () -> {
          SimpleRecord[] records = records(transactional ? producer : -1);
          MemoryRecords batch =
              transactional
                  ? MemoryRecords.withTransactionalRecords(
                      codec(), producer, (short) 0, sequences[producer], records)
                  : MemoryRecords.withIdempotentRecords(
                      codec(), producer, (short) 0, sequences[producer], records);
          log.append(batch.buffer(), CLIENT);
          sequences[producer] += records.length;
        });
  }

  private void endTransaction(PartitionLog log, int producer) throws IOException {
    if (!model.isOpen(producer)) {
      return;
    }
    boolean commits = random.nextInt(2) == 0;
    append(
        () -> {
          model.end(producer, commits);
          ControlRecordType type = commits ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
          log.append(Compacted.marker(producer, new EndTransactionMarker(type, 0)), COORDINATOR);
        });
  }

  /** Runs so many seeds from a first one on, goes on after those that fail, and names them. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    PrintStream out = System.out;
    long first = Long.parseLong(args[0]);
    long count = Long.parseLong(args[1]);
    long passes = 0;
    int failed = 0;
    for (long seed = first; seed < first + count; seed++) {
      CompactionRun run = new CompactionRun(seed);
      try {
        run.run();
      } catch (RuntimeException | AssertionError e) {
        failed++;
        out.println("FAILED " + seed + ": " + e);
      }
      passes += run.passes;
      if (seed + 1 == first + count || (seed + 1) % BETWEEN_LINES == 0) {
        out.println(
            "%d seeds, %d failed, %d passes by hand".formatted(seed + 1 - first, failed, passes));
      }
    }
  }
}
