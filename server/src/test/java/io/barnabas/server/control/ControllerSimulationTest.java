package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationException;
import io.barnabas.world.simulated.SimulationOptions;
import org.junit.jupiter.api.Test;

/**
 * The controllers of a cluster, in the simulated world.
 *
 * <p>{@code -Dsimulation.seeds=100000} tries more seeds than the normal build; {@code
 * -Dsimulation.seed=17} begins with another one, to see one seed again.
 */
class ControllerSimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 2_000);
  private static final int FIRST = Integer.getInteger("simulation.seed", 1);
  private static final int STEPS = 50;

  @Test
  void whateverGoesWrongTheClusterAgreesAndKeepsItsRules() {
    long answered = 0;
    long entries = 0;
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, options());
      ClusterSimulation simulation = new ClusterSimulation(world, 3 + seed % 3);
      try {
        world.run(() -> simulation.run(STEPS));
      } catch (SimulationException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
      answered += simulation.answered();
      entries += simulation.version();
    }
    assertThat(answered / SEEDS).as("a test in which something happens").isGreaterThan(10);
    assertThat(entries / SEEDS).isGreaterThan(10);
  }

  private static SimulationOptions options() {
    return SimulationOptions.defaults().withInterleaving(20, 50);
  }
}
