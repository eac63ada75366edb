package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
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

import io.barnabas.world.DiskFile;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk is full: nothing fails for good, what is there can be cut and deleted. */
class FullDiskTest {
  private static final long DISK_BYTES = 64L << 20;
  private static final Path OTHER = DIRECTORY.resolve("of-another-program");
  private static final LogConfig CONFIG = config("segment.bytes", "310", "retention.ms", "-1");

  private final SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
  private long seed = 1;

  private interface Step {
    void run(SimulatedWorld world) throws Exception;
  }

  private void run(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    assertThat(world.run(() -> step.run(world))).isEqualTo(RunEnd.FINISHED);
  }

  /** Something else takes all that is left. */
  private void fillUp() throws IOException {
    try (DiskFile file = disk.openForAppend(OTHER)) {
      file.append(ByteBuffer.allocate((int) disk.usableBytes(DIRECTORY)));
    }
  }

  private static void sleepSeconds(SimulatedWorld world, int seconds) {
    world.threads().sleep(TimeUnit.SECONDS.toNanos(seconds));
  }

  @ParameterizedTest
  @ValueSource(longs = {17, 9, 8, 0})
  void aLogIsCutWithWhatWasKeptForThat(long offset) {
    run(
        world -> {
          LogDirectory logs = open(world);
          PartitionLog log = logs.openOrCreate(ID, CONFIG);
          fill(log, 20);
          sleepSeconds(world, 70);
          fillUp();
          log.truncateTo(offset, 0);
          assertThat(valuesOf(log)).isEqualTo(expected(0, (int) offset));
          assertThat(logs.failure()).isEmpty();
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            assertThat(valuesOf(logs.openOrCreate(ID, CONFIG)))
                .isEqualTo(expected(0, (int) offset));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withoutThatNothingIsCutUntilThereIsRoom(boolean fully) {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, 20);
            LogView before = log.view();
            fillUp();
            assertThatThrownBy(() -> cut(log, fully)).isInstanceOf(KafkaStorageException.class);
            assertThat(log.view()).isEqualTo(before);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 20));
            assertThat(logs.failure()).isEmpty();
            disk.delete(OTHER);
            cut(log, fully);
            assertThat(log.view().logEndOffset()).isEqualTo(fully ? 30 : 9);
            sleepSeconds(world, 2);
            log.append(batch("more"), CLIENT);
            flushed(log);
          }
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            assertThat(logs.openOrCreate(ID, CONFIG).view().logEndOffset())
                .isEqualTo(fully ? 31 : 10);
          }
        });
  }

  private static void cut(PartitionLog log, boolean fully) throws IOException {
    if (fully) {
      log.truncateFullyAndStartAt(30, 0);
    } else {
      log.truncateTo(9, 0);
    }
  }

  @Test
  void recordsAreRefusedALittleBeforeTheEndAndTakenWhenThereIsRoom() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, 4);
            long used = disk.totalBytes(DIRECTORY) - disk.usableBytes(DIRECTORY);
            // A 64th of it stays free.
            disk.resize(64_000);
            int taken = 0;
            while (tryToAppend(log)) {
              taken++;
              flushed(log);
            }
            assertThat(taken).isGreaterThan((int) (62_000 - used) / 100);
            assertThat(disk.usableBytes(DIRECTORY)).isBetween(500L, 2_000L);
            assertThat(logs.openOrCreate(new TopicIdPartition(new Uuid(5, 5), 0, "new"), CONFIG))
                .isNotNull();
            // What was begun is forced, and noted.
            sleepSeconds(world, 200);
            assertThat(logs.failure()).isEmpty();
            disk.resize(DISK_BYTES);
            sleepSeconds(world, 2);
            assertThat(tryToAppend(log)).isTrue();
            flushed(log);
          }
          try (LogDirectory again = open(world)) {
            assertThat(again.wasCleanlyClosed()).isTrue();
          }
        });
  }

  private static boolean tryToAppend(PartitionLog log) throws IOException {
    try {
      log.append(batch("value"), CLIENT);
      return true;
    } catch (KafkaStorageException e) {
      assertThat(e).hasMessageContaining("the disk is full");
      return false;
    }
  }

  @Test
  void aSegmentThatCannotBeBegunIsBegunLater() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, 4);
            disk.failNext(DiskOperation.CREATE, path -> path.toString().endsWith(".log"));
            assertThatThrownBy(() -> log.append(batch("refused"), CLIENT))
                .isInstanceOf(KafkaStorageException.class);
            assertThat(logs.failure()).isEmpty();
            fill(log, 8);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 8));
          }
        });
  }

  @Test
  void aFullDiskDoesNotKeepADirectoryFromBeingOpenedUsedAndClosed() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            fill(logs.openOrCreate(ID, CONFIG), 10);
            sleepSeconds(world, 70);
            fillUp();
          }
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            logs.useWithEpoch(7);
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 10));
            assertThat(tryToAppend(log)).isFalse();
            log.deleteRecordsBefore(9);
            sleepSeconds(world, 400);
            assertThat(logs.failure()).isEmpty();
            assertThat(log.segmentCount()).isEqualTo(1);
          }
          assertThat(open(world).usedWithEpoch()).isEqualTo(7);
        });
  }

  /** What the file says of epochs that were cut away does not come back. */
  @Test
  void epochsThatCouldNotBeWrittenAreReadFromTheBatches() {
    run(
        world -> {
          LogDirectory logs = open(world);
          PartitionLog log = logs.openOrCreate(ID, CONFIG);
          for (int i = 0; i < 10; i++) {
            log.append(batch("value-" + i), new AppendContext(i < 5 ? 4 : 5, Origin.CLIENT));
          }
          flushed(log);
          sleepSeconds(world, 70);
          disk.failAlways(
              DiskOperation.APPEND, path -> path.toString().contains("leader-epoch-checkpoint"));
          log.truncateTo(5, 6);
          assertThat(logs.failure()).isEmpty();
          for (int i = 5; i < 8; i++) {
            ByteBuffer fetched = batch("value-" + i);
            fetched.putLong(0, i).putInt(BatchFormat.LEADER_EPOCH, 4);
            log.append(fetched, new AppendContext(6, Origin.FOLLOWER));
          }
          flushed(log);
          assertThat(log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(4, 8));
          disk.heal();
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 8));
            assertThat(log.endOffsetForEpoch(4)).isEqualTo(new EpochEnd(4, 8));
            assertThat(log.latestEpoch().value()).isEqualTo(4);
          }
        });
  }
}
