package io.barnabas.server.simulation;

import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationException;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One seed's cluster, and what all parts of a run use of it. */
abstract class ClusterRun {
  static final int RECOVERY_MS = 20_000;

  static final long MILLISECOND_NANOS = 1_000_000;

  private static final SimulationOptions QUICK =
      SimulationOptions.defaults()
          .withInterleaving(20, 50)
          .withMaxSteps(3_000_000)
          .withDiskBytes(Nodes.DISK_BYTES)
          .withDiskDelays(DelayRange.ofMicros(0, 200), DelayRange.ofMicros(100, 3_000))
          .withNetwork(DelayRange.ofMicros(50, 2_000), 1 << 16);

  /** What is on a disk only later than its node may say so is there for long enough to be lost. */
  private static final SimulationOptions SLOW_FORCES =
      QUICK.withDiskDelays(DelayRange.ofMicros(0, 200), DelayRange.ofMicros(5_000, 40_000));

  private final SimulatedWorld world;
  private final long seed;
  private final Nodes nodes;
  private final History history = new History();

  /** With what all nodes are told beside what they are told anyway. */
  ClusterRun(long seed, Map<String, String> settings) {
    this.seed = seed;
    world = new SimulatedWorld(seed, seed % 2 == 0 ? QUICK : SLOW_FORCES);
    nodes = new Nodes(world, nodeCount(seed), settings);
  }

  /** Mostly three. */
  private static int nodeCount(long seed) {
    return switch ((int) Math.floorMod(seed, 10L)) {
      case 3 -> 4;
      case 6 -> 5;
      default -> 3;
    };
  }

  SimulatedWorld world() {
    return world;
  }

  Nodes nodes() {
    return nodes;
  }

  History history() {
    return history;
  }

  /**
   * Runs it to its end.
   *
   * @throws AssertionError if something was wrong; the message has the seed
   */
  final void carryOut() {
    try {
      RunEnd end = world.run(this::runAll);
      if (end != RunEnd.FINISHED) {
        throw new AssertionError("the first machine crashed");
      }
    } catch (SimulationException | AssertionError e) {
      throw new AssertionError(
          "seed %d: %s%s%n(again: -Dsimulation.first=%d -Dsimulation.seeds=1)"
              .formatted(seed, e.getMessage(), seenUntilThen(), seed),
          e);
    }
  }

  /** All that happens, and all that is checked. */
  abstract void runAll();

  /**
   * What was wrong before a run failed for another reason, such as that something took too long.
   */
  abstract String seenUntilThen();

  /** The topics that things happen to. */
  abstract List<String> topics();

  /** Whether a topic's records are acknowledged before they are forced to disk. */
  abstract boolean isUnforced(String topic);

  int below(int bound) {
    return world.randomness().nextInt(bound);
  }

  long now() {
    return world.clock().nanoTime();
  }

  void sleep(long ms) {
    world.threads().sleep(ms * MILLISECOND_NANOS);
  }

  void await(String what, BooleanSupplier condition) {
    await(what, condition, nodes::toString);
  }

  void await(String what, BooleanSupplier condition, Supplier<String> state) {
    long begin = now();
    while (!condition.getAsBoolean()) {
      if (now() - begin > RECOVERY_MS * MILLISECOND_NANOS) {
        throw new AssertionError(
            "not within %d ms: %s: %s".formatted(RECOVERY_MS, what, state.get()));
      }
      sleep(20);
    }
  }
}
