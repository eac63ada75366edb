package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.simulation.WholeClusterRun.Result;
import org.junit.jupiter.api.Test;

/**
 * A whole cluster through crashes, lost power, bad disks and networks, paused nodes and jumping
 * clocks, while its controller moves, partitions are reassigned and topics are deleted and made
 * again: no client sees what Kafka's protocol does not allow, and in the end all is well again.
 *
 * <p>{@code -Dsimulation.seeds=100000} tries more seeds than the normal build; {@code
 * -Dsimulation.first=17} begins at another one.
 */
class WholeClusterSimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);
  private static final int FIRST = Integer.getInteger("simulation.first", 0);

  @Test
  void nothingForbiddenIsSeenAndAllComesTogetherAgain() {
    long acknowledged = 0;
    long read = 0;
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Result result = WholeClusterRun.run(seed);
      acknowledged += result.acknowledged();
      read += result.read();
    }
    assertThat(acknowledged).as("batches acknowledged").isGreaterThan(20L * SEEDS);
    assertThat(read).as("records read").isGreaterThan(20L * SEEDS);
  }

  @Test
  void theSameSeedIsTheSameRun() {
    assertThat(WholeClusterRun.run(FIRST)).isEqualTo(WholeClusterRun.run(FIRST));
  }
}
