package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.open;
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

  private static PartitionLog flushedLog(LogDirectory logs, String... settings) throws Exception {
    PartitionLog log = logs.openOrCreate(ID, config(settings));
    fill(log, 2);
    log.flush();
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
  void failedAppendFailsTheDirectory() {
    run(
        () -> {
          LogDirectory logs = open(world);
          PartitionLog log = flushedLog(logs);
          world.disk().failNext(DiskOperation.APPEND);
          assertThatThrownBy(() -> log.append(batch("lost"), CLIENT))
              .isInstanceOf(KafkaStorageException.class);
          assertThat(logs.failure()).isPresent();
          assertThat(log.view()).isEqualTo(new LogView(0, 2, 2));
          logs.close();
        });
  }
}
