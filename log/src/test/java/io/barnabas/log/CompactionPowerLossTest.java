package io.barnabas.log;

import static io.barnabas.log.Samples.CLIENT;
import static io.barnabas.log.Samples.DIRECTORY;
import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.flushed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.World;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The power fails at every single disk operation of two passes; and states that a crash leaves. */
class CompactionPowerLossTest {
  private static final LogConfig CONFIG =
      config("cleanup.policy", "compact", "segment.bytes", "310", "min.cleanable.dirty.ratio", "0");

  private static final int RECORDS = 20;
  private static final int KEYS = 3;

  private final CompactionModel model = new CompactionModel();

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void whatMustStayIsThereAfterAPowerLossAtAnyOperation(CrashMode mode) {
    int operation = 0;
    while (crashesAt(operation, mode)) {
      operation++;
    }
    assertThat(operation).as("cut points tried").isGreaterThan(100);
  }

  private boolean crashesAt(int operation, CrashMode mode) {
    String where = "operation " + operation;
    SimulatedDisk disk = new SimulatedDisk(1L << 30);
    model.cut(0);
    disk.crashAtOperation(operation, mode);
    SimulatedWorld first = new SimulatedWorld(operation, SimulationOptions.defaults(), disk);
    if (first.run(() -> load(first)) == RunEnd.FINISHED) {
      return false;
    }
    SimulatedWorld second = new SimulatedWorld(operation, SimulationOptions.defaults(), disk);
    RunEnd end =
        second.run(
            () -> {
              try (LogDirectory logs = Compacted.open(second)) {
                PartitionLog log = Compacted.log(logs, ID, CONFIG);
                model.cut(log.view().logEndOffset());
                long clean = logs.cleaned().firstDirty(ID.topicPartition()).orElse(0);
                model.check(log, model.end(), clean, where);
                assertThat(disk.list(FOLDER).toString()).doesNotContain("cleaned", "swap");
                write(log, 2 * RECORDS);
                Compacted.compact(second, log);
                clean = logs.cleaned().firstDirty(ID.topicPartition()).orElse(0);
                assertThat(clean).as(where).isGreaterThan(RECORDS);
                model.check(log, clean, clean, where);
              }
            });
    assertThat(end).as(where).isEqualTo(RunEnd.FINISHED);
    return true;
  }

  private void load(World world) throws Exception {
    try (LogDirectory logs = Compacted.open(world)) {
      PartitionLog log = Compacted.log(logs, ID, CONFIG);
      write(log, RECORDS);
      Compacted.compact(world, log);
      write(log, 2 * RECORDS);
      Compacted.compact(world, log);
    }
  }

  private void write(PartitionLog log, int upTo) throws Exception {
    for (int i = model.end(); i < upTo; i++) {
      String key = Integer.toString(i % KEYS);
      model.add(key, "v" + i);
      log.append(Compacted.batch(key, "v" + i), CLIENT);
    }
    flushed(log);
  }

  @Test
  void theThreadCompactsWhatIsDirtyEnoughAndForgetsNothingOfTheOthers() {
    SimulatedDisk disk = new SimulatedDisk(1L << 30);
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults(), disk);
    CleanerOptions slow = new CleanerOptions(true, 1 << 20, 0.9, 100, 1_000);
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = Compacted.open(world, slow)) {
                PartitionLog log = Compacted.log(logs, ID, CONFIG);
                write(log, RECORDS);
                world.threads().sleep(TimeUnit.SECONDS.toNanos(3));
                assertThat(Compacted.contents(log)).as("at 100 bytes a second").hasSize(RECORDS);
                world.threads().sleep(TimeUnit.SECONDS.toNanos(60));
                assertThat(Compacted.contents(log)).startsWith("13 1=v13");
                log.updateConfig(config("cleanup.policy", "delete", "segment.bytes", "310"));
                write(log, 2 * RECORDS);
                world.threads().sleep(TimeUnit.SECONDS.toNanos(120));
                assertThat(Compacted.contents(log)).hasSizeGreaterThan(RECORDS);
                log.updateConfig(CONFIG);
                world.threads().sleep(TimeUnit.SECONDS.toNanos(120));
                assertThat(Compacted.contents(log)).hasSizeLessThan(10);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    assertThat(disk.exists(DIRECTORY.resolve("cleaner-offset-checkpoint"))).isTrue();
  }

  @Test
  void damageEndsTheUseOfThatLogOnly() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(1L << 30);
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults(), disk);
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = Compacted.open(world)) {
                PartitionLog log = Compacted.log(logs, ID, CONFIG);
                write(log, RECORDS);
                disk.corrupt(Samples.log(0), 70, 1);
                assertThatThrownBy(() -> Compacted.compact(world, log))
                    .isInstanceOf(DamagedLogException.class);
                assertThat(log.isUsable()).isFalse();
                assertThat(logs.failure()).isEmpty();
                assertThat(disk.list(FOLDER).toString()).doesNotContain("swap");
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
