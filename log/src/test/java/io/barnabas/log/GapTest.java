package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.batch;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.flushed;
import static io.barnabas.log.Samples.log;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.barnabas.world.DiskFile;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bad batch with good ones behind it, in what a crash may have torn: all that was forced since.
 */
class GapTest {
  /** A batch of a value like "value-7". */
  private static final int BATCH_BYTES = 75;

  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private long seed;

  private interface Step {
    void run(PartitionLog log) throws Exception;
  }

  private SimulatedWorld nextWorld() {
    return new SimulatedWorld(seed++, SimulationOptions.defaults(), disk);
  }

  /** What was written is on disk, and nothing has noted that when the power is lost. */
  private void written(LogConfig config, Step step) {
    SimulatedWorld world = nextWorld();
    RunEnd end =
        world.run(
            () -> {
              PartitionLog log = open(world).openOrCreate(ID, config);
              step.run(log);
              flushed(log);
              world.crash(
                  config.flushMessages() == 1 ? CrashMode.LOSE_UNFORCED : CrashMode.KEEP_ALL);
            });
    assertThat(end).isEqualTo(RunEnd.CRASHED);
  }

  private void tenBatches() {
    written(config(), log -> fill(log, 10));
  }

  private void opens(LogConfig config, boolean isCopied, int batches) {
    SimulatedWorld world = nextWorld();
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                assertThat(valuesOf(logs.openOrCreate(ID, config, isCopied)))
                    .isEqualTo(expected(0, batches));
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private void isDamaged(long first, long last) throws IOException {
    byte[] before = disk.content(log(0));
    SimulatedWorld world = nextWorld();
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                DamagedLogException damage =
                    catchThrowableOfType(
                        DamagedLogException.class, () -> logs.openOrCreate(ID, config(), true));
                assertThat(damage.firstOffset()).isEqualTo(first);
                assertThat(damage.lastOffset()).isEqualTo(last);
                assertThat(damage.position()).isEqualTo(first * BATCH_BYTES);
                assertThat(damage).hasMessageContaining(FOLDER.toString());
                assertThat(logs.failure()).isEmpty();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    assertThat(disk.content(log(0))).isEqualTo(before);
  }

  /** In its length, its magic, its checksum and its value. */
  @ParameterizedTest
  @ValueSource(ints = {11, 16, 20, 72})
  void isDamageWhereThereAreOtherCopies(int place) throws IOException {
    tenBatches();
    disk.corrupt(log(0), 6 * BATCH_BYTES + place, 0x41);
    isDamaged(6, 6);
    // What a second start finds must be the same.
    isDamaged(6, 6);
  }

  /** The last of the four in a file, or that file's end as if it had never been written. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isDamageWhereTheGoodOnesAreInALaterFile(boolean isShort) throws Exception {
    LogConfig four = config("segment.bytes", "310");
    written(four, log -> fill(log, 10));
    if (isShort) {
      cut(log(0), 3 * BATCH_BYTES);
    } else {
      disk.corrupt(log(0), 3 * BATCH_BYTES + 72, 1);
    }
    isDamaged(3, 3);
    isDamaged(3, 3);
    opens(four, false, 3);
  }

  private void cut(Path file, long size) {
    SimulatedWorld world = nextWorld();
    RunEnd end =
        world.run(
            () -> {
              try (DiskFile opened = world.disk().openForAppend(file)) {
                opened.truncate(size);
                opened.force();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  @Test
  void mayBeOfSeveralBatches() throws IOException {
    tenBatches();
    disk.corrupt(log(0), 6 * BATCH_BYTES + 72, 1);
    disk.corrupt(log(0), 7 * BATCH_BYTES + 72, 1);
    isDamaged(6, 7);
  }

  @Test
  void endsTheLogWhereThereIsNoOtherCopy() throws IOException {
    tenBatches();
    disk.corrupt(log(0), 6 * BATCH_BYTES + 72, 1);
    opens(config(), false, 6);
    opens(config(), true, 6);
  }

  @Test
  void endsTheLogWhereTheTopicIsNotForced() throws IOException {
    LogConfig unforced = config("flush.messages", "1000");
    written(unforced, log -> fill(log, 10));
    disk.corrupt(log(0), 6 * BATCH_BYTES + 72, 1);
    // Nor where it was not, when the crash came.
    opens(config(), true, 6);
  }

  @Test
  void aBadLastBatchIsATornEnd() throws IOException {
    tenBatches();
    disk.corrupt(log(0), 9 * BATCH_BYTES + 72, 1);
    opens(config(), true, 9);
  }

  /** It has the offset 0 in it, as a producer sends it, which is no later one. */
  @Test
  void aBatchInTheValueOfATornOneIsNoneOfTheLog() throws IOException {
    ByteBuffer inner = batch("inner");
    byte[] value = new byte[inner.remaining()];
    inner.get(value);
    written(
        config(),
        log -> {
          fill(log, 4);
          SimpleRecord outer = new SimpleRecord(1_000, value);
          log.append(MemoryRecords.withRecords(Compression.NONE, outer).buffer(), CLIENT);
        });
    disk.corrupt(log(0), 4 * BATCH_BYTES + 17, 1);
    opens(config(), true, 4);
  }
}
