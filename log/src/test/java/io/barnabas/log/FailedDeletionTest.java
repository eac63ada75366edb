package io.barnabas.log;

import static io.barnabas.log.Samples.ID;
import static io.barnabas.log.Samples.config;
import static io.barnabas.log.Samples.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;

class FailedDeletionTest {
  /** It would be in the way of a topic that is made anew, whose partition would never be served. */
  @Test
  void aFolderThatCannotBeTakenAwayFailsTheDirectory() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory logs = open(world)) {
                var _ = logs.openOrCreate(ID, config());
                world.disk().failNext(DiskOperation.RENAME);
                assertThatThrownBy(() -> logs.delete(ID)).isInstanceOf(KafkaStorageException.class);
                assertThat(logs.failure()).isPresent();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
