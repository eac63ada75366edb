package io.barnabas.server.simulation;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.server.Node;
import io.barnabas.server.NodeView;
import io.barnabas.server.QuorumFactory;
import io.barnabas.server.StartupException;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.settings.SettingsException;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster, on the machines n1, n2 and so on. One that has failed or crashed comes
 * back after a while.
 */
final class Nodes {
  static final String DATA = "/data";
  static final int QUORUM_PORT = 9093;

  /** Small, so that what nodes keep in reserve is not most of what a run writes. */
  static final long DISK_BYTES = 4L << 20;

  private static final String CLUSTER = "iyTk3ZqORyeKZjkWMZsPDg";
  private static final int PORT = 9092;
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final int LONGEST_ABSENCE_MS = 700;

  /** From a start to an end. */
  private static final class Life {
    @Nullable Node node;
    boolean ending;
  }

  private final SimulatedWorld world;
  private final SimulatedQuorum quorum;
  private final List<Integer> ids;
  private final Map<Integer, Life> lives = new HashMap<>();

  /** Why nodes ended on their own, for whoever reads of a failed run. */
  private final List<String> failures = new ArrayList<>();

  private final Map<String, String> special;

  private boolean powerLost;
  private boolean healed;

  Nodes(SimulatedWorld world, int count, Map<String, String> settings) {
    this.world = world;
    special = settings;
    ids = IntStream.rangeClosed(1, count).boxed().toList();
    SimulatedQuorumOptions options =
        SimulatedQuorumOptions.defaults()
            .withMessageFaults(
                world.randomness().nextInt(3) * 20, world.randomness().nextInt(3) * 20)
            .withSnapshotsAfter(10 + world.randomness().nextInt(100));
    quorum = new SimulatedQuorum(world, options, ids.stream().map(Nodes::member).toList());
  }

  private static QuorumMember member(int id) {
    return new QuorumMember(id, new UUID(id, id), machine(id), QUORUM_PORT);
  }

  static String machine(int id) {
    return "n" + id;
  }

  static Endpoint endpoint(int id) {
    return new Endpoint("PLAINTEXT", "PLAINTEXT", machine(id), PORT);
  }

  List<Integer> ids() {
    return ids;
  }

  SimulatedQuorum quorum() {
    return quorum;
  }

  SimulatedMachine on(int id) {
    return world.machine(machine(id));
  }

