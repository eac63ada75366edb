package io.barnabas.server.control;

import io.barnabas.metadata.AllocateProducerIds;
import io.barnabas.metadata.AlterPartition;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.ElectLeaders;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotControllerException;

/**
 * Controllers on a simulated quorum, asked for all that can be asked while nodes crash, are cut off
 * and come back. Every commit is checked, and every answer against what was committed.
 */
final class ClusterSimulation {
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final String CLUSTER = "cluster";

  private final SimulatedWorld world;
  private final SimulatedQuorum quorum;
  private final List<QuorumMember> members = new ArrayList<>();
  private final List<Controller> controllers = new ArrayList<>();
  private final History history = new History(CLUSTER);
  private final ClusterCommands commands;
  private final Set<Uuid> refused = new HashSet<>();
  private final Set<Long> blocks = new HashSet<>();
  private final List<AssertionError> violations = new ArrayList<>();
  private int answered;

  /**
   * One of several shapes.
   *
   * @param nodes 3 or more; all but the first three to five only listen
   */
  ClusterSimulation(SimulatedWorld world, int nodes) {
    this.world = world;
    commands = new ClusterCommands(world.randomness());
    for (int id = 1; id <= nodes; id++) {
      members.add(new QuorumMember(id, new UUID(id, id), "n" + id, 9093));
    }
    int voters = nodes > 3 && below(2) == 0 ? nodes : 3;
    SimulatedQuorumOptions options =
        SimulatedQuorumOptions.defaults()
            .withMessageFaults(below(3) * 10, below(3) * 10)
            .withSnapshotsAfter(5 + below(40));
    quorum = new SimulatedQuorum(world, options, members.subList(0, voters));
  }

  /** How many changes were acknowledged. */
  int answered() {
    return answered;
  }

  long version() {
    return history.version();
  }

  void run(int steps) throws IOException {
    for (QuorumMember member : members) {
      controllers.add(start(member));
    }
    await(() -> controllers.stream().anyMatch(Controller::isActive));
    for (int step = 0; step < steps; step++) {
      for (int i = below(4); i >= 0; i--) {
        ask();
      }
      sleep(below(30));
      checkViolations();
      if (below(8) == 0) {
        trouble();
      }
    }
    healAll();
    await(this::agree);
    checkViolations();
    checkRefused();
  }

  private Controller start(QuorumMember member) throws IOException {
    SimulatedMachine machine = world.machine(name(member.nodeId()));
    Controller controller =
        Controller.start(
            machine,
            new CheckedQuorum(quorum.open(machine, member), history::committed),
            CLUSTER,
            cause -> {
              throw new AssertionError("a node failed", cause);
            });
    controller.onImage(history::has);
    return controller;
  }

  private static String name(int id) {
    return "n" + id;
  }

  // --- what is asked

  /** Mostly who leads, as others know it; on the ground of what any node knows. */
  private void ask() {
    ClusterImage known = controllers.get(below(members.size())).image();
    int to =
        quorum.leader().isPresent() && below(5) > 0
            ? quorum.leader().getAsInt()
            : 1 + below(members.size());
    Command<?> command = commands.next(known);
    if (!world.machine(name(to)).isCrashed()) {
      submit(controllers.get(to - 1), command);
    }
  }

  private final class Tracked<A> implements Command<A> {
    private final Command<A> command;
    private final Set<Uuid> topics = new HashSet<>();
    private List<Fact> facts = List.of();

    Tracked(Command<A> command) {
      this.command = command;
    }

    @Override
    public Decision<A> decide(ClusterImage image, long nowMs) {
      Decision<A> decision = command.decide(image, nowMs);
      facts = decision.facts();
      for (Fact fact : facts) {
        if (fact instanceof Fact.TopicCreated created) {
          topics.add(created.id());
        }
      }
      if (command instanceof ElectLeaders elect && elect.type() == ElectionType.UNCLEAN) {
        rememberReigns(facts);
      }
      return decision;
    }
  }

  private void rememberReigns(List<Fact> facts) {
    for (Fact fact : facts) {
      if (fact instanceof Fact.LeadersChanged changed) {
        for (Fact.LeaderAndIsr each : changed.partitions()) {
          history.uncleanByHand.add(
              new ImageInvariants.Reign(changed.topicId(), each.partition(), each.leaderEpoch()));
        }
      }
    }
  }

