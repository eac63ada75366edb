package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads of a node of a cluster that does not start. */
class StartupSentencesTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "node.id", "1",
          "listeners", "PLAINTEXT://:9092,CONTROLLER://:9093",
          "advertised.listeners", "PLAINTEXT://n1:9092",
          "log.dirs", "/data",
          "controller.quorum.voters", "1@n1:9093,2@n2:9093");

  @ParameterizedTest
  @CsvSource({
    "false, 'The quorum cannot listen at port 9093', 'The quorum cannot listen at port 9093.'",
    "false, 'Another cluster.', 'Another cluster.'",
    "true, '/data/raft', 'The data directory /data cannot be used: /data/raft is not there and"
        + " cannot be made.'",
  })
  void theQuorumsSentencesAreToldAsTheyAre(boolean ofDisk, String message, String told) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    IOException cause = ofDisk ? new NoSuchFileException(message) : new IOException(message);
    RunEnd end =
        world.run(
            () ->
                assertThatThrownBy(
                        () ->
                            Node.start(
                                world.machine("n1"),
                                NodeSettings.parse(SETTINGS),
                                (machine, settings, identity) -> {
                                  throw cause;
                                }))
                    .isInstanceOf(StartupException.class)
                    .hasMessage(told));
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
