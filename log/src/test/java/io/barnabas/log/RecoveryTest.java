package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.idempotent;
import static io.barnabas.log.Samples.log;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.overwrite;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was known to be on disk is there, or the log is not opened; the rest may be torn. */
class RecoveryTest {
  /** A batch of a value like "value-7" has 75 bytes, so a segment has four. */
  private static final LogConfig FOUR_A_SEGMENT = config("segment.bytes", "310");

  private static final int BATCH_BYTES = 75;
  private static final int LENGTH_FIELD = 11;
  private static final int IN_THE_VALUE = 72;

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private void run(Step step) {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    assertThat(world.run(() -> step.run(world))).isEqualTo(RunEnd.FINISHED);
  }

  private interface Step {
    void run(SimulatedWorld world) throws Exception;
  }

  /** Ten batches in three segments, closed in good order: all below offset 10 is known. */
  private void closedLog() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            fill(logs.openOrCreate(ID, FOUR_A_SEGMENT), 10);
          }
        });
  }

  /** Without what was never finished, which no log needs. */
  private Map<Path, byte[]> content(SimulatedWorld world) throws IOException {
    Map<Path, byte[]> content = new TreeMap<>();
    for (Path name : world.disk().list(FOLDER)) {
      if (!name.toString().endsWith(".tmp")) {
        content.put(name, disk.content(FOLDER.resolve(name)));
      }
    }
    return content;
  }

  private void damaged(Path file, long position, long first, long last) {
    run(
        world -> {
          Map<Path, byte[]> before = content(world);
          try (LogDirectory logs = open(world)) {
            DamagedLogException e =
                catchThrowableOfType(
                    DamagedLogException.class, () -> logs.openOrCreate(ID, FOUR_A_SEGMENT));
            assertThat(e.file()).isEqualTo(file);
            assertThat(e.position()).isEqualTo(position);
            assertThat(e.firstOffset()).isEqualTo(first);
            assertThat(e.lastOffset()).isEqualTo(last);
            assertThat(e).hasMessageContaining(file.toString());
            assertThat(logs.failure()).isEmpty();
          }
          assertThat(content(world)).usingRecursiveComparison().isEqualTo(before);
        });
  }

  private void whole() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            assertThat(valuesOf(logs.openOrCreate(ID, FOUR_A_SEGMENT))).isEqualTo(expected(0, 10));
          }
        });
  }

  @Test
  void damageBelowTheRecoveryPointIsNoTornTail() throws IOException {
    closedLog();
    disk.corrupt(log(8), BATCH_BYTES + LENGTH_FIELD, 0x40);
    damaged(log(8), BATCH_BYTES, 9, 9);
    // Not even after a second try, as the first one left everything as it was.
    damaged(log(8), BATCH_BYTES, 9, 9);
    disk.corrupt(log(8), BATCH_BYTES + LENGTH_FIELD, 0x40);
    whole();
  }

  @Test
  void flippedBitInASealedSegmentWithoutIndexIsReported() throws IOException {
    closedLog();
    run(world -> world.disk().delete(FOLDER.resolve(Segment.name(4, ".index"))));
    disk.corrupt(log(4), BATCH_BYTES + IN_THE_VALUE, 1);
    damaged(log(4), BATCH_BYTES, 5, 5);
    disk.corrupt(log(4), BATCH_BYTES + IN_THE_VALUE, 1);
    whole();
  }

  @Test
  void bytesBehindTheLastBatchOfAFullSegmentCostNothing() {
    closedLog();
    run(
        world -> {
          try (var file = world.disk().openForAppend(log(4))) {
            file.append(ByteBuffer.allocate(30));
          }
        });
    whole();
    run(world -> assertThat(world.disk().size(log(4))).isEqualTo(4 * BATCH_BYTES));
  }

  @Test
  void batchesThatTheNextSegmentHasTooAreReported() throws IOException {
    closedLog();
    byte[] next = disk.content(log(8));
    run(
        world -> {
          try (var file = world.disk().openForAppend(log(4))) {
            file.append(ByteBuffer.wrap(next), ByteBuffer.allocate(3));
          }
        });
    damaged(log(4), 6 * BATCH_BYTES + 3, 10, 9);
  }

  @Test
  void missingLastSegmentIsReported() {
    closedLog();
    run(
        world -> {
          for (Path name : world.disk().list(FOLDER)) {
            if (name.toString().startsWith("00000000000000000008.")) {
              world.disk().delete(FOLDER.resolve(name));
            }
          }
        });
    damaged(log(4), 4 * BATCH_BYTES, 8, 9);
  }

  @Test
  void missingSegmentInTheMiddleIsReported() {
    closedLog();
    run(world -> world.disk().delete(log(4)));
    damaged(log(4), 0, 4, 7);
  }

  @Test
  void shortenedSegmentIsReported() {
    closedLog();
    run(
        world -> {
          try (var file = world.disk().openForAppend(log(4))) {
            file.truncate(2 * BATCH_BYTES + 10);
          }
        });
    damaged(log(4), 2 * BATCH_BYTES, 6, 7);
  }

  /** Ten batches of which six were checkpointed, then a kill. */
  private void killedLog() {
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              LogDirectory logs = open(world);
              PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
              fill(log, 6);
              world.threads().sleep(TimeUnit.SECONDS.toNanos(70));
              fill(log, 10);
              world.crash(CrashMode.KEEP_ALL);
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
  }

  @Test
  void tailAboveTheRecoveryPointIsCutAndBelowItIsNot() throws IOException {
    killedLog();
    disk.corrupt(log(4), BATCH_BYTES + LENGTH_FIELD, 0x40);
    damaged(log(4), BATCH_BYTES, 5, 5);
    disk.corrupt(log(4), BATCH_BYTES + LENGTH_FIELD, 0x40);
    disk.corrupt(log(4), 3 * BATCH_BYTES + IN_THE_VALUE, 1);
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 7));
            fill(log, 10);
          }
        });
    whole();
  }

  @Test
  void startAfterAKillReadsOnlyWhatIsAboveTheRecoveryPoint() throws IOException {
    LogConfig config = config("retention.ms", "-1");
    String large = "x".repeat(100_000);
    SimulatedWorld world = new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              PartitionLog log = open(world).openOrCreate(ID, config);
              log.append(idempotent(5, 0, 0, 3), CLIENT);
              for (int minute = 0; minute < 2; minute++) {
                for (int i = 0; i < 20; i++) {
                  log.append(batch(large), CLIENT);
                }
                world.threads().sleep(TimeUnit.SECONDS.toNanos(61));
              }
              log.append(idempotent(5, 0, 3, 2), CLIENT);
              Samples.flushed(log);
              world.crash(CrashMode.KEEP_ALL);
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
    // In the middle of a batch that nobody has reason to read.
    disk.corrupt(log(0), 150_000, 1);
    run(
        second -> {
          assertThat(second.disk().list(FOLDER).stream().map(Path::toString))
              .contains(Segment.name(43, ".snapshot"), Segment.name(0, ".index"))
              .doesNotContain(Segment.name(23, ".snapshot"));
          try (LogDirectory logs = open(second)) {
            PartitionLog log = logs.openOrCreate(ID, config);
            assertThat(log.view().logEndOffset()).isEqualTo(45);
            assertThat(log.append(idempotent(5, 0, 3, 2), CLIENT).duplicate()).isTrue();
            assertThat(log.append(idempotent(5, 0, 5, 1), CLIENT).firstOffset()).isEqualTo(45);
          }
        });
  }

  @Test
  void withoutRecoveryPointsOnlyTheLastSegmentMayBeTorn() throws IOException {
    closedLog();
    Path points = DIRECTORY.resolve("recovery-point-offset-checkpoint");
    run(world -> overwrite(world, points, "0\n1\ntopic 0 te"));
    disk.corrupt(log(4), BATCH_BYTES + LENGTH_FIELD, 0x40);
    damaged(log(4), BATCH_BYTES, 5, 5);
    damaged(log(4), BATCH_BYTES, 5, 5);
    disk.corrupt(log(4), BATCH_BYTES + LENGTH_FIELD, 0x40);
    disk.corrupt(log(8), BATCH_BYTES + IN_THE_VALUE, 1);
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 9));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0\n", "1\n0\n", "0\n1\n", "0\n2\n3 0\n2 5\n", "0\n1\nx y\n", "\u0000"})
  void malformedEpochsAreReadFromTheBatches(String content) {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            fill(log, 3);
            log.append(batch("value-3"), new AppendContext(7, Origin.CLIENT));
          }
          overwrite(world, FOLDER.resolve("leader-epoch-checkpoint"), content);
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            assertThat(valuesOf(log)).isEqualTo(expected(0, 4));
            assertThat(log.endOffsetForEpoch(0)).isEqualTo(new EpochEnd(0, 3));
            assertThat(log.endOffsetForEpoch(7)).isEqualTo(new EpochEnd(7, 4));
          }
        });
  }

  @Test
  void malformedLogStartsBeginWithTheFirstSegment() {
    closedLog();
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            assertThat(logs.openOrCreate(ID, FOUR_A_SEGMENT).deleteRecordsBefore(5)).isEqualTo(5);
          }
          overwrite(world, DIRECTORY.resolve("log-start-offset-checkpoint"), "nonsense");
        });
    whole();
  }

  @Test
  void malformedProducerSnapshotIsReadFromTheBatches() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            logs.openOrCreate(ID, FOUR_A_SEGMENT).append(idempotent(5, 0, 0, 3), CLIENT);
          }
          overwrite(world, FOLDER.resolve(Segment.name(3, ".snapshot")), "nonsense");
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            assertThat(log.append(idempotent(5, 0, 0, 3), CLIENT).duplicate()).isTrue();
            assertThat(log.append(idempotent(5, 0, 3, 1), CLIENT).firstOffset()).isEqualTo(3);
          }
        });
  }

  @Test
  void producerOfABatchThatTheLogBeginsWithinIsKnown() {
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            log.append(idempotent(5, 0, 0, 3), CLIENT);
            Samples.flushed(log);
            log.deleteRecordsBefore(1);
          }
          world.disk().delete(FOLDER.resolve(Segment.name(3, ".snapshot")));
        });
    run(
        world -> {
          try (LogDirectory logs = open(world)) {
            PartitionLog log = logs.openOrCreate(ID, FOUR_A_SEGMENT);
            assertThat(log.append(idempotent(5, 0, 0, 3), CLIENT).duplicate()).isTrue();
          }
        });
  }

  @Test
  void folderThatDoesNotSayWhoseItIsIsLeftAlone() {
    closedLog();
    run(
        world -> {
          overwrite(world, FOLDER.resolve("partition.metadata"), "version: 0\ntopic_id: ???");
          Map<Path, byte[]> before = content(world);
          try (LogDirectory logs = open(world)) {
            assertThat(logs.stored()).isEmpty();
            assertThatThrownBy(() -> logs.openOrCreate(ID, FOUR_A_SEGMENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("partition.metadata");
          }
          assertThat(content(world)).usingRecursiveComparison().isEqualTo(before);
          world.disk().delete(FOLDER.resolve("partition.metadata"));
          try (LogDirectory logs = open(world)) {
            assertThatThrownBy(() -> logs.openOrCreate(ID, FOUR_A_SEGMENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("partition.metadata");
          }
          assertThat(List.copyOf(content(world).keySet())).hasSize(before.size() - 1);
        });
  }
}
