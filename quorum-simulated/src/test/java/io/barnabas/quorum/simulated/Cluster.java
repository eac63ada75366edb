package io.barnabas.quorum.simulated;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.quorum.CommitListener;
import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Nodes n1, n2 and so on, each with a member of the quorum, whose state is what it was told. */
final class Cluster {
  private static final long POLL_NANOS = 10_000_000;

  final SimulatedWorld world;
  final SimulatedQuorum quorum;

  /** Who was ever active, by epoch. */
  final Map<Integer, Set<Integer>> epochs = new HashMap<>();

  /** What must never be. */
  final List<String> violations = new ArrayList<>();

  private final List<QuorumMember> voters;
  private final Map<Integer, Node> nodes = new TreeMap<>();

  Cluster(SimulatedWorld world, SimulatedQuorumOptions options, int count) {
    this.world = world;
    voters = IntStream.rangeClosed(1, count).mapToObj(id -> member(id, id)).toList();
    quorum = new SimulatedQuorum(world, options, voters);
  }

  static QuorumMember member(int id, int directory) {
    return new QuorumMember(id, new UUID(directory, directory), "n" + id, 9093);
  }

  final class Node implements CommitListener {
    final QuorumMember member;
    final Quorum quorum;
    final List<String> entries = new ArrayList<>();
    int snapshotsLoaded;
    Leadership leadership = Leadership.NONE;

    Node(QuorumMember member, Quorum quorum) {
      this.member = member;
      this.quorum = quorum;
    }

    @Override
    public void loadSnapshot(long index, byte[] snapshot) {
      snapshotsLoaded++;
      List<String> state = new String(snapshot, UTF_8).lines().toList();
      assertThat(state).hasSize(Math.toIntExact(index));
      assertThat(state.subList(0, entries.size())).isEqualTo(entries);
      entries.clear();
      entries.addAll(state);
    }

    @Override
    public void committed(long index, byte[] entry) {
      entries.add(new String(entry, UTF_8));
      assertThat(index).isEqualTo(entries.size());
    }

    @Override
    public byte[] snapshot() {
      return String.join("\n", entries).getBytes(UTF_8);
    }

    @Override
    public void led(Leadership newLeadership) {
      assertThat(newLeadership.epoch()).isGreaterThanOrEqualTo(leadership.epoch());
      leadership = newLeadership;
      if (newLeadership.active()) {
        epochs.computeIfAbsent(newLeadership.epoch(), key -> new TreeSet<>()).add(member.nodeId());
      }
    }

    @Override
    public void failed(IOException cause) {
      throw new AssertionError(cause);
    }
  }

  void startAll() throws IOException {
    for (QuorumMember voter : voters) {
      start(voter);
    }
  }

  void start(QuorumMember member) throws IOException {
    Node node = new Node(member, quorum.open(machine(member.nodeId()), member));
    node.quorum.start(node);
    nodes.put(member.nodeId(), node);
  }

  private SimulatedMachine machine(int id) {
    return world.machine("n" + id);
  }

  void crash(int id) {
    machine(id).crash(CrashMode.RANDOM);
  }

  void restart(int id) throws IOException {
    world.restart("n" + id);
    start(node(id).member);
  }

  /** Cuts a node off from all others, or joins it again. */
  void isolate(int id, boolean cut) {
    for (int other : ids()) {
      if (other != id && cut) {
        world.cut("n" + id, "n" + other);
      } else if (other != id) {
        world.heal("n" + id, "n" + other);
      }
    }
  }

  /** Something goes wrong, or well again. */
  void trouble() throws IOException {
    int id = 1 + world.randomness().nextInt(voters.size());
    switch (world.randomness().nextInt(6)) {
      case 0 -> {
        if (machine(id).isCrashed()) {
          restart(id);
        } else {
          crash(id);
        }
      }
      case 1 -> isolate(id, true);
      case 2, 3 -> healAll();
      case 4 -> quorum.elect(id);
      default -> {}
    }
  }

  void healAll() throws IOException {
    for (int id : ids()) {
      isolate(id, false);
      if (machine(id).isCrashed()) {
        restart(id);
      }
    }
  }

  Set<Integer> ids() {
    return new TreeSet<>(nodes.keySet());
  }

  List<Integer> running() {
    return ids().stream().filter(id -> !machine(id).isCrashed()).toList();
  }

  Node node(int id) {
    @Nullable Node node = nodes.get(id);
    if (node == null) {
      throw new AssertionError("no node " + id);
    }
    return node;
  }

  List<String> seen(int id) {
    return List.copyOf(node(id).entries);
  }

  int other(int id) {
    return id % voters.size() + 1;
  }

  CompletableFuture<Boolean> propose(int id, long expectedIndex, String entry) {
    return node(id).quorum.propose(expectedIndex, entry.getBytes(UTF_8));
  }

  void outcome(List<String> acknowledged, long index, String entry, boolean done) {
    if (!done) {
      return;
    }
    while (acknowledged.size() <= index) {
      acknowledged.add("");
    }
    String other = acknowledged.set(Math.toIntExact(index), entry);
    if (!other.isEmpty()) {
      violations.add("%s and %s are both entry %d".formatted(entry, other, index + 1));
    }
  }

  /** Asks all that run how far to read; who answers knows of all that was acknowledged. */
  void checkReads(int acknowledged) {
    for (int id : running()) {
      var _ =
          node(id)
              .quorum
              .readIndex()
              .thenAccept(
                  index -> {
                    if (index < acknowledged) {
                      violations.add("read %d of %d".formatted(index, acknowledged));
                    }
                  });
    }
  }

  int awaitActive() {
    return awaitActiveOtherThan(-1);
  }

  int awaitActiveOtherThan(int not) {
    while (true) {
      for (int id : running()) {
        if (id != not
            && node(id).leadership.active()
            && quorum.leader().equals(OptionalInt.of(id))) {
          return id;
        }
      }
      sleep(POLL_NANOS);
    }
  }

  void awaitActive(int id) {
    while (!node(id).leadership.active()) {
      sleep(POLL_NANOS);
    }
  }

  void sleep(long nanos) {
    world.threads().sleep(nanos);
  }

  long random(long bound) {
    return Math.floorMod(world.randomness().nextLong(), bound);
  }
}