  private NodeSettings settings(int id) {
    Map<String, String> text = new TreeMap<>();
    text.put("node.id", Integer.toString(id));
    text.put("listeners", "PLAINTEXT://:%d,CONTROLLER://:%d".formatted(PORT, QUORUM_PORT));
    text.put("advertised.listeners", "PLAINTEXT://%s:%d".formatted(machine(id), PORT));
    text.put("log.dirs", DATA);
    text.put(
        "controller.quorum.voters",
        ids.stream()
            .map(each -> "%d@%s:%d".formatted(each, machine(each), QUORUM_PORT))
            .collect(Collectors.joining(",")));
    text.put("auto.create.topics.enable", "false");
    text.put("broker.heartbeat.interval.ms", "200");
    text.put("broker.session.timeout.ms", "800");
    text.put("replica.lag.time.max.ms", "600");
    text.put("replica.fetch.wait.max.ms", "150");
    text.put("replica.high.watermark.checkpoint.interval.ms", "500");
    text.put("log.flush.offset.checkpoint.interval.ms", "1000");
    text.put("log.segment.delete.delay.ms", "300");
    text.put("leader.imbalance.check.interval.seconds", "2");
    text.putAll(special);
    try {
      return NodeSettings.parse(text);
    } catch (SettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- lives

  /** Starts a node, if it does not run. */
  void start(int id) {
    if (lives.containsKey(id)) {
      return;
    }
    SimulatedMachine present = on(id);
    SimulatedMachine machine = present.isCrashed() ? world.restart(machine(id)) : present;
    Life life = new Life();
    lives.put(id, life);
    machine.threads().startPlatform("node-" + id, () -> live(id, machine, life));
  }

  private void live(int id, SimulatedMachine machine, Life life) {
    QuorumFactory quorums =
        (w, given, identity) -> new QuorumFactory.Opened(quorum.open(machine, member(id)), CLUSTER);
    try {
      Node node = Node.start(machine, settings(id), quorums);
      life.node = node;
      Optional<String> failure = node.awaitTermination();
      if (failure.isPresent()) {
        failures.add(id + ": " + failure.get());
        endSoon(id, life);
        node.close();
      }
    } catch (StartupException e) {
      failures.add(id + ": " + e.getMessage());
      endSoon(id, life);
    }
  }

  /** The process ends, whether all of it could be stopped or not. */
  private void endSoon(int id, Life life) {
    life.ending = true;
    later(
        world.randomness().nextInt(300),
        () -> {
          if (lives.get(id) == life) {
            crash(id, CrashMode.KEEP_ALL);
          }
        });
  }

  /** Ends a node without warning; it comes back after a while. */
  void crash(int id, CrashMode mode) {
    crash(id, mode, world.randomness().nextInt(LONGEST_ABSENCE_MS));
  }

  void crash(int id, CrashMode mode, int absenceMs) {
    powerLost |= mode != CrashMode.KEEP_ALL;
    lives.remove(id);
    on(id).crash(mode);
    later(absenceMs, () -> start(id));
  }

  /** Ends a node in the middle of what it does to its disk, if that is soon; it comes back. */
  void crashAtOperation(int id, long operation, CrashMode mode) {
    powerLost |= mode != CrashMode.KEEP_ALL;
    on(id).disk().crashAtOperation(operation, mode);
    SimulatedMachine machine = on(id);
    later(
        world.randomness().nextInt(LONGEST_ABSENCE_MS),
        () -> {
          if (machine == on(id) && machine.isCrashed()) {
            lives.remove(id);
            start(id);
          } else {
            machine.disk().crashAtOperation(-1, CrashMode.KEEP_ALL);
          }
        });
  }

  /** Stops a node in good order, if it runs; it comes back after a while. */
  void stop(int id) {
    Life life = lives.get(id);
    if (life == null || life.node == null || life.ending || on(id).isCrashed()) {
      return;
    }
    Node node = life.node;
    life.ending = true;
    on(id)
        .threads()
        .startPlatform(
            "stop-" + id,
            () -> {
              node.close();
              endSoon(id, life);
            });
  }

  /** Whether faults are over. */
  boolean isHealed() {
    return healed;
  }

  /** Whether what was not forced may have been lost somewhere. */
  boolean isPowerLost() {
    return powerLost;
  }

  void later(long ms, Runnable action) {
    world
        .threads()
        .startVirtual(
            "later",
            () -> {
              world.threads().sleep(ms * MILLISECOND_NANOS);
              action.run();
            });
  }

  /** Ends all faults and starts whoever does not run. */
  void heal(List<String> clients) {
    healed = true;
    List<String> all = new ArrayList<>(clients);
    ids.forEach(id -> all.add(machine(id)));
    for (String a : all) {
      all.stream().filter(b -> a.compareTo(b) < 0).forEach(b -> world.heal(a, b));
    }
    for (int id : ids) {
      on(id).disk().crashAtOperation(-1, CrashMode.KEEP_ALL);
      on(id).resume();
      if (on(id).isCrashed()) {
        lives.remove(id);
      }
      on(id).disk().heal();
      on(id).disk().resize(DISK_BYTES);
      start(id);
    }
  }

  /** Makes all operations of a disk slow for a while. */
  void slowDisk(int id, long fromMicros, long toMicros, long forMs) {
    on(id).disk().slowDown(DelayRange.ofMicros(fromMicros, toMicros));
    later(forMs, () -> on(id).disk().heal());
  }

  // --- what they know

  /** The nodes that have started and do not end. */
  List<Integer> running() {
    return ids.stream().filter(id -> node(id).isPresent()).toList();
  }

  private Optional<Node> node(int id) {
    Life life = lives.get(id);
    return life == null || life.ending || on(id).isCrashed()
        ? Optional.empty()
        : Optional.ofNullable(life.node);
  }

  Optional<ClusterImage> image(int id) {
    return node(id).map(NodeView::image);
  }

  /** What the node that knows most knows. */
  ClusterImage newest() {
    return running().stream()
        .flatMap(id -> image(id).stream())
        .max(Comparator.comparingLong(ClusterImage::version))
        .orElseGet(() -> ClusterImage.empty(""));
  }

  @Override
  public String toString() {
    return "running " + running() + ", ended on their own " + failures;
  }
}
