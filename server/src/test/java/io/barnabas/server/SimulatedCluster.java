package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.tls.TlsEngines;
import io.barnabas.server.tls.TlsNetwork;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Nodes 1, 2 and so on of a cluster, on the machines n1, n2 and so on of a simulated world. */
final class SimulatedCluster {
  static final String ID = "iyTk3ZqORyeKZjkWMZsPDg";

  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final int PORT = 9092;
  private static final int QUORUM_PORT = 9093;
  private static final int NODE_PORT = 9094;

  private final SimulatedWorld world;
  private final SimulatedQuorum quorum;
  private final int count;
  private final boolean ownListener;
  private final Map<String, String> inFile;
  private final Map<Integer, CompletableFuture<Node>> nodes = new HashMap<>();

  /** In a world whose disks or network the test wants to reach; {@link #run} does without. */
  SimulatedCluster(SimulatedWorld world, int count) {
    this(world, count, false, Map.of());
  }

  private SimulatedCluster(
      SimulatedWorld world, int count, boolean ownListener, Map<String, String> inFile) {
    this.world = world;
    this.count = count;
    this.ownListener = ownListener;
    this.inFile = Map.copyOf(inFile);
    List<QuorumMember> voters =
        IntStream.rangeClosed(1, count).mapToObj(SimulatedCluster::member).toList();
    quorum = new SimulatedQuorum(world, SimulatedQuorumOptions.defaults(), voters);
  }

  private static QuorumMember member(int id) {
    return new QuorumMember(id, new UUID(id, id), machine(id), QUORUM_PORT);
  }

  /** What a test does with a cluster that has started. */
  interface Body {
    void run(SimulatedCluster cluster) throws Exception;
  }

  /** Starts all nodes in a world of their own, and has a test run there. */
  static void run(long seed, int count, Body body) {
    run(seed, count, Map.of(), body);
  }

  /** The same, with these settings in the files; {id} in a value is the node's number. */
  static void run(long seed, int count, Map<String, String> inFile, Body body) {
    run(seed, count, false, inFile, body);
  }

