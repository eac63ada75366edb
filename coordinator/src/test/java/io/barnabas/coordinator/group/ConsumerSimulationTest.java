package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Consumer groups where everything fails at random; {@code -Dseed} replays one of them. */
class ConsumerSimulationTest {
  private static final int SEEDS = 200;

  @Test
  void whateverHappens() {
    long from = Long.getLong("seed", 0);
    long to = Long.getLong("seed") == null ? Integer.getInteger("seeds", SEEDS) : from + 1;
    long commits = 0;
    long refusals = 0;
    for (long seed = from; seed < to; seed++) {
      try {
        ConsumerSimulation simulation = new ConsumerSimulation(seed);
        simulation.run();
        commits += simulation.commits();
        refusals += simulation.refusals();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    // Else nothing would have been at stake.
    assertThat(commits).isGreaterThan(10 * (to - from));
    assertThat(refusals).isGreaterThan(0);
  }
}
