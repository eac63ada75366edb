package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.DiskOperation;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A disk that fails ends the node, whatever it is at. */
class FailedDiskTest {
  private static final int NODES = 3;
  private static final long SECOND_NANOS = 1_000_000_000;

  @Test
  void aStartThatWaitsForOthersEndsWhenItsDiskFails() {
    SimulatedCluster.run(
        1,
        NODES,
        cluster -> {
          for (int node = 1; node <= NODES; node++) {
            cluster.crash(node);
          }
          CompletableFuture<Node> started = cluster.begin(1);
          cluster.world().threads().sleep(SECOND_NANOS);
          cluster
              .world()
              .machine(SimulatedCluster.machine(1))
              .disk()
              .failNext(DiskOperation.RENAME);
          cluster.await("the start has ended", 120_000, started::isDone);
          assertThatThrownBy(started::join)
              .hasCauseInstanceOf(StartupException.class)
              .hasMessageContaining("The data directory /data has failed: Input/output error");
        });
  }
}
