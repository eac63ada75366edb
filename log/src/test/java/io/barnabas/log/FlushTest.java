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

import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;

/** When an append may be acknowledged, by flush.messages and flush.ms, and when never. */
class FlushTest {
  /** Forces take seconds, so that what does not wait for them is told from what does. */
  private final SimulatedWorld world =
      new SimulatedWorld(
          1,
          SimulationOptions.defaults()
              .withDiskDelays(
                  DelayRange.ofMicros(0, 10), DelayRange.ofMicros(1_000_000, 2_000_000)));

  private void run(SimulatedWorld.Body body) {
    assertThat(world.run(body)).isEqualTo(RunEnd.FINISHED);
  }

  private void sleepSeconds(long seconds) {
    world.threads().sleep(TimeUnit.SECONDS.toNanos(seconds));
  }

  private PartitionLog flushedLog(LogDirectory logs, String... settings) throws Exception {
    PartitionLog log = logs.openOrCreate(ID, config(settings));
    fill(log, 2);
    log.flush();
    // What opening it left to be done must not be taken for what the test looks at.
    sleepSeconds(10);
    assertThat(log.durableEnd()).isEqualTo(2);
    return log;
  }

  @Test
  void eachAppendWaitsForTheDiskAndOneForceServesAll() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = flushedLog(logs);
            List<Integer> told = new ArrayList<>();
            AtomicInteger forces = new AtomicInteger();
            log.onFlushed(end -> forces.incrementAndGet());
            for (int i = 0; i < 50; i++) {
              int number = i;
              long end = log.append(batch("v"), CLIENT).lastOffset() + 1;
              log.whenFlushed(end, () -> told.add(number));
            }
            assertThat(log.flushedEndOffset()).isEqualTo(2);
            assertThat(told).isEmpty();
            flushed(log);
            assertThat(told).hasSizeGreaterThanOrEqualTo(49).isSorted();
            assertThat(forces.get()).isLessThanOrEqualTo(2);
          }
        });
  }

  @Test
  void onlyEveryFourthRecordWaits() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = flushedLog(logs, "flush.messages", "4");
            for (int i = 0; i < 3; i++) {
              log.append(batch("v"), CLIENT);
              assertThat(log.flushedEndOffset()).isEqualTo(3 + i);
            }
            sleepSeconds(10);
            assertThat(log.durableEnd()).isEqualTo(2);
            log.append(batch("v"), CLIENT);
            assertThat(log.flushedEndOffset()).isEqualTo(5);
            flushed(log);
            assertThat(log.durableEnd()).isEqualTo(6);
          }
        });
  }

  @Test
  void whatIsNotFlushedByNumberIsFlushedInTime() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log =
                flushedLog(logs, "flush.messages", "" + Long.MAX_VALUE, "flush.ms", "30000");
            // The timer of what is already there.
            sleepSeconds(31);
            log.append(batch("v"), CLIENT);
            assertThat(log.flushedEndOffset()).isEqualTo(3);
            sleepSeconds(29);
            assertThat(log.durableEnd()).isEqualTo(2);
            sleepSeconds(5);
            assertThat(log.durableEnd()).isEqualTo(3);
            log.append(batch("v"), CLIENT);
            sleepSeconds(35);
            assertThat(log.durableEnd()).isEqualTo(4);
          }
        });
  }

  @Test
  void failedForceFailsTheDirectoryAndTellsWhoWaits() {
    run(
        () -> {
          LogDirectory logs = open(world);
          PartitionLog log = flushedLog(logs);
          List<String> told = new ArrayList<>();
          logs.onFailure(cause -> told.add("directory"));
          log.onFlushed(end -> told.add("listener " + log.isUsable()));
          world.disk().failNext(DiskOperation.FORCE, path -> path.toString().endsWith(".log"));
          long end = log.append(batch("lost"), CLIENT).lastOffset() + 1;
          log.whenFlushed(end, () -> told.add("waiter " + log.isUsable()));
          sleepSeconds(10);
          assertThat(told).containsExactlyInAnyOrder("directory", "listener false", "waiter false");
          assertThat(log.flushedEndOffset()).isEqualTo(2);
          // Not even when the disk is well again: nobody knows what it kept.
          assertThatThrownBy(() -> log.append(batch("late"), CLIENT))
              .isInstanceOf(KafkaStorageException.class);
          log.whenFlushed(end, () -> told.add("late " + log.isUsable()));
          assertThat(told).endsWith("late false");
          logs.close();
          try (LogDirectory again = open(world)) {
            assertThat(again.wasCleanlyClosed()).isFalse();
          }
        });
  }

  @Test
  void appendsThatTheFullDiskDoesNotTakeAreRefusedUntilThereIsRoom() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = flushedLog(logs);
            long full = world.disk().totalBytes(DIRECTORY) - world.disk().usableBytes(DIRECTORY);
            world.disk().resize(full + 20);
            for (int i = 0; i < 3; i++) {
              assertThatThrownBy(() -> log.append(batch("refused"), CLIENT))
                  .isInstanceOf(KafkaStorageException.class)
                  .hasMessageContaining("the disk is full");
              assertThat(log.view()).isEqualTo(new LogView(0, 2, 2));
            }
            // The housekeeping that finds no room either puts it off.
            sleepSeconds(200);
            assertThat(logs.failure()).isEmpty();
            world.disk().resize(1 << 30);
            fill(log, 5);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 5));
          }
          try (LogDirectory again = open(world)) {
            assertThat(again.wasCleanlyClosed()).isTrue();
            assertThat(valuesOf(again.openOrCreate(ID, config()))).isEqualTo(expected(0, 5));
          }
        });
  }

  /** A follower cuts off what its leader does not have, also while there is no room. */
  @Test
  void cutsThatTheFullDiskHasNoRoomToNoteAreRefusedUntilThereIsRoom() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = flushedLog(logs);
            long full = world.disk().totalBytes(DIRECTORY) - world.disk().usableBytes(DIRECTORY);
            world.disk().resize(full);
            assertThatThrownBy(() -> log.truncateTo(1, 100))
                .isInstanceOf(KafkaStorageException.class)
                .hasMessageContaining("the disk is full");
            assertThatThrownBy(() -> log.truncateFullyAndStartAt(7, 100))
                .isInstanceOf(KafkaStorageException.class)
                .hasMessageContaining("the disk is full");
            assertThat(logs.failure()).isEmpty();
            assertThat(log.view()).isEqualTo(new LogView(0, 2, 2));
            world.disk().resize(1 << 30);
            log.truncateTo(1, 100);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 1));
          }
        });
  }

  @Test
  void failedAppendThatCannotBeCutOffFailsTheDirectory() {
    run(
        () -> {
          LogDirectory logs = open(world);
          PartitionLog log = flushedLog(logs);
          // Not the files that others write meanwhile.
          world.disk().failNext(DiskOperation.APPEND, path -> path.toString().endsWith(".log"));
          world.disk().failNext(DiskOperation.TRUNCATE, path -> path.toString().endsWith(".log"));
          assertThatThrownBy(() -> log.append(batch("lost"), CLIENT))
              .isInstanceOf(KafkaStorageException.class);
          assertThat(logs.failure()).isPresent();
          assertThat(log.view()).isEqualTo(new LogView(0, 2, 2));
          assertThatThrownBy(logs::checkpoint).isInstanceOf(java.io.IOException.class);
          logs.close();
        });
  }

  @Test
  void housekeepingThatFailsFailsTheDirectoryAndTellsWhoWaits() {
    run(
        () -> {
          LogDirectory logs = open(world);
          PartitionLog log = flushedLog(logs, "segment.bytes", "200");
          AtomicInteger told = new AtomicInteger();
          log.whenFlushed(Long.MAX_VALUE, told::incrementAndGet);
          world.disk().failNext(DiskOperation.RENAME, path -> path.toString().contains("index"));
          fill(log, 6);
          sleepSeconds(30);
          assertThat(logs.failure()).isPresent();
          assertThat(told.get()).isEqualTo(1);
          logs.close();
        });
  }

  @Test
  void waitersAreToldWhileTheHousekeeperIsStuck() {
    run(
        () -> {
          LogDirectory logs = open(world);
          PartitionLog log = flushedLog(logs);
          AtomicInteger told = new AtomicInteger();
          log.whenFlushed(Long.MAX_VALUE, told::incrementAndGet);
          logs.later(0, () -> sleepSeconds(1_000));
          sleepSeconds(1);
          world.disk().failNext(DiskOperation.FORCE);
          log.append(batch("lost"), CLIENT);
          sleepSeconds(10);
          assertThat(logs.failure()).isPresent();
          assertThat(told.get()).isEqualTo(1);
          logs.close();
        });
  }

  @Test
  void endlessDelayIsNotOver() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            AtomicInteger ran = new AtomicInteger();
            logs.later(Long.MAX_VALUE, ran::incrementAndGet);
            sleepSeconds(10);
            assertThat(ran.get()).isZero();
          }
        });
  }

  @Test
  void directoryThatCouldNotBeOpenedIsNotInUse() {
    run(
        () -> {
          open(world).close();
          world.disk().failNext(DiskOperation.READ);
          assertThatThrownBy(() -> open(world)).isInstanceOf(java.io.IOException.class);
          open(world).close();
        });
  }

  @Test
  void partitionsOfTopicsWithTheLongestNamesCanBeDeleted() {
    run(
        () -> {
          try (LogDirectory logs = open(world)) {
            TopicIdPartition id = new TopicIdPartition(new Uuid(3, 4), 12, "t".repeat(249));
            logs.openOrCreate(id, config());
            logs.delete(id);
            assertThat(logs.stored()).isEmpty();
            assertThat(world.disk().list(DIRECTORY))
                .anyMatch(name -> name.toString().endsWith("-delete"))
                .allMatch(name -> name.toString().length() <= 255);
            logs.openOrCreate(id, config());
            logs.setAside(new StoredPartition(id, DIRECTORY.resolve(id.topic() + "-12")));
            assertThat(world.disk().list(DIRECTORY))
                .anyMatch(name -> name.toString().endsWith("-stray"))
                .allMatch(name -> name.toString().length() <= 255);
          }
        });
  }
}
