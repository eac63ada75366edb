package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.idempotent;
import static io.barnabas.log.Samples.log;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.overwrite;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.inspect.BatchHeader;
import io.barnabas.log.inspect.BatchReader;
import io.barnabas.log.inspect.Damage;
import io.barnabas.log.inspect.Inspection;
import io.barnabas.log.inspect.RecordPlace;
import io.barnabas.log.inspect.SegmentSummary;
import io.barnabas.world.DiskFile;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.junit.jupiter.api.Test;

/** Files are read by who did not write them, and what is wrong with them is named. */
class InspectionTest {
  private static final LogConfig CONFIG =
      Samples.config("segment.bytes", "2000", "index.interval.bytes", "1", "retention.ms", "-1");

  /** Of each of the batches with one short value. */
  private static final int BATCH_BYTES = 75;

  /** Each of six records in three batches. */
  private static final int ROUNDS = 14;

  private interface Body {
    void run(SimulatedMachine machine) throws Exception;
  }

  private static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    assertThat(world.run(() -> body.run(world.machine("n1")))).isEqualTo(RunEnd.FINISHED);
  }

  /** Plain, compressed and idempotent batches, of two leader epochs, in several segments. */
  private static void write(SimulatedMachine machine) throws Exception {
    try (LogDirectory logs = open(machine)) {
      PartitionLog log = logs.openOrCreate(ID, CONFIG);
      for (int i = 0; i < ROUNDS; i++) {
        AppendContext context = new AppendContext(2 * i / ROUNDS, Origin.CLIENT);
        log.append(batch(Compression.NONE, 1_000 + 10 * (i % 7), "value-1"), context);
        log.append(batch(Compression.gzip().build(), 5_000, "a", "b", "c"), context);
        log.append(idempotent(7, 0, 2 * i, 2), context);
      }
      flushed(log);
    }
  }

  private static List<Damage> damages(SimulatedMachine machine) throws IOException {
    List<Damage> damages = new ArrayList<>();
    Inspection inspection = new Inspection(machine.disk(), damages::add);
    inspection.folder(FOLDER);
    inspection.folder(DIRECTORY);
    assertThat(inspection.totals().damaged()).isEqualTo(damages.size());
    return damages;
  }

  @Test
  void whatTheLogWritesIsSound() {
    run(
        machine -> {
          write(machine);
          List<Damage> damages = new ArrayList<>();
          Inspection inspection = new Inspection(machine.disk(), damages::add);
          inspection.folder(FOLDER);
          assertThat(damages).isEmpty();
          assertThat(inspection.totals().records()).isEqualTo(ROUNDS * 6);
          assertThat(inspection.totals().batches()).isEqualTo(ROUNDS * 3);
          assertThat(inspection.totals().files()).isGreaterThan(6);
          inspection.folder(DIRECTORY);
          assertThat(damages).isEmpty();
        });
  }

  @Test
  void aDamagedBatchIsNamedAndThoseBehindItAreRead() {
    run(
        machine -> {
          SimulatedDisk disk = machine.disk();
          try (LogDirectory logs = open(machine)) {
            Samples.fill(logs.openOrCreate(ID, Samples.config()), 5);
          }
          disk.corrupt(log(0), BATCH_BYTES + 70, 1);
          assertThat(damages(machine))
              .containsExactly(
                  new Damage(
                      log(0),
                      BATCH_BYTES,
                      BATCH_BYTES,
                      1,
                      1,
                      "is a batch that does not match its checksum"));
          assertThat(SegmentSummary.of(disk, log(0)).batches()).isEqualTo(4);
          disk.corrupt(log(0), BATCH_BYTES + 70, 1);
          // The length, which is not in the checksum: as a size it goes behind the file's end.
          disk.corrupt(log(0), BATCH_BYTES + 9, 1);
          assertThat(damages(machine))
              .containsExactly(new Damage(log(0), BATCH_BYTES, BATCH_BYTES, 1, 1, "is no batch"));
          disk.corrupt(log(0), BATCH_BYTES + 9, 1);
          disk.corrupt(log(0), BATCH_BYTES + 7, 4);
          assertThat(damages(machine))
              .extracting(Damage::position)
              .as("offset 5 where 1 was, and then 2")
              .containsExactly(2L * BATCH_BYTES);
          disk.corrupt(log(0), BATCH_BYTES + 7, 4);
          cut(disk, log(0), 5 * BATCH_BYTES - 30);
          assertThat(damages(machine))
              .contains(
                  new Damage(
                      log(0),
                      4 * BATCH_BYTES,
                      BATCH_BYTES - 30,
                      4,
                      -1,
                      "is the beginning of a batch"));
        });
  }

  private static void cut(SimulatedDisk disk, Path file, int bytes) throws IOException {
    try (DiskFile open = disk.openForAppend(file)) {
      open.truncate(bytes);
    }
  }

  /** Not even where no checksum is: offsets, lengths and leader epochs tell of each other. */
  @Test
  void noBitOfABatchFlipsUnseen() {
    run(
        machine -> {
          write(machine);
          int size = (int) machine.disk().size(log(0));
          for (int at = 0; at < size; at++) {
            int mask = 1 << (at % 8);
            machine.disk().corrupt(log(0), at, mask);
            assertThat(damages(machine)).as("byte %d", at).isNotEmpty();
            machine.disk().corrupt(log(0), at, mask);
          }
        });
  }

  /** Only an offset of the same batch in a time index means the same. */
  @Test
  void noBitOfAnIndexOrSnapshotFlipsUnseen() {
    run(
        machine -> {
          write(machine);
          for (Path name : machine.disk().list(FOLDER)) {
            if (!name.toString().matches("\\d{20}\\.(index|timeindex|snapshot)")) {
              continue;
            }
            Path file = FOLDER.resolve(name);
            for (int at = 0; at < machine.disk().size(file); at++) {
              boolean isLowInOffset = name.toString().endsWith("timeindex") && at % 12 == 11;
              int mask = isLowInOffset ? 0x80 : 1 << (at % 8);
              machine.disk().corrupt(file, at, mask);
              assertThat(damages(machine))
                  .as("byte %d of %s", at, name)
                  .isNotEmpty()
                  .allSatisfy(damage -> assertThat(damage.file()).isEqualTo(file));
              machine.disk().corrupt(file, at, mask);
            }
          }
        });
  }

  @Test
  void smallFilesThatCannotBeAreNamed() {
    run(
        machine -> {
          write(machine);
          Path epochs = FOLDER.resolve("leader-epoch-checkpoint");
          overwrite(machine, epochs, "0\n2\n1 5\n0 9\n");
          assertThat(damages(machine))
              .containsExactly(
                  new Damage(epochs, 8, -1, -1, -1, "has epochs that are not in order"));
          machine.disk().delete(epochs);
          Path mark = FOLDER.resolve("partition.metadata");
          overwrite(machine, mark, "version: 0\ntopic-id: x\n");
          assertThat(damages(machine)).extracting(Damage::file).containsExactly(mark);
          overwrite(machine, mark, "version: 0\ntopic_id: " + ID.topicId());
          Path points = DIRECTORY.resolve("recovery-point-offset-checkpoint");
          overwrite(machine, points, "0\n1\ntopic 0 -4\n");
          assertThat(damages(machine))
              .containsExactly(
                  new Damage(points, 4, -1, -1, -1, "has '-4' where a number must be"));
        });
  }

  @Test
  void aSegmentWithoutItsLogIsGone() {
    run(
        machine -> {
          write(machine);
          machine.disk().delete(log(0));
          assertThat(damages(machine))
              .isNotEmpty()
              .allSatisfy(
                  damage -> {
                    assertThat(damage.file()).isEqualTo(log(0));
                    assertThat(damage.what()).startsWith("is gone");
                  });
        });
  }

  @Test
  void offsetsAndTimesAreFound() {
    run(
        machine -> {
          SimulatedDisk disk = machine.disk();
          write(machine);
          SegmentSummary summary = SegmentSummary.of(disk, log(0));
          assertThat(summary.firstOffset()).isZero();
          assertThat(summary.lastOffset()).isEqualTo(summary.records() - 1);
          assertThat(summary.maxTimestampMs()).isEqualTo(5_002);
          List<Damage> passed = new ArrayList<>();
          RecordPlace second = RecordPlace.ofOffset(disk, log(0), 2, passed::add).orElseThrow();
          assertThat(second.offset()).isEqualTo(2);
          assertThat(second.batch().baseOffset()).isEqualTo(1);
          assertThat(second.batch().position()).isEqualTo(BATCH_BYTES);
          RecordPlace late = RecordPlace.ofTime(disk, log(0), 5_001, passed::add).orElseThrow();
          assertThat(late.offset()).isEqualTo(2);
          assertThat(RecordPlace.ofTime(disk, log(0), 5_003, passed::add)).isEmpty();
          assertThat(RecordPlace.ofOffset(disk, log(0), summary.lastOffset() + 1, passed::add))
              .isEmpty();
          assertThat(passed).isEmpty();
          disk.corrupt(log(0), BATCH_BYTES + 70, 1);
          assertThat(RecordPlace.ofOffset(disk, log(0), 2, passed::add).orElseThrow().offset())
              .isGreaterThan(2);
          assertThat(passed).extracting(Damage::position).containsExactly((long) BATCH_BYTES);
        });
  }

  /** A record may hold a log of its own. */
  @Test
  void aBatchInAValueIsNoneOfTheLog() {
    run(
        machine -> {
          ByteBuffer inner = batch("inner");
          inner.putLong(0, 50);
          byte[] value = new byte[inner.remaining()];
          inner.get(value);
          ByteBuffer outer =
              org.apache.kafka.common.record.internal.MemoryRecords.withRecords(
                      Compression.NONE,
                      new org.apache.kafka.common.record.internal.SimpleRecord(1, value))
                  .buffer();
          try (LogDirectory logs = open(machine)) {
            PartitionLog log = logs.openOrCreate(ID, Samples.config());
            log.append(outer, CLIENT);
            log.append(batch("after"), CLIENT);
            flushed(log);
          }
          machine.disk().corrupt(log(0), 20, 1);
          List<Long> offsets = new ArrayList<>();
          try (BatchReader reader = BatchReader.open(machine.disk(), log(0))) {
            for (var piece = reader.next(); piece.isPresent(); piece = reader.next()) {
              if (piece.get() instanceof BatchHeader batch) {
                offsets.add(batch.baseOffset());
              }
            }
          }
          assertThat(offsets).containsExactly(1L);
        });
  }
}
