package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.idempotent;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What was cut away or lost says nothing of what is written in its place. */
class DiscardedTest {
  private static final String ONE = "1".repeat(298);
  private static final int ONE_BYTES = batch(ONE).remaining();

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(LogDirectory logs, SimulatedWorld world) throws Exception;
  }

  private void crash(CrashMode mode, Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              step.run(open(world), world);
              world.crash(mode);
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
  }

  private void run(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                step.run(logs, world);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  /** Twice the records in a batch of the same size: the same offsets are at other positions. */
  private static void appendPairs(PartitionLog log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      var pair = batch("2".repeat(145), "2".repeat(144));
      assertThat(pair.remaining()).isEqualTo(ONE_BYTES);
      log.append(pair, CLIENT);
    }
    flushed(log);
  }

  private static void appendOnes(PartitionLog log, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      log.append(batch(ONE), CLIENT);
    }
  }

  private static void assertEachIsFound(PartitionLog log, int step) throws IOException {
    for (long from = 0; from < log.view().logEndOffset(); from += step) {
      try (LogSlice slice = log.read(from, log.view().logEndOffset(), 1, true)) {
        FileRegion region = slice.regions().getFirst();
        ByteBuffer bytes = ByteBuffer.allocate(region.length());
        region.file().read(bytes, region.position());
        assertThat(BatchFormat.baseOffset(bytes, 0)).isLessThanOrEqualTo(from);
        assertThat(BatchFormat.lastOffset(bytes, 0)).isGreaterThanOrEqualTo(from);
      }
    }
  }

  @Test
  void indexOfWhatWasTruncatedIsNotBelieved() {
    LogConfig config = config("index.interval.bytes", "100");
    crash(
        CrashMode.KEEP_ALL,
        (logs, world) -> {
          PartitionLog log = logs.openOrCreate(ID, config);
          appendOnes(log, 4_000);
          flushed(log);
          log.makeRecoverable();
          assertThat(world.disk().size(FOLDER.resolve(Segment.name(0, ".index")))).isPositive();
          log.truncateTo(10, 100);
          appendPairs(log, 4_000);
          logs.checkpoint();
        });
    run((logs, world) -> assertEachIsFound(logs.openOrCreate(ID, config), 97));
  }

  @Test
  void indexOfWhatACrashTookIsNotBelieved() {
    LogConfig unflushed =
        config("index.interval.bytes", "100", "segment.bytes", "8000", "flush.messages", "1000000");
    LogConfig flushing = config("index.interval.bytes", "100", "segment.bytes", "8000");
    crash(
        CrashMode.LOSE_UNFORCED,
        (logs, world) -> {
          PartitionLog log = logs.openOrCreate(ID, unflushed);
          appendOnes(log, 2);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(1));
          log.flush();
          appendOnes(log, 25);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(10));
          assertThat(world.disk().size(FOLDER.resolve(Segment.name(0, ".index")))).isPositive();
        });
    crash(
        CrashMode.KEEP_ALL,
        (logs, world) -> {
          PartitionLog log = logs.openOrCreate(ID, flushing);
          assertThat(log.view().logEndOffset()).isEqualTo(2);
          appendPairs(log, 18);
          assertThat(log.segmentCount()).isEqualTo(1);
          logs.checkpoint();
        });
    run((logs, world) -> assertEachIsFound(logs.openOrCreate(ID, flushing), 1));
  }

  @Test
  void producersOfWhatWasTruncatedDoNotComeBack() {
    LogConfig config = config("segment.bytes", "310");
    crash(
        CrashMode.LOSE_UNFORCED,
        (logs, world) -> {
          PartitionLog log = logs.openOrCreate(ID, config);
          for (int i = 0; i < 5; i++) {
            log.append(idempotent(5, 0, i, 1), CLIENT);
          }
          flushed(log);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(10));
          assertThat(world.disk().exists(FOLDER.resolve(Segment.name(4, ".snapshot")))).isTrue();
          log.truncateTo(1, 100);
          log.append(batch("a", "b", "c", "d", "e"), CLIENT);
          flushed(log);
          assertThat(log.segmentCount()).isEqualTo(1);
        });
    run(
        (logs, world) -> {
          PartitionLog log = logs.openOrCreate(ID, config);
          assertThat(log.view().logEndOffset()).isEqualTo(6);
          Appended again = log.append(idempotent(5, 0, 1, 1), CLIENT);
          assertThat(again.duplicate()).isFalse();
          assertThat(again.firstOffset()).isEqualTo(6);
        });
  }
}
