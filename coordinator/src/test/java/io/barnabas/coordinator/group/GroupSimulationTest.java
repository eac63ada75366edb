package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Groups whose members and coordinators fail at random; {@code -Dseed} replays one of them. */
class GroupSimulationTest {
  private static final int SEEDS = 200;

  @Test
  void whateverHappens() {
    long from = Long.getLong("seed", 0);
    long to = Long.getLong("seed") == null ? Integer.getInteger("seeds", SEEDS) : from + 1;
    long commits = 0;
    for (long seed = from; seed < to; seed++) {
      try {
        GroupSimulation simulation = new GroupSimulation(seed);
        simulation.run();
        commits += simulation.commits();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    // Else nothing would have been at stake.
    assertThat(commits).isGreaterThan(10 * (to - from));
  }
}
