package io.barnabas.log;

import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.DiskFile;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** High watermarks are known again after a start, and never above what a log has. */
class WatermarksTest {
  private static final Path FILE = DIRECTORY.resolve("replication-offset-checkpoint");
  private final SimulatedDisk disk = new SimulatedDisk(1L << 30);
  private final AtomicLong watermark = new AtomicLong();

  private interface Step {
    void run(SimulatedWorld world, LogDirectory logs) throws Exception;
  }

  /** With the directory open; closed in good order after it, unless the power fails in it. */
  private void run(Step step) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults(), disk);
    RunEnd _ =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                step.run(world, logs);
              }
            });
  }

  private PartitionLog filled(LogDirectory logs, int upTo) throws Exception {
    PartitionLog log = logs.openOrCreate(ID, config());
    log.watchHighWatermark(watermark::get);
    fill(log, upTo);
    return log;
  }

  private void recovers(long expected) {
    run(
        (world, logs) ->
            assertThat(logs.openOrCreate(ID, config()).recoveredHighWatermark())
                .isEqualTo(expected));
  }

  @ParameterizedTest
  @CsvSource({"true, 7", "false, 5"})
  void isWrittenFromTimeToTimeAndAtTheEnd(boolean clean, long expected) {
    run(
        (world, logs) -> {
          filled(logs, 10);
          watermark.set(5);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(6));
          watermark.set(7);
          if (!clean) {
            world.crash(CrashMode.LOSE_UNFORCED);
          }
        });
    recovers(expected);
    recovers(expected);
  }

  @Test
  void followsWhatIsCutAway() {
    run(
        (world, logs) -> {
          PartitionLog log = filled(logs, 10);
          watermark.set(8);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(6));
          log.truncateTo(3, 0);
          fill(log, 10);
          world.crash(CrashMode.LOSE_UNFORCED);
        });
    recovers(3);
  }

  @Test
  void ofADeletedTopicIsNotThatOfTheNextOne() {
    run(
        (world, logs) -> {
          filled(logs, 10);
          watermark.set(8);
          world.threads().sleep(TimeUnit.SECONDS.toNanos(6));
          logs.delete(ID);
          PartitionLog next =
              logs.openOrCreate(new TopicIdPartition(new Uuid(8, 8), 0, ID.topic()), config());
          fill(next, 10);
          world.crash(CrashMode.LOSE_UNFORCED);
        });
    run(
        (world, logs) -> {
          TopicIdPartition next = new TopicIdPartition(new Uuid(8, 8), 0, ID.topic());
          assertThat(logs.openOrCreate(next, config()).recoveredHighWatermark()).isZero();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"0\n1\ntopic 0 99\n", "0\n1\ntopic 0 x\n", "rubbish", ""})
  void isWithinTheLogWhateverTheFileSays(String content) {
    run((world, logs) -> filled(logs, 10));
    run(
        (world, logs) -> {
          world.disk().delete(FILE);
          try (DiskFile file = world.disk().openForAppend(FILE)) {
            file.append(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            file.force();
          }
          world.disk().forceDirectory(DIRECTORY);
          world.crash(CrashMode.LOSE_UNFORCED);
        });
    recovers(content.contains("99") ? 10 : 0);
  }
}
