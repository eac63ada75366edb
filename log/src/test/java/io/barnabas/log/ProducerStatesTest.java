package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.idempotent;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.junit.jupiter.api.Test;

/** Repeats are recognised, gaps and old epochs refused, and that survives what a log survives. */
class ProducerStatesTest {
  private static final LogConfig CONFIG = config("segment.bytes", "400");

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(PartitionLog log) throws Exception;
  }

  private void withLog(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                step.run(logs.openOrCreate(ID, CONFIG));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private void withKilledLog(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    world.run(
        () -> {
          step.run(open(world).openOrCreate(ID, CONFIG));
          world.crash(CrashMode.KEEP_ALL);
        });
  }

  private static long append(PartitionLog log, long producer, int epoch, int sequence, int count)
      throws Exception {
    Appended appended = log.append(idempotent(producer, epoch, sequence, count), CLIENT);
    assertThat(appended.duplicate()).isFalse();
    return appended.firstOffset();
  }

  private static void repeated(PartitionLog log, int sequence, int count, long first)
      throws Exception {
    long end = log.view().logEndOffset();
    Appended appended = log.append(idempotent(7, 0, sequence, count), CLIENT);
    assertThat(appended.duplicate()).isTrue();
    assertThat(appended.firstOffset()).isEqualTo(first);
    assertThat(appended.lastOffset()).isEqualTo(first + count - 1);
    assertThat(log.view().logEndOffset()).isEqualTo(end);
  }

  private static void gap(PartitionLog log, int epoch, int sequence) {
    assertThatThrownBy(() -> log.append(idempotent(7, epoch, sequence, 1), CLIENT))
        .isInstanceOf(OutOfOrderSequenceException.class);
  }

  @Test
  void lastFiveBatchesMayBeRepeated() {
    withLog(
        log -> {
          for (int i = 0; i < 6; i++) {
            append(log, 7, 0, 2 * i, 2);
          }
          for (int i = 1; i < 6; i++) {
            repeated(log, 2 * i, 2, 2L * i);
          }
          gap(log, 0, 0);
          gap(log, 0, 13);
          assertThatThrownBy(() -> log.append(idempotent(7, 0, 10, 3), CLIENT))
              .isInstanceOf(OutOfOrderSequenceException.class);
          assertThat(append(log, 7, 0, 12, 1)).isEqualTo(12);
          assertThat(append(log, 8, 3, 5, 1)).as("an unknown producer").isEqualTo(13);
        });
  }

  @Test
  void newEpochBeginsAtZeroAndFencesTheOld() {
    withLog(
        log -> {
          append(log, 7, 0, 0, 3);
          gap(log, 1, 3);
          append(log, 7, 1, 0, 1);
          assertThatThrownBy(() -> log.append(idempotent(7, 0, 3, 1), CLIENT))
              .isInstanceOf(InvalidProducerEpochException.class);
          append(log, 7, 1, 1, 1);
        });
  }

  @Test
  void sequencesGoOnAtZeroAfterTheGreatest() {
    withLog(
        log -> {
          append(log, 7, 0, Integer.MAX_VALUE - 1, 1);
          long first = append(log, 7, 0, Integer.MAX_VALUE, 3);
          repeated(log, Integer.MAX_VALUE, 3, first);
          gap(log, 0, 0);
          gap(log, 0, 3);
          append(log, 7, 0, 2, 1);
        });
    withLog(log -> append(log, 7, 0, 3, Integer.BYTES));
    withLog(
        log -> {
          append(log, 9, 0, Integer.MAX_VALUE, 1);
          append(log, 9, 0, 0, 1);
        });
  }

  @Test
  void producersAreKnownAfterACleanStartAndAfterAKill() {
    withLog(
        log -> {
          for (int i = 0; i < 20; i++) {
            append(log, 7, 0, i, 1);
          }
          assertThat(log.segmentCount()).isGreaterThan(2);
        });
    withKilledLog(
        log -> {
          repeated(log, 19, 1, 19);
          gap(log, 0, 21);
          append(log, 7, 0, 20, 3);
          append(log, 7, 0, 23, 2);
          append(log, 8, 0, 0, 1);
          Samples.flushed(log);
        });
    withKilledLog(
        log -> {
          repeated(log, 23, 2, 23);
          repeated(log, 20, 3, 20);
          append(log, 7, 0, 25, 1);
          Samples.flushed(log);
          assertThat(log.producers())
              .extracting(ActiveProducer::producerId, ActiveProducer::lastSequence)
              .containsExactlyInAnyOrder(
                  org.assertj.core.api.Assertions.tuple(7L, 25),
                  org.assertj.core.api.Assertions.tuple(8L, 0));
        });
  }

  /** Five batches may be on their way when a node dies, and a segment may end between them. */
  @Test
  void allFiveBatchesAreKnownAfterAStartWhereverSegmentsEnd() {
    withLog(
        log -> {
          for (int i = 0; i < 20; i++) {
            append(log, 7, 0, i, 1);
          }
          assertThat(log.segmentCount()).isGreaterThan(2);
        });
    for (int next = 20; next < 30; next++) {
      int sequence = next;
      Step step =
          log -> {
            for (int back = 5; back > 0; back--) {
              repeated(log, sequence - back, 1, sequence - back);
            }
            gap(log, 0, sequence - 6);
            append(log, 7, 0, sequence, 1);
            Samples.flushed(log);
          };
      if (next % 2 == 0) {
        withKilledLog(step);
      } else {
        withLog(step);
      }
    }
  }

  @Test
  void truncationForgetsWhatItCuts() {
    withLog(
        log -> {
          for (int i = 0; i < 20; i++) {
            append(log, 7, 0, i, 1);
          }
          append(log, 8, 0, 0, 1);
          log.truncateTo(11, 100);
          assertThat(log.producers()).extracting(ActiveProducer::producerId).containsExactly(7L);
          gap(log, 0, 12);
          repeated(log, 10, 1, 10);
          assertThat(append(log, 7, 0, 11, 1)).isEqualTo(11);
        });
  }

  @Test
  void silentProducersAreForgottenByThisNodesClock() {
    SimulatedWorld world =
        new SimulatedWorld(seed, SimulationOptions.defaults().withMaxSteps(50_000_000), disk);
    world.run(
        () -> {
          LogDirectoryOptions hour =
              new LogDirectoryOptions(
                  3_600_000, 300_000, 60_000, 5_000, 0, 1, CleanerOptions.defaults());
          try (LogDirectory logs = LogDirectory.open(world, Samples.DIRECTORY, hour)) {
            PartitionLog log = logs.openOrCreate(ID, config());
            append(log, 7, 0, 0, 1);
            append(log, 8, 0, 0, 1);
            world.threads().sleep(TimeUnit.MINUTES.toNanos(50));
            append(log, 8, 0, 1, 1);
            assertThat(log.producers()).hasSize(2);
            world.threads().sleep(TimeUnit.MINUTES.toNanos(16));
            assertThat(log.producers())
                .extracting(ActiveProducer::producerId)
                .isEqualTo(List.of(8L));
          }
        });
  }
}
