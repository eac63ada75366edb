package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.log;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits flip in what is stored, and it is noticed. */
class VerificationTest {
  private static final int RECORDS = 20;

  /** Of the second batch of a segment, each of which has four. */
  private static final int IN_A_VALUE = 75 + 72;

  private static final LogConfig CONFIG =
      Samples.config("segment.bytes", "310", "index.interval.bytes", "1", "retention.ms", "-1");

  private interface Body {
    void run(SimulatedMachine machine) throws Exception;
  }

  private static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    assertThat(world.run(() -> body.run(world.machine("n1")))).isEqualTo(RunEnd.FINISHED);
  }

  private static void flip(SimulatedMachine machine, long base, long position) throws Exception {
    machine.disk().corrupt(log(base), position, 0x10);
  }

  private static long verifyAll(PartitionLog log, int step) throws DamagedLogException {
    long next = 0;
    while (next < log.view().logEndOffset()) {
      long after = log.verify(next, step);
      assertThat(after).isGreaterThan(next);
      next = after;
    }
    return next;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 1_000_000})
  void whatIsSoundIsFoundSoWhileItGrows(int step) {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, RECORDS);
            assertThat(verifyAll(log, step)).isEqualTo(RECORDS);
            log.deleteRecordsBefore(7);
            log.truncateTo(RECORDS - 3, 0);
            assertThat(verifyAll(log, step)).isEqualTo(RECORDS - 3);
            assertThat(log.verify(RECORDS, step)).isEqualTo(RECORDS);
            assertThat(log.isUsable()).isTrue();
          }
        });
  }

  /** Each byte but those that are neither in the checksum nor say where a batch ends. */
  @Test
  void aBitThatFlipsAnywhereInABatchIsFound() {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            PartitionLog first = logs.openOrCreate(ID, CONFIG);
            fill(first, RECORDS);
          }
          long base = 4;
          int size = machine.disk().content(log(base)).length;
          int batch = size / 4;
          for (int at = batch; at < 2 * batch; at++) {
            boolean leaderEpoch = at - batch >= 12 && at - batch < 16;
            flip(machine, base, at);
            try (LogDirectory logs = open(machine)) {
              PartitionLog log = logs.openOrCreate(ID, CONFIG);
              if (leaderEpoch) {
                verifyAll(log, 1);
              } else {
                assertThatThrownBy(() -> verifyAll(log, 1))
                    .as("byte %d", at - batch)
                    .isInstanceOf(DamagedLogException.class);
              }
            } catch (DamagedLogException e) {
              assertThat(e.firstOffset()).isEqualTo(base + 1);
            }
            flip(machine, base, at);
          }
        });
  }

  /** Larger than what is held of one at a time. */
  @ParameterizedTest
  @ValueSource(ints = {70, 200_000, 400_000})
  void aLargeBatchIsComparedBitByBit(int place) {
    run(
        machine -> {
          int most = 1_000_000;
          try (LogDirectory logs = open(machine)) {
            PartitionLog log = logs.openOrCreate(ID, Samples.config());
            log.append(batch("x".repeat(400_000)), CLIENT);
            fill(log, 2);
            assertThat(log.verify(0, most)).isEqualTo(2);
            flip(machine, 0, place);
            assertThatThrownBy(() -> log.verify(0, most)).isInstanceOf(DamagedLogException.class);
          }
        });
  }

  /** A log that is closed is not looked at when its turn comes, and not kept until then. */
  @Test
  void whatIsClosedIsReadNoMore() {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, RECORDS);
            machine.threads().sleep(TimeUnit.SECONDS.toNanos(20));
            logs.delete(ID);
            PartitionLog again = logs.openOrCreate(ID, CONFIG);
            fill(again, RECORDS);
            flip(machine, 4, IN_A_VALUE);
            machine.threads().sleep(TimeUnit.SECONDS.toNanos(20));
            assertThat(again.isUsable()).isFalse();
          }
        });
  }

  @Test
  void aDamagedLogTakesAndGivesNothingAndWhoWaitsIsTold() {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            List<TopicIdPartition> heard = new ArrayList<>();
            logs.onDamage((id, damage) -> heard.add(id));
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, RECORDS);
            flip(machine, 4, IN_A_VALUE);
            assertThat(log.verify(0, 1_000_000)).isEqualTo(4);
            DamagedLogException e =
                catchThrowableOfType(DamagedLogException.class, () -> log.verify(4, 1_000_000));
            assertThat(e.file()).isEqualTo(log(4));
            assertThat(heard).containsExactly(ID);
            assertThat(log.isUsable()).isFalse();
            assertThatThrownBy(() -> log.read(0, 1, 100, true))
                .isInstanceOf(KafkaStorageException.class);
            assertThatThrownBy(() -> log.append(batch("more"), CLIENT))
                .isInstanceOf(KafkaStorageException.class);
            List<String> told = new ArrayList<>();
            log.whenFlushed(RECORDS + 1, () -> told.add("told"));
            assertThat(told).containsExactly("told");
          }
        });
  }

  @Test
  void whatNobodyReadsIsReadFromTimeToTime() {
    run(
        machine -> {
          LogDirectoryOptions hourly =
              new LogDirectoryOptions(
                  86_400_000,
                  300_000,
                  60_000,
                  5_000,
                  1 << 20,
                  3_600_000,
                  CleanerOptions.defaults());
          try (LogDirectory logs = LogDirectory.open(machine, DIRECTORY, hourly)) {
            List<TopicIdPartition> heard = new ArrayList<>();
            logs.onDamage((id, damage) -> heard.add(id));
            PartitionLog log = logs.openOrCreate(ID, CONFIG);
            fill(log, RECORDS);
            machine.threads().sleep(TimeUnit.MINUTES.toNanos(1));
            flip(machine, 8, IN_A_VALUE);
            machine.threads().sleep(TimeUnit.MINUTES.toNanos(30));
            assertThat(heard).isEmpty();
            machine.threads().sleep(TimeUnit.HOURS.toNanos(1));
            assertThat(heard).containsExactly(ID);
          }
        });
  }

  @Test
  void onlyOneDamagedCopyIsKeptUntilThePartitionIsDeleted() {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            fill(logs.openOrCreate(ID, CONFIG), RECORDS);
            Path aside = logs.setDamagedAside(ID).orElseThrow();
            PartitionLog anew = logs.openOrCreate(ID, CONFIG);
            assertThat(anew.view().logEndOffset()).isZero();
            fill(anew, 3);
            assertThat(logs.setDamagedAside(ID)).contains(aside);
            assertThat(logs.setDamagedAside(ID)).isEmpty();
            assertThat(machine.disk().content(aside.resolve(log(0).getFileName())).length)
                .isEqualTo(3 * batch("value-0").remaining());
            fill(logs.openOrCreate(ID, CONFIG), 1);
            logs.delete(ID);
            machine.threads().sleep(TimeUnit.MINUTES.toNanos(2));
            assertThat(machine.disk().exists(aside)).isFalse();
            assertThat(machine.disk().exists(FOLDER)).isFalse();
          }
        });
  }

  @Test
  void whatWasDamagedIsOpenedOnlyIfAllOfItIsGood() {
    run(
        machine -> {
          try (LogDirectory logs = open(machine)) {
            fill(logs.openOrCreate(ID, CONFIG), RECORDS);
          }
          flip(machine, 4, IN_A_VALUE);
          try (LogDirectory logs = open(machine)) {
            assertThat(logs.openOrCreate(ID, CONFIG).isUsable()).isTrue();
            assertThatThrownBy(() -> logs.reopenIfSound(ID, CONFIG))
                .isInstanceOf(DamagedLogException.class);
            flip(machine, 4, IN_A_VALUE);
            PartitionLog log = logs.reopenIfSound(ID, CONFIG);
            assertThat(valuesOf(log)).isEqualTo(expected(0, RECORDS));
            logs.setDamagedAside(ID);
            assertThatThrownBy(() -> logs.reopenIfSound(ID, CONFIG))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining("gone");
          }
        });
  }
}
