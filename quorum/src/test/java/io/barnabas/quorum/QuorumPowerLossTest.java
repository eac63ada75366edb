package io.barnabas.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.World;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power fails at every single disk operation of a load, and once more in the life after it.
 * What was acknowledged is there afterwards, and nothing that was never proposed.
 */
class QuorumPowerLossTest {
  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "127.0.0.1", 9093);

  private static final Path DIRECTORY = Path.of("/data/__quorum");
  private static final SingleNodeOptions OPTIONS = new SingleNodeOptions(300, 1_000, 16);
  private static final int ROUNDS = 12;
  private static final int PROPOSED_TOGETHER = 3;
  private static final int SEEDS = 5;

  /** What the outside knows: all that was ever proposed, in order, and how far it was promised. */
  private static final class Promises {
    private final List<String> proposed = new ArrayList<>();
    private int acknowledged;
  }

  @ParameterizedTest
  @EnumSource(CrashMode.class)
  void whatWasAcknowledgedSurvivesAPowerLossAtAnyOperation(CrashMode mode) {
    long crashes = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      long operation = 0;
      while (crashesAt(seed, operation, mode)) {
        operation++;
      }
      crashes += operation;
    }
    assertThat(crashes).as("cut points tried").isGreaterThan(SEEDS * 2L * ROUNDS);
  }

  /** Whether the first load was cut off. */
  private static boolean crashesAt(long seed, long operation, CrashMode mode) {
    SimulatedDisk disk = new SimulatedDisk(1 << 20);
    Promises promises = new Promises();
    disk.crashAtOperation(operation, mode);
    if (live(seed, disk, promises, ROUNDS) == RunEnd.FINISHED) {
      return false;
    }
    // A name or a byte that the first life left unforced may be lost only now.
    disk.crashAtOperation(disk.operations() + operation % 11, CrashMode.LOSE_UNFORCED);
    live(seed + 1, disk, promises, ROUNDS);
    disk.crashAtOperation(-1, mode);
    assertThat(live(seed + 2, disk, promises, 1)).isEqualTo(RunEnd.FINISHED);
    return true;
  }

  private static RunEnd live(long seed, SimulatedDisk disk, Promises promises, int rounds) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults(), disk);
    return world.run(() -> load(world, promises, rounds));
  }

  private static void load(World world, Promises promises, int rounds) throws IOException {
    Recorder recorder = new Recorder();
    try (Quorum quorum = SingleNodeQuorum.open(world, SELF, DIRECTORY, OPTIONS)) {
      quorum.start(recorder);
      check(recorder, promises);
      for (int round = 0; round < rounds; round++) {
        List<CompletableFuture<Boolean>> outcomes = new ArrayList<>();
        int before = promises.proposed.size();
        for (int i = before; i < before + PROPOSED_TOGETHER; i++) {
          promises.proposed.add("entry " + i + "x".repeat(i % 50));
          outcomes.add(quorum.propose(i, Recorder.bytes(promises.proposed.getLast())));
        }
        for (CompletableFuture<Boolean> outcome : outcomes) {
          assertThat(outcome.join()).isTrue();
          promises.acknowledged++;
        }
      }
    }
  }

  private static void check(Recorder recorder, Promises promises) {
    assertThat(recorder.entries()).hasSizeGreaterThanOrEqualTo(promises.acknowledged);
    assertThat(promises.proposed).hasSizeGreaterThanOrEqualTo(recorder.entries().size());
    assertThat(recorder.entries())
        .isEqualTo(promises.proposed.subList(0, recorder.entries().size()));
    // What was never acknowledged was either kept or lost; now that is settled.
    promises.acknowledged = recorder.entries().size();
    promises.proposed.subList(recorder.entries().size(), promises.proposed.size()).clear();
  }
}
