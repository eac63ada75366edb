package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.group.ClassicGroup.State;
import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * A group whose members come, go, die and are slow, and whose coordinator moves, by a seed; and
 * what must hold whatever happens: no partition has two owners in one generation, commits never go
 * back, what was acknowledged stays, and when all is quiet each partition has an owner.
 */
final class GroupSimulation {
  private static final int STEPS = 1_000;
  private static final int MAX_MEMBERS = 5;
  private static final List<TopicPartition> PARTITIONS =
      IntStream.range(0, 4).mapToObj(i -> new TopicPartition("t", i)).toList();

  /** Longer than any session, rebalance or wait for newcomers. */
  private static final long QUIET_MS = 1_000_000;

  private record Ownership(int generation, TopicPartition partition) {}

  private final Randomness random;
  private final MachineDriver driver =
      new MachineDriver(
          new GroupLimits(6_000, 60_000, 3_000, 100, 4_096, Long.MAX_VALUE / 2, 600_000));
  private final Commands commands = new Commands();
  private final List<SimulatedMember> members = new ArrayList<>();

  /** Those that do nothing at the moment, and do not know how long. */
  private final List<SimulatedMember> asleep = new ArrayList<>();

  private final Map<Ownership, String> owners = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private int commits;

  GroupSimulation(long seed) {
    random = new SimulatedWorld(seed, SimulationOptions.defaults()).randomness();
  }

  List<TopicPartition> partitions() {
    return PARTITIONS;
  }

  /** A member has learnt what it owns in its generation. */
  void owns(SimulatedMember member, Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      String other =
          owners.putIfAbsent(new Ownership(member.generation(), partition), member.name());
      assertThat(other == null || other.equals(member.name()))
          .as("%s of generation %d is %s's", partition, member.generation(), other)
          .isTrue();
    }
  }

  /** A commit was acknowledged. */
  void committed(TopicPartition partition, long offset) {
    assertThat(committed.getOrDefault(partition, 0L)).isLessThan(offset);
    committed.put(partition, offset);
    commits++;
  }

  /** How many commits were acknowledged. */
  int commits() {
    return commits;
  }

  /** Runs, and checks all the time. */
  void run() {
    for (int i = 0; i < STEPS; i++) {
      step();
      committed.forEach(
          (partition, offset) ->
              assertThat(driver.offset(Commands.GROUP, partition))
                  .map(CommittedOffset::offset)
                  .contains(offset));
      if (i % 50 == 0) {
        driver.checkRecords();
      }
    }
    settle();
  }

  private void step() {
    int choice = random.nextInt(200);
    if (members.isEmpty() || (choice < 3 && members.size() + asleep.size() < MAX_MEMBERS)) {
      come();
      return;
    }
    SimulatedMember member = members.get(random.nextInt(members.size()));
    switch (choice) {
      case 3 -> {
        member.leave();
        members.remove(member);
      }
      case 4 -> members.remove(member);
      case 5, 6 -> {
        members.remove(member);
        asleep.add(member);
      }
      case 7, 8, 9 -> wakeOne();
      case 10 -> {
        driver.failOver();
        members.forEach(SimulatedMember::coordinatorMoved);
        asleep.forEach(SimulatedMember::coordinatorMoved);
      }
      case 11, 12 -> driver.advance(random.nextInt(20_000));
      default -> {
        if (choice < 110) {
          member.poll();
        } else if (choice < 150) {
          member.commit(random.nextInt(PARTITIONS.size()));
        } else {
          driver.advance(random.nextInt(500));
        }
      }
    }
  }

  /** It goes on as if no time had passed. */
  private void wakeOne() {
    if (!asleep.isEmpty()) {
      SimulatedMember member = asleep.remove(random.nextInt(asleep.size()));
      member.commit(random.nextInt(PARTITIONS.size()));
      members.add(member);
    }
  }

  private void come() {
    Set<String> taken = new HashSet<>();
    members.forEach(member -> taken.add(member.name()));
    asleep.forEach(member -> taken.add(member.name()));
    String instance = "static-" + random.nextInt(3);
    boolean isStatic = random.nextInt(3) == 0 && !taken.contains(instance);
    members.add(new SimulatedMember(driver, commands, this, isStatic ? instance : null));
  }

  private void settle() {
    members.addAll(asleep);
    if (members.isEmpty()) {
      come();
    }
    for (long passed = 0; passed < QUIET_MS; passed += 1_000) {
      members.forEach(SimulatedMember::poll);
      driver.advance(1_000);
    }
    assertThat(driver.group(Commands.GROUP).state()).isEqualTo(State.STABLE);
    List<TopicPartition> owned = new ArrayList<>();
    members.forEach(member -> owned.addAll(member.owned().orElseThrow().keySet()));
    assertThat(owned).containsExactlyInAnyOrderElementsOf(PARTITIONS);
  }
}
