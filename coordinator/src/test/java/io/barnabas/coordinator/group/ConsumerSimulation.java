package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * A group of the consumer protocol whose members come, go, die and are slow, whose answers are
 * lost, whose topics come, grow and go, and whose coordinator moves, by a seed. At every moment
 * each partition has one holder at most, and whoever is a member reads nothing that it does not
 * hold; commits never go back; and when all is quiet each partition has an owner.
 */
final class ConsumerSimulation {
  private static final int STEPS = 1_000;
  private static final int MAX_MEMBERS = 6;
  private static final long QUIET_MS = 400_000;
  private static final List<String> NAMES = List.of("a1", "a2", "b1");

  private final Randomness random;
  private final MachineDriver driver;
  private final List<SimulatedConsumer> members = new ArrayList<>();

  /** Those that do nothing at the moment, and do not know how long. */
  private final List<SimulatedConsumer> asleep = new ArrayList<>();

  private ClusterImage image = Topics.NONE;
  private int ids;
  private int commits;
  private int refusals;

  ConsumerSimulation(long seed) {
    random = new SimulatedWorld(seed, SimulationOptions.defaults()).randomness();
    driver =
        new MachineDriver(
            new GroupLimits(6_000, 60_000, 3_000, 100, 4_096, Long.MAX_VALUE / 2, 600_000),
            MachineDriver.consumers(
                random.nextInt(2) * 1_000, ConsumerLimits.Migration.BIDIRECTIONAL));
    image = Topics.with(image, "a1", 3);
    image = Topics.with(image, "b1", 2);
  }

  /** How many commits were acknowledged. */
  int commits() {
    return commits;
  }

  /** How many were refused, as somebody else might have had what they were for. */
  int refusals() {
    return refusals;
  }

  void run() {
    for (int i = 0; i < STEPS; i++) {
      step();
      check();
      if (i % 50 == 0) {
        driver.checkRecords();
      }
    }
    settle();
    driver.checkRecords();
  }

  private void step() {
    int choice = random.nextInt(200);
    if (members.isEmpty() || (choice < 4 && members.size() + asleep.size() < MAX_MEMBERS)) {
      come();
      return;
    }
    SimulatedConsumer member = members.get(random.nextInt(members.size()));
    switch (choice) {
      case 4 -> {
        member.leave(image);
        members.remove(member);
      }
      case 5 -> members.remove(member);
      case 6, 7 -> {
        members.remove(member);
        asleep.add(member);
      }
      case 8, 9, 10 -> wakeOne();
      case 11 -> driver.failOver();
      case 12, 13 -> driver.advance(random.nextInt(60_000));
      case 14 -> changeTopics();
      case 15 -> subscribe(member);
      default -> {
        if (choice < 90) {
          heartbeat(member);
        } else if (choice < 130) {
          if (random.nextInt(3) == 0) {
            member.finishReconciling();
          } else {
            member.beginReconciling();
          }
        } else if (choice < 170) {
          commit(member);
        } else {
          driver.advance(random.nextInt(1_000));
        }
      }
    }
  }

  private void heartbeat(SimulatedConsumer member) {
    member.heartbeat(image, random.nextInt(10) == 0);
    if (member.isDead()) {
      members.remove(member);
    }
  }

  private void commit(SimulatedConsumer member) {
    member
        .commit(random.nextInt(10))
        .ifPresent(
            error -> {
              if (error == Errors.NONE) {
                commits++;
              } else {
                refusals++;
              }
            });
  }

  /** It goes on as if no time had passed. */
  private void wakeOne() {
    if (!asleep.isEmpty()) {
      SimulatedConsumer member = asleep.remove(random.nextInt(asleep.size()));
      commit(member);
      members.add(member);
    }
  }

  private void come() {
    Set<String> taken = new HashSet<>();
    members.forEach(member -> taken.add(String.valueOf(member.instanceId())));
    asleep.forEach(member -> taken.add(String.valueOf(member.instanceId())));
    String instance = "static-" + random.nextInt(3);
    boolean isStatic = random.nextInt(3) == 0 && !taken.contains(instance);
    SimulatedConsumer member =
        new SimulatedConsumer(driver, "m" + ids++, isStatic ? instance : null);
    subscribe(member);
    members.add(member);
  }

  private void subscribe(SimulatedConsumer member) {
    switch (random.nextInt(4)) {
      case 0 -> member.reading("b1").matching("a.*");
      case 1 -> member.reading("a1").matching("");
      case 2 -> member.reading("a1", "a2", "b1").matching("").assignedBy("range");
      default -> member.reading("a1", "a2", "b1").matching("");
    }
  }

  private void changeTopics() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    int partitions = image.topicByName(name).map(topic -> topic.partitions().size()).orElse(0);
    image =
        partitions > 0 && random.nextInt(4) == 0
            ? Topics.without(image, name)
            : Topics.with(image, name, partitions + 1);
  }

  private void check() {
    Map<PartitionId, String> holders = new HashMap<>();
    Map<String, CurrentAssignment> current = new HashMap<>();
    driver
        .state()
        .consumers(Commands.GROUP)
        .ifPresent(
            group ->
                group
                    .members()
                    .forEach(
                        (id, member) -> {
                          current.put(id, member.current());
                          hold(holders, id, member.current().assigned().keySet());
                          hold(holders, id, member.current().revoking().keySet());
                        }));
    for (SimulatedConsumer member : members) {
      CurrentAssignment known = current.get(member.id());
      if (known != null && known.epoch() != CurrentAssignment.AWAY) {
        assertThat(member.owned()).as(member.id()).allMatch(known::holds);
      }
    }
  }

  private static void hold(
      Map<PartitionId, String> holders, String id, Set<PartitionId> partitions) {
    for (PartitionId partition : partitions) {
      String other = holders.put(partition, id);
      assertThat(other).as("the other holder of %s beside %s", partition, id).isNull();
    }
  }

  private void settle() {
    members.addAll(asleep);
    asleep.clear();
    if (members.isEmpty()) {
      come();
    }
    members.getFirst().reading("a1", "a2", "b1").matching("");
    for (long passed = 0; passed < QUIET_MS; passed += 5_000) {
      for (SimulatedConsumer member : List.copyOf(members)) {
        member.heartbeat(image, false);
        if (member.isDead()) {
          members.remove(member);
        }
        member.reconcile();
      }
      driver.advance(5_000);
    }
    List<PartitionId> owned = new ArrayList<>();
    members.forEach(member -> owned.addAll(member.owned()));
    Set<PartitionId> all = new TreeSet<>();
    for (TopicImage topic : image.topics().values()) {
      topic.partitions().keySet().forEach(n -> all.add(new PartitionId(topic.id(), n)));
    }
    assertThat(driver.consumers(Commands.GROUP).state()).isEqualTo(ConsumerGroup.State.STABLE);
    assertThat(owned).containsExactlyInAnyOrderElementsOf(all);
  }
}
