package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves a log at its start, and what stays. */
class RetentionTest {
  private static final String FOUR_A_SEGMENT = "310";

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(SimulatedWorld world) throws Exception;
  }

  private RunEnd run(Step step) {
    SimulatedWorld world =
        new SimulatedWorld(seed++, SimulationOptions.defaults().withMaxSteps(20_000_000), disk);
    return world.run(() -> step.run(world));
  }

  private static LogConfig fourASegment(String... more) {
    String[] all = new String[more.length + 2];
    System.arraycopy(more, 0, all, 2, more.length);
    all[0] = "segment.bytes";
    all[1] = FOUR_A_SEGMENT;
    return config(all);
  }

  private static void sleepMinutes(SimulatedWorld world, long minutes) {
    world.threads().sleep(TimeUnit.MINUTES.toNanos(minutes));
  }

  private static List<String> logFiles(SimulatedWorld world) throws Exception {
    return world.disk().list(FOLDER).stream()
        .map(Object::toString)
        .filter(name -> name.contains(".log"))
        .toList();
  }

  @Test
  void segmentsOfManyPartitionsDoNotAllEndAtTheSameAge() {
    LogConfig config = config("segment.ms", "1000", "segment.jitter.ms", "500");
    AtomicInteger young = new AtomicInteger();
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                for (int partition = 0; partition < 40; partition++) {
                  PartitionLog log =
                      logs.openOrCreate(
                          new TopicIdPartition(ID.topicId(), partition, ID.topic()), config);
                  log.append(batch(Compression.NONE, 10_000, "a"), CLIENT);
                  log.append(batch(Compression.NONE, 10_500, "b"), CLIENT);
                  assertThat(log.segmentCount()).as("before any may end").isEqualTo(1);
                  log.append(batch(Compression.NONE, 10_750, "c"), CLIENT);
                  young.addAndGet(log.segmentCount() - 1);
                  log.append(batch(Compression.NONE, 11_001, "d"), CLIENT);
                  assertThat(log.segmentCount()).as("at the greatest age").isEqualTo(2);
                }
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    assertThat(young).hasValueBetween(10, 30);
  }

  @Test
  void oldestSegmentsGoWhileTheRestIsLargeEnough() {
    LogConfig config = fourASegment("retention.bytes", "400", "retention.ms", "-1");
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                fill(log, 10);
                sleepMinutes(world, 5);
                // What is due then takes its time.
                world.threads().sleep(1_000_000_000);
                assertThat(log.view()).isEqualTo(new LogView(4, 10, 10));
                assertThat(valuesOf(log)).isEqualTo(expected(4, 10));
                assertThat(logFiles(world)).contains(Segment.name(0, ".log.deleted"));
                sleepMinutes(world, 2);
                assertThat(logFiles(world)).noneMatch(name -> name.endsWith(".deleted"));
                assertThat(world.disk().list(FOLDER).toString())
                    .doesNotContain(Segment.name(0, ""));
              }
              try (LogDirectory logs = open(world)) {
                assertThat(valuesOf(logs.openOrCreate(ID, config))).isEqualTo(expected(4, 10));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void oldRecordsGoEvenFromTheActiveSegment() {
    LogConfig config = fourASegment("retention.ms", "3600000");
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                for (int i = 0; i < 6; i++) {
                  long now = world.clock().wallTimeMillis();
                  log.append(batch(Compression.NONE, now, "value-" + i), CLIENT);
                }
                sleepMinutes(world, 55);
                assertThat(log.view().logStartOffset()).isZero();
                sleepMinutes(world, 12);
                assertThat(log.view()).isEqualTo(new LogView(6, 6, 6));
                assertThat(log.segmentCount()).isEqualTo(1);
                assertThat(log.append(batch("value-6"), CLIENT).firstOffset()).isEqualTo(6);
                flushed(log);
              }
              try (LogDirectory logs = open(world)) {
                assertThat(valuesOf(logs.openOrCreate(ID, config))).isEqualTo(expected(6, 7));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 5, 9, 10})
  void deletedRecordsStayDeletedAfterAPowerLoss(long start) {
    LogConfig config = fourASegment("retention.ms", "-1");
    RunEnd first =
        run(
            world -> {
              PartitionLog log = open(world).openOrCreate(ID, config);
              fill(log, 10);
              assertThatThrownBy(() -> log.deleteRecordsBefore(11))
                  .isInstanceOf(OffsetOutOfRangeException.class);
              assertThat(log.deleteRecordsBefore(start)).isEqualTo(start);
              assertThat(log.deleteRecordsBefore(0)).isEqualTo(start);
              assertThatThrownBy(() -> log.read(start - 1, 10, 1000, true))
                  .isInstanceOf(OffsetOutOfRangeException.class);
              if (start > 4) {
                sleepMinutes(world, 5);
              }
              world.crash(CrashMode.LOSE_UNFORCED);
            });
    assertThat(first).isEqualTo(RunEnd.CRASHED);
    RunEnd second =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                assertThat(log.view().logStartOffset()).isEqualTo(start);
                assertThat(valuesOf(log)).isEqualTo(expected((int) start, 10));
                fill(log, 12);
                sleepMinutes(world, 6);
                assertThat(valuesOf(log)).isEqualTo(expected((int) start, 12));
                assertThat(log.segmentCount()).isEqualTo(3 - (int) Math.min(8, start) / 4);
              }
            });
    assertThat(second).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void whatIsBeingReadStaysReadable() {
    LogConfig config = fourASegment("retention.ms", "-1");
    AtomicInteger read = new AtomicInteger();
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, config);
                fill(log, 40);
                LogSlice held = log.read(0, 40, 1 << 20, true);
                List<io.barnabas.world.WorldThread> readers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                  readers.add(
                      world.threads().startVirtual("reader", () -> readAll(log, read, world)));
                }
                for (int start = 1; start <= 40; start += 3) {
                  log.deleteRecordsBefore(start);
                  log.clean();
                  world.threads().sleep(TimeUnit.MILLISECONDS.toNanos(5));
                }
                readers.forEach(io.barnabas.world.WorldThread::join);
                sleepMinutes(world, 2);
                assertThat(logFiles(world)).doesNotContain(Segment.name(0, ".log"));
                assertThat(content(held)).isEqualTo(expected(0, 40));
                held.close();
                assertThatThrownBy(() -> content(held)).isInstanceOf(java.io.IOException.class);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    assertThat(read.get()).isGreaterThan(20);
  }

  private static List<String> content(LogSlice slice) throws java.io.IOException {
    List<String> values = new ArrayList<>();
    for (FileRegion region : slice.regions()) {
      ByteBuffer bytes = ByteBuffer.allocate(region.length());
      region.file().read(bytes, region.position());
      for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
        values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
      }
    }
    return values;
  }

  /** Reads on from the start until it is the end; each value must be the one of its offset. */
  private static void readAll(PartitionLog log, AtomicInteger read, SimulatedWorld world) {
    long next = 0;
    while (next < 39) {
      try (LogSlice slice = log.read(next, 40, 100, true)) {
        List<String> values = content(slice);
        if (!values.isEmpty()) {
          assertThat(values.getFirst()).isEqualTo("value-" + next);
          next += values.size();
          read.incrementAndGet();
        }
        world.threads().sleep(TimeUnit.MILLISECONDS.toNanos(1));
      } catch (OffsetOutOfRangeException e) {
        next = log.view().logStartOffset();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Test
  void truncationFollowsTheEpochs() {
    RunEnd end =
        run(
            world -> {
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, fourASegment());
                int[] epochs = {0, 0, 0, 0, 0, 2, 2, 2, 5, 5, 5};
                for (int i = 0; i < epochs.length; i++) {
                  log.append(batch("value-" + i), new AppendContext(epochs[i], Origin.CLIENT));
                }
                assertThat(log.endOffsetForEpoch(0)).isEqualTo(new EpochEnd(0, 5));
                assertThat(log.endOffsetForEpoch(1)).isEqualTo(new EpochEnd(0, 5));
                assertThat(log.endOffsetForEpoch(3)).isEqualTo(new EpochEnd(2, 8));
                assertThat(log.endOffsetForEpoch(5)).isEqualTo(new EpochEnd(5, 11));
                assertThat(log.endOffsetForEpoch(6)).isEqualTo(new EpochEnd(-1, -1));
                log.truncateTo(log.endOffsetForEpoch(3).endOffset(), 100);
                assertThat(log.view().logEndOffset()).isEqualTo(8);
                assertThat(log.latestEpoch()).isEqualTo(new LeaderEpoch(2));
                log.truncateTo(6, 100);
                assertThat(log.endOffsetForEpoch(2)).isEqualTo(new EpochEnd(2, 6));
              }
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, fourASegment());
                assertThat(valuesOf(log)).isEqualTo(expected(0, 6));
                assertThat(log.latestEpoch()).isEqualTo(new LeaderEpoch(2));
                log.truncateTo(5, 100);
                assertThat(log.latestEpoch()).isEqualTo(new LeaderEpoch(0));
                log.truncateFullyAndStartAt(20, 100);
                assertThat(log.view()).isEqualTo(new LogView(20, 20, 20));
                assertThat(log.latestEpoch()).isEqualTo(LeaderEpoch.NONE);
                log.append(batch("value-20"), new AppendContext(7, Origin.CLIENT));
                flushed(log);
              }
              try (LogDirectory logs = open(world)) {
                PartitionLog log = logs.openOrCreate(ID, fourASegment());
                assertThat(log.view()).isEqualTo(new LogView(20, 21, 21));
                assertThat(log.endOffsetForEpoch(7)).isEqualTo(new EpochEnd(7, 21));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