  /**
   * The same.
   *
   * @param ownListener whether nodes reach each other at a listener of their own, NODES
   */
  static void run(
      long seed, int count, boolean ownListener, Map<String, String> inFile, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    RunEnd end =
        world.run(
            () -> {
              SimulatedCluster cluster = new SimulatedCluster(world, count, ownListener, inFile);
              cluster.startAll();
              body.run(cluster);
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  static String machine(int id) {
    return "n" + id;
  }

  SimulatedWorld world() {
    return world;
  }

  SimulatedQuorum quorum() {
    return quorum;
  }

  /** Begins to start a node, or to start it again. */
  CompletableFuture<Node> begin(int id) {
    SimulatedMachine machine = world.machine(machine(id));
    if (machine.isCrashed()) {
      machine = world.restart(machine(id));
    }
    SimulatedMachine on = machine;
    CompletableFuture<Node> started = new CompletableFuture<>();
    nodes.put(id, started);
    on.threads()
        .startPlatform(
            "start-" + id,
            () -> {
              try {
                started.complete(
                    Node.start(
                        on,
                        settings(id),
                        (w, settings, identity) ->
                            new QuorumFactory.Opened(quorum.open(on, member(id)), ID)));
              } catch (Exception e) {
                started.completeExceptionally(e);
              }
            });
    return started;
  }

  private NodeSettings settings(int id) throws Exception {
    Map<String, String> settings = new TreeMap<>();
    settings.put("node.id", Integer.toString(id));
    String own = ownListener ? ",NODES://%s:" + NODE_PORT : "";
    settings.put(
        "listeners",
        "PLAINTEXT://:%d,CONTROLLER://:%d%s".formatted(PORT, QUORUM_PORT, own.formatted("")));
    settings.put(
        "advertised.listeners",
        "PLAINTEXT://%s:%d%s".formatted(machine(id), PORT, own.formatted(machine(id))));
    if (ownListener) {
      settings.put("inter.broker.listener.name", "NODES");
      settings.put(
          "listener.security.protocol.map",
          "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,NODES:PLAINTEXT");
    }
    settings.put("log.dirs", "/data");
    settings.put(
        "controller.quorum.voters",
        IntStream.rangeClosed(1, count)
            .mapToObj(each -> "%d@%s:%d".formatted(each, machine(each), QUORUM_PORT))
            .collect(Collectors.joining(",")));
    inFile.forEach(
        (name, value) -> settings.put(name, value.replace("{id}", Integer.toString(id))));
    return NodeSettings.parse(settings);
  }

  /** Starts all nodes, and waits until all of them know that all take part. */
  void startAll() {
    List<CompletableFuture<Node>> started = new ArrayList<>();
    for (int id = 1; id <= count; id++) {
      started.add(begin(id));
    }
    started.forEach(CompletableFuture::join);
    await("all take part", 10_000, () -> all().stream().allMatch(id -> takesPart(id)));
  }

  private List<Integer> all() {
    return IntStream.rangeClosed(1, count).boxed().toList();
  }

  /** Whether all nodes that run hold that a broker takes part. */
  boolean takesPart(int broker) {
    return running().stream()
        .allMatch(id -> image(id).broker(broker).filter(each -> !each.fenced()).isPresent());
  }

  /** Whether all other nodes that run hold that a broker is fenced. */
  boolean isFenced(int broker) {
    return running().stream()
        .filter(id -> id != broker)
        .allMatch(id -> image(id).broker(broker).filter(each -> each.fenced()).isPresent());
  }

  private List<Integer> running() {
    return all().stream()
        .filter(id -> started(id).filter(CompletableFuture::isDone).isPresent())
        .toList();
  }

  private Optional<CompletableFuture<Node>> started(int id) {
    return Optional.ofNullable(nodes.get(id));
  }

  private Node node(int id) {
    return started(id).orElseThrow().join();
  }

  ClusterImage image(int id) {
    return node(id).image();
  }

  int controller() {
    OptionalInt[] leader = {OptionalInt.empty()};
    await(
        "a controller is active",
        10_000,
        () -> {
          leader[0] = quorum.leader();
          return leader[0].isPresent();
        });
    return leader[0].getAsInt();
  }

  /** Whether all nodes that run hold that another one than this decides. */
  boolean hasOtherController(int id) {
    return running().stream().noneMatch(each -> image(each).activeController().id() == id);
  }

  /** One of the nodes that is not the active controller. */
  int other() {
    int controller = controller();
    return all().stream().filter(id -> id != controller).findFirst().orElseThrow();
  }

  void crash(int id) {
    nodes.remove(id);
    world.machine(machine(id)).crash(CrashMode.LOSE_UNFORCED);
  }

  /** Ends a node without warning, while its machine goes on. */
  void kill(int id) {
    crash(id);
    world.restart(machine(id));
  }

  /** Stops a node in good order, and waits until it has. */
  void stop(int id) {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    Node node = node(id);
    world
        .machine(machine(id))
        .threads()
        .startPlatform(
            "stop-" + id,
            () -> {
              node.close();
              stopped.complete(null);
            });
    stopped.join();
    nodes.remove(id);
  }

  /** Lets no message through between a node and all others, without telling anybody. */
  void silence(int id) {
    others(id).forEach(each -> world.silence(machine(id), machine(each)));
  }

  void heal(int id) {
    others(id).forEach(each -> world.heal(machine(id), machine(each)));
  }

  private List<Integer> others(int id) {
    return all().stream().filter(each -> each != id).toList();
  }

  /** Waits until something is so, and says how long that took, in milliseconds. */
  long await(String what, long limitMs, BooleanSupplier condition) {
    long begin = world.clock().nanoTime();
    while (!condition.getAsBoolean()) {
      if (world.clock().nanoTime() - begin > limitMs * MILLISECOND_NANOS) {
        throw new AssertionError("Not within %d ms: %s".formatted(limitMs, what));
      }
      world.threads().sleep(MILLISECOND_NANOS);
    }
    return (world.clock().nanoTime() - begin) / MILLISECOND_NANOS;
  }

  TestClient client(int id) throws Exception {
    return TestClient.connect(world, InetSocketAddress.createUnresolved(machine(id), PORT));
  }

  /** A client that comes in as nodes do, where they have a listener of their own. */
  TestClient peer(int id) throws Exception {
    return TestClient.connect(world, InetSocketAddress.createUnresolved(machine(id), NODE_PORT));
  }

  /** The same over TLS. */
  TestClient peer(int id, TlsEngines engines) throws Exception {
    return TestClient.connect(
        new TlsNetwork(world, engines), InetSocketAddress.createUnresolved(machine(id), NODE_PORT));
  }
}
