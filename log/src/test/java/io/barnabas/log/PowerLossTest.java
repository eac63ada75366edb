package io.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.World;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The power fails at every single disk operation of a load; what was flushed is there after it. */
class PowerLossTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "topic");
  private static final LogConfig CONFIG = LogConfig.of(Map.of("segment.bytes", "400"));
  private static final AppendContext CLIENT = new AppendContext(0, Origin.CLIENT);
  private static final int BATCHES = 24;
  private static final long DISK_BYTES = 1L << 30;
  private static final int SEEDS = 6;

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void flushedRecordsSurviveAPowerLossAtAnyOperation(CrashMode mode) {
    int crashes = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      long operation = 0;
      while (crashesAt(seed, operation, mode)) {
        operation++;
      }
      crashes += (int) operation;
    }
    assertThat(crashes).as("cut points tried").isGreaterThan(SEEDS * 2 * BATCHES);
  }

  /** Whether the load was cut off; if it was, the log has been checked after it. */
  private static boolean crashesAt(long seed, long operation, CrashMode mode) {
    SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
    disk.crashAtOperation(operation, mode);
    AtomicLong flushedEnd = new AtomicLong();
    SimulatedWorld first = new SimulatedWorld(seed, SimulationOptions.defaults(), disk);
    RunEnd end = first.run(() -> load(first, flushedEnd));
    if (end == RunEnd.FINISHED) {
      // The load is shorter than that; the disk would still fail during the check.
      return false;
    }
    SimulatedWorld second = new SimulatedWorld(seed + 1, SimulationOptions.defaults(), disk);
    RunEnd again =
        second.run(
            () ->
                check(
                    second, flushedEnd.get(), "seed %d, operation %d".formatted(seed, operation)));
    assertThat(again).isEqualTo(RunEnd.FINISHED);
    return true;
  }

  private static void load(World world, AtomicLong flushedEnd) throws IOException {
    try (LogDirectory logs = open(world)) {
      PartitionLog log = logs.openOrCreate(ID, CONFIG);
      for (int i = 0; i < BATCHES; i++) {
        long next = log.append(batch(i), CLIENT).lastOffset() + 1;
        if (i % 2 == 0) {
          CompletableFuture<Void> flushed = new CompletableFuture<>();
          log.whenFlushed(next, () -> flushed.complete(null));
          flushed.join();
          assertThat(logs.failure()).isEmpty();
          flushedEnd.set(next);
        }
      }
    }
  }

  private static void check(World world, long flushedEnd, String where) throws IOException {
    try (LogDirectory logs = open(world)) {
      PartitionLog log = logs.openOrCreate(ID, CONFIG);
      long end = log.view().logEndOffset();
      assertThat(end).as(where).isGreaterThanOrEqualTo(flushedEnd);
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < end; i++) {
        expected.add("value-" + i);
      }
      assertThat(values(log, end)).as(where).isEqualTo(expected);
      assertThat(log.append(batch((int) end), CLIENT).firstOffset()).as(where).isEqualTo(end);
    }
  }

  private static List<String> values(PartitionLog log, long end) throws IOException {
    List<String> values = new ArrayList<>();
    while (values.size() < end) {
      try (LogSlice slice = log.read(values.size(), end, Integer.MAX_VALUE, true)) {
        for (FileRegion region : slice.regions()) {
          ByteBuffer bytes = ByteBuffer.allocate(region.length());
          region.file().read(bytes, region.position());
          for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
            assertThat(record.offset()).isEqualTo(values.size());
            values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
          }
        }
      }
    }
    return values;
  }

  private static LogDirectory open(World world) throws IOException {
    return LogDirectory.open(world, DIRECTORY, LogDirectoryOptions.defaults());
  }

  private static ByteBuffer batch(int number) {
    byte[] value = ("value-" + number).getBytes(StandardCharsets.UTF_8);
    return MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000, value)).buffer();
  }
}
