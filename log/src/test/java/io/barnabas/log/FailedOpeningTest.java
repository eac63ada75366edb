package io.barnabas.log;

import static io.barnabas.log.Samples.FOLDER;
import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.expected;
import static io.barnabas.log.Samples.fill;
import static io.barnabas.log.Samples.open;
import static io.barnabas.log.Samples.overwrite;
import static io.barnabas.log.Samples.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;

/** Nobody would try it again, and the node would lead for ever what it does not serve. */
class FailedOpeningTest {
  private static final Path MARK = FOLDER.resolve("partition.metadata");

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());

  private interface Opening {
    void run(LogDirectory logs) throws IOException;
  }

  /** A log of three records, and a new start. */
  private void run(Opening body) {
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                fill(logs.openOrCreate(ID, config()), 3);
              }
              try (LogDirectory logs = open(world)) {
                body.run(logs);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private void fails(DiskOperation operation, Predicate<Path> paths, Opening opening) {
    run(
        logs -> {
          world.disk().failNext(operation, paths);
          assertThatThrownBy(() -> opening.run(logs)).isInstanceOf(KafkaStorageException.class);
          assertThat(logs.failure()).isPresent();
        });
  }

  private static boolean isData(Path path) {
    return path.toString().endsWith(".log");
  }

  @Test
  void aLogThatCannotBeReadFailsTheDirectory() {
    fails(DiskOperation.READ, FailedOpeningTest::isData, logs -> logs.openOrCreate(ID, config()));
  }

  @Test
  void aLogThatCannotBeReadAgainFailsTheDirectory() {
    fails(DiskOperation.READ, FailedOpeningTest::isData, logs -> logs.reopenIfSound(ID, config()));
  }

  @Test
  void damagedFilesThatCannotBeSetAsideFailTheDirectory() {
    fails(DiskOperation.RENAME, path -> true, logs -> logs.setDamagedAside(ID));
  }

  @Test
  void aLogThatCannotBeMadeFailsTheDirectory() {
    fails(
        DiskOperation.CREATE,
        path -> path.endsWith("partition.metadata.tmp"),
        logs -> {
          logs.delete(ID);
          logs.openOrCreate(ID, config());
        });
  }

  @Test
  void aLogForWhichThereIsNoRoomFailsNothing() {
    run(
        logs -> {
          logs.delete(ID);
          world.disk().failNext(DiskOperation.CREATE, FailedOpeningTest::isData);
          assertThatThrownBy(() -> logs.openOrCreate(ID, config()))
              .isInstanceOf(KafkaStorageException.class);
          assertThat(logs.failure()).isEmpty();
          fill(logs.openOrCreate(ID, config()), 2);
        });
  }

  @Test
  void aFolderWhoseMarkIsUnreadableIsADamagedLog() {
    run(
        logs -> {
          overwrite(world, MARK, "version: 0\ntopic_id: ???");
          assertThatThrownBy(() -> logs.openOrCreate(ID, config()))
              .isInstanceOf(DamagedLogException.class)
              .hasMessageContaining(MARK.toString());
          assertThat(logs.setDamagedAside(ID)).isPresent();
          PartitionLog anew = logs.openOrCreate(ID, config());
          fill(anew, 1);
          assertThat(valuesOf(anew)).isEqualTo(expected(0, 1));
          assertThat(logs.failure()).isEmpty();
        });
  }
}
