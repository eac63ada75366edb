package io.barnabas.quorum.ratis;

import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.ratis.RatisOptions.Voter;
import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Nodes of one cluster at 127.0.0.1, each started and stopped by its number. */
final class TestNodes implements AutoCloseable {
  static final String HOST = "127.0.0.1";

  /** A node that runs. */
  record Running(RatisQuorum quorum, Witness witness) {}

  final RealWorld world = RealWorld.create();
  private final Path root;
  private final RatisTuning tuning;
  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final Map<Integer, Integer> advertised = new TreeMap<>();
  private final Map<Integer, UUID> directoryIds = new TreeMap<>();
  private final Map<Integer, Running> running = new TreeMap<>();
  private final List<Voter> voters = new ArrayList<>();
  private @Nullable RatisTls tls;

  TestNodes(Path root, RatisTuning tuning, int voterCount, int otherCount) throws IOException {
    this.root = root;
    this.tuning = tuning;
    List<ServerSocket> sockets = new ArrayList<>();
    for (int node = 1; node <= voterCount + otherCount; node++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      ports.put(node, socket.getLocalPort());
      directoryIds.put(node, id(node, 0));
      if (node <= voterCount) {
        voters.add(new Voter(node, HOST, socket.getLocalPort()));
      }
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  /** Election time-outs for a busy machine. */
  static RatisTuning tuning() {
    return new RatisTuning(150, 300, 20_000, 20 << 20, 10_000, 1 << 20);
  }

  /** Snapshots all the time, and next to nothing kept before them, in small files. */
  static RatisTuning manySnapshots() {
    return new RatisTuning(150, 300, 20, 20 << 20, 2, 1 << 10);
  }

  private static UUID id(int node, long generation) {
    return new UUID(node, generation);
  }

  /** Adds a node that is no voter. */
  void addNode(int node) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.put(node, socket.getLocalPort());
      directoryIds.put(node, id(node, 0));
    }
  }

  private static <T> T of(Map<Integer, T> map, int node) {
    return Objects.requireNonNull(map.get(node));
  }

  /** The options that are made from now on name these voters. */
  void nameOnly(int... nodes) {
    voters.clear();
    for (int node : nodes) {
      voters.add(new Voter(node, HOST, of(ports, node)));
    }
  }

  /** Others reach a node at another port of this machine than the one that it listens on. */
  void advertise(int node, int port) {
    advertised.put(node, port);
    voters.replaceAll(voter -> voter.nodeId() == node ? new Voter(node, HOST, port) : voter);
  }

  void useTls(RatisTls used) {
    tls = used;
  }

  Path directory(int node) {
    return root.resolve(node + "-" + of(directoryIds, node).getLeastSignificantBits());
  }

  UUID directoryId(int node) {
    return of(directoryIds, node);
  }

  /** The node's next start is with an empty disk. */
  void loseDisk(int node) {
    directoryIds.put(node, id(node, of(directoryIds, node).getLeastSignificantBits() + 1));
  }

  /** The node's next start is with a disk that it had before. */
  void findDisk(int node, UUID directoryId) {
    directoryIds.put(node, directoryId);
  }

  RatisOptions options(int node) {
    return options(node, tuning);
  }

  RatisOptions options(int node, RatisTuning itsTuning) {
    return new RatisOptions(
        directory(node),
        node,
        of(directoryIds, node),
        UUID::randomUUID,
        Optional.empty(),
        HOST,
        of(ports, node),
        HOST,
        advertised.getOrDefault(node, of(ports, node)),
        voters,
        Optional.ofNullable(tls),
        itsTuning);
  }

  /** Listens and looks for its cluster. */
  RatisQuorum open(int node) throws IOException {
    return RatisQuorum.open(world, options(node));
  }

  /** Opens these, then starts each. */
  void start(int... nodes) throws IOException {
    List<RatisQuorum> opened = new ArrayList<>();
    for (int node : nodes) {
      opened.add(open(node));
    }
    for (int i = 0; i < nodes.length; i++) {
      started(nodes[i], opened.get(i));
    }
  }

  Running started(int node, RatisQuorum quorum) throws IOException {
    Running started = new Running(quorum, new Witness(world));
    running.put(node, started);
    quorum.start(started.witness());
    return started;
  }

  Running get(int node) {
    return of(running, node);
  }

  void stop(int... nodes) throws IOException {
    for (int node : nodes) {
      Running stopped = get(node);
      running.remove(node);
      stopped.quorum().close();
    }
  }

  /** Waits until one of those that run is active, and has told so. */
  int awaitActive() {
    while (true) {
      for (Map.Entry<Integer, Running> node : running.entrySet()) {
        if (node.getValue().quorum().leadership().active()) {
          node.getValue().witness().await(Witness.Seen::active);
          return node.getKey();
        }
      }
      world.threads().sleep(2_000_000);
    }
  }

  /** Proposes until one active node after the other has taken the entry, and knows it. */
  void commit(String entry) throws IOException {
    while (true) {
      Running active = get(awaitActive());
      List<String> before = active.witness().seen().entries();
      if (before.contains(entry)) {
        return;
      }
      CompletableFuture<Boolean> proposed =
          active.quorum().propose(before.size(), entry.getBytes(StandardCharsets.UTF_8));
      // What became of it after an election is known only when the next entry is, which may be
      // this one once more: no more than one of both comes first.
      while (!proposed.isDone() && active.quorum().leadership().active()) {
        world.threads().sleep(1_000_000);
      }
      if (proposed.isDone() && isCommitted(proposed)) {
        return;
      }
    }
  }

  private static boolean isCommitted(CompletableFuture<Boolean> proposed) {
    try {
      return proposed.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NotLeadingException) {
        return false;
      }
      throw e;
    }
  }

  List<String> commitAll(String name, int count) throws IOException {
    List<String> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(name + i);
      commit(name + i);
    }
    return entries;
  }

  @Override
  public void close() throws IOException {
    for (int node : List.copyOf(running.keySet())) {
      stop(node);
    }
  }
}
