package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A whole node under a random load of clients, whose power fails at every single disk operation,
 * and once more while it recovers. After that every acknowledged record is there once, at its
 * offset and in order, and nothing is there that no client sent; what clients were told of topics
 * holds too; and producers that send again what was not acknowledged leave each record once.
 *
 * <p>{@code -Dsimulation.seeds=100} tries more seeds than the normal build; {@code
 * -Dsimulation.seed=7} begins with another one.
 */
class NodePowerLossTest {
  private static final long DISK_BYTES = 1L << 30;
  private static final int SECOND_CUTS = 50;
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 4);
  private static final long FIRST_SEED = Long.getLong("simulation.seed", 1);

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void whatWasAcknowledgedSurvivesAPowerLossAtAnyOperation(CrashMode mode) throws Exception {
    int cuts = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      long operation = 0;
      while (cutAt(seed, operation, mode)) {
        operation++;
      }
      cuts += (int) operation;
    }
    assertThat(cuts).as("cut points tried").isGreaterThan(SEEDS * 100);
  }

  /** Whether the load was cut off; if it was, the node has been checked after it. */
  private static boolean cutAt(long seed, long operation, CrashMode mode) throws Exception {
    NodeSettings settings = NodeSettings.parse(Map.of("log.dirs", "/data", "node.id", "1"));
    String where = "seed %d, operation %d, %s".formatted(seed, operation, mode);
    SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);
    disk.crashAtOperation(operation, mode);
    SimulatedWorld before = new SimulatedWorld(seed, SimulationOptions.defaults(), disk);
    ClientLoad load = new ClientLoad(where);
    if (before.run(() -> load.run(before, settings)) == RunEnd.FINISHED) {
      // The load is shorter than that; the disk would still fail during the check.
      return false;
    }
    // And once more, while the node recovers from it or soon after.
    disk.crashAtOperation(disk.operations() + operation % SECOND_CUTS, mode);
    SimulatedWorld after = new SimulatedWorld(seed + 1, SimulationOptions.defaults(), disk);
    if (after.run(() -> load.check(after, settings)) == RunEnd.CRASHED) {
      SimulatedWorld last = new SimulatedWorld(seed + 2, SimulationOptions.defaults(), disk);
      assertThat(last.run(() -> load.check(last, settings))).as(where).isEqualTo(RunEnd.FINISHED);
    }
    return true;
  }
}