  private <A> void submit(Controller to, Command<A> command) {
    Tracked<A> tracked = new Tracked<>(command);
    CompletableFuture<A> _ =
        to.submit(tracked)
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    noting(() -> answered(to, tracked, answer));
                  } else if (failure instanceof NotControllerException) {
                    refused.addAll(tracked.topics);
                  }
                });
  }

  /** A future would keep what its listener throws to itself. */
  private void noting(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      violations.add(e);
    }
  }

  private void checkViolations() {
    if (!violations.isEmpty()) {
      throw violations.getFirst();
    }
  }

  /** All that it decided was committed together, and the node that answers knows it. */
  private void answered(Controller by, Tracked<?> tracked, Object answer) {
    answered++;
    if (!tracked.facts.isEmpty() && !history.has(tracked.facts, by.image().version())) {
      throw new AssertionError(
          "%s was answered with %s, but %s were not committed together"
              .formatted(tracked.command, answer, tracked.facts));
    }
    if (tracked.command instanceof AlterPartition command) {
      checkNotStale(command, (List<?>) answer);
    }
    if (answer instanceof AllocateProducerIds.Block block
        && block.length() > 0
        && !blocks.add(block.firstId())) {
      throw new AssertionError("producer ids given twice: " + block);
    }
  }

  /** No leader is heard that does not know the partition as it is. */
  private static void checkNotStale(AlterPartition command, List<?> results) {
    for (int i = 0; i < results.size(); i++) {
      AlterPartition.Change change = command.changes().get(i);
      AlterPartition.Result result = (AlterPartition.Result) results.get(i);
      PartitionImage state = result.state().orElse(null);
      if (state != null
          && (state.leaderEpoch() < change.leaderEpoch()
              || state.partitionEpoch() - change.partitionEpoch() > 1)) {
        throw new AssertionError("a stale leader was heard: %s, %s".formatted(change, state));
      }
    }
  }

  // --- what goes wrong

  private void trouble() throws IOException {
    int id = 1 + below(members.size());
    switch (below(7)) {
      case 0, 1 -> {
        if (world.machine(name(id)).isCrashed()) {
          restart(id);
        } else {
          world.machine(name(id)).crash(CrashMode.RANDOM);
        }
      }
      case 2 -> isolate(id, true);
      case 3, 4 -> healAll();
      case 5 -> quorum.elect(id);
      default -> isolate(quorum.leader().orElse(id), true);
    }
  }

  private void restart(int id) throws IOException {
    world.restart(name(id));
    controllers.set(id - 1, start(members.get(id - 1)));
  }

  private void isolate(int id, boolean cut) {
    for (int other = 1; other <= members.size(); other++) {
      if (other != id && cut) {
        world.cut(name(id), name(other));
      } else if (other != id) {
        world.heal(name(id), name(other));
      }
    }
  }

  private void healAll() throws IOException {
    for (int id = 1; id <= members.size(); id++) {
      isolate(id, false);
      if (world.machine(name(id)).isCrashed()) {
        restart(id);
      }
    }
  }

  // --- the end

  private void await(BooleanSupplier condition) {
    int waits = 0;
    while (!condition.getAsBoolean()) {
      if (waits++ > 1_000) {
        throw new AssertionError(
            "no agreement on %d entries: %s"
                .formatted(
                    history.version(),
                    controllers.stream()
                        .map(each -> each.leadership() + " at " + each.image().version())
                        .toList()));
      }
      sleep(20);
    }
  }

  private boolean agree() {
    return controllers.stream().anyMatch(Controller::isActive)
        && controllers.stream()
            .allMatch(
                controller ->
                    controller.image().version() == history.version()
                        && controller.image().equals(history.at(history.version())));
  }

  private void checkRefused() {
    for (long version = 1; version <= history.version(); version++) {
      if (history.at(version).topics().keySet().stream().anyMatch(refused::contains)) {
        throw new AssertionError("a refused change was made in version " + version);
      }
    }
  }

  private void sleep(long millis) {
    world.threads().sleep(millis * MILLISECOND_NANOS);
  }

  private int below(int bound) {
    return world.randomness().nextInt(bound);
  }
}
