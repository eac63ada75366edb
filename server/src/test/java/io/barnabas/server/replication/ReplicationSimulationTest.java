package io.barnabas.server.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Leader and followers, the real code from the request to the disk, through crashes, loss of what
 * was not forced, cut networks and changes of the leader in any order: what was acknowledged stays,
 * all logs become the same, a pipelined idempotent producer's records are there once and in order,
 * and the high watermark never goes back in one leader epoch; what was read, from the leader or a
 * follower, stays as well.
 *
 * <p>{@code -Dsimulation.seeds=1000} tries more seeds than the normal build; {@code
 * -Dsimulation.first=17} begins at another one.
 */
class ReplicationSimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 40);
  private static final int FIRST = Integer.getInteger("simulation.first", 0);
  private static final int FAULTS = 12;

  private static final SimulationOptions OPTIONS =
      SimulationOptions.defaults()
          .withMaxSteps(20_000_000)
          .withDiskDelays(DelayRange.ofMicros(0, 200), DelayRange.ofMicros(100, 5_000))
          .withNetwork(DelayRange.ofMicros(50, 3_000), 1 << 16);

  /** What is on a disk only later than its node may say so is there for long enough to be lost. */
  private static final SimulationOptions SLOW_FORCES =
      OPTIONS.withDiskDelays(DelayRange.ofMicros(0, 200), DelayRange.ofMicros(5_000, 60_000));

  @Test
  void nothingAcknowledgedIsLostAndAllLogsAgree() {
    int acknowledged = 0;
    int readAtFollowers = 0;
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      ReplicationRun.Outcome outcome = run(seed);
      acknowledged += outcome.acknowledged();
      readAtFollowers += outcome.readAtFollowers();
    }
    assertThat(acknowledged).as("records acknowledged").isGreaterThan(20 * SEEDS);
    assertThat(readAtFollowers).as("answers of followers with records").isGreaterThan(5 * SEEDS);
  }

  private static ReplicationRun.Outcome run(int seed) {
    SimulatedWorld world = new SimulatedWorld(seed, seed % 2 == 0 ? OPTIONS : SLOW_FORCES);
    AtomicReference<ReplicationRun.Outcome> outcome = new AtomicReference<>();
    RunEnd end = world.run(() -> outcome.set(new ReplicationRun(world).run(FAULTS)));
    assertThat(end).isEqualTo(RunEnd.FINISHED);
    return outcome.get();
  }
}
