package io.barnabas.server.simulation;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.History.Event;
import io.barnabas.server.simulation.HistoryChecker.Anomaly;
import io.barnabas.server.simulation.Producer.Task;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationException;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * One seed: a cluster is founded, clients begin, things go wrong for a while; then all faults end,
 * and within a bounded time everything must be as it should be again and the clients go on.
 */
public final class WholeClusterRun {
  /**
   * The topics: one with several partitions, one that few replicas suffice for and that in some
   * runs is not forced to disk before it is acknowledged, one that comes and goes.
   */
  static final String MAIN = "a";

  static final String SPARSE = "b";
  static final String RECREATED = "c";

  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final int RECOVERY_MS = 20_000;
  private static final int MOST_FAULTS = 6;

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

  private static final List<Task> TASKS =
      List.of(
          new Task(MAIN, 0, -1, true),
          new Task(MAIN, 1, -1, false),
          new Task(SPARSE, 0, -1, true),
          new Task(SPARSE, 0, 1, false),
          new Task(RECREATED, 0, -1, true),
          new Task(MAIN, 0, 0, false));

  private final SimulatedWorld world;
  private final boolean unforced;
  private final Nodes nodes;
  private final History history = new History();
  private final List<Producer> producers = new ArrayList<>();
  private final List<WorldThread> clients = new ArrayList<>();
  private final List<String> clientNames = new ArrayList<>();
  private boolean over;

  private WholeClusterRun(SimulatedWorld world, long seed) {
    this.world = world;
    unforced = Math.floorMod(seed, 8L) == 5;
    nodes = new Nodes(world, nodeCount(seed));
  }

  /** What a run was about. */
  public record Result(long acknowledged, long read, long traceHash) {}

  /**
   * Runs a seed.
   *
   * @throws AssertionError if something was wrong; the message has the seed
   */
  public static Result run(long seed) {
    SimulatedWorld world = new SimulatedWorld(seed, seed % 2 == 0 ? QUICK : SLOW_FORCES);
    WholeClusterRun run = new WholeClusterRun(world, seed);
    try {
      RunEnd end = world.run(run::runAll);
      if (end != RunEnd.FINISHED) {
        throw new AssertionError("the first machine crashed");
      }
    } catch (SimulationException | AssertionError e) {
      throw new AssertionError(
          "seed %d: %s%s%n(again: -Dsimulation.first=%d -Dsimulation.seeds=1)"
              .formatted(seed, e.getMessage(), run.seenUntilThen(), seed),
          e);
    }
    return new Result(run.history.acknowledged(), run.history.read(), world.traceHash());
  }

  /** Mostly three. */
  private static int nodeCount(long seed) {
    return switch ((int) Math.floorMod(seed, 10L)) {
      case 3 -> 4;
      case 6 -> 5;
      default -> 3;
    };
  }

  private void runAll() {
    nodes.ids().forEach(nodes::start);
    await("all nodes take part", () -> nodes.running().size() == nodes.ids().size());
    Client operator = new Client(this, "operator");
    Operator events = new Operator(this, operator);
    events.createTopics();
    startClients();
    Faults faults = new Faults(this, events, clientNames);
    int count = 1 + below(MOST_FAULTS);
    for (int i = 0; i < count; i++) {
      sleep(below(250));
      faults.next();
    }
    sleep(below(400));
    Ending ending = new Ending(this, events);
    events.remember();
    nodes.heal(clientNames);
    long peace = now();
    await("the cluster is whole again", ending::isWhole, () -> ending + " " + nodes);
    events.deliverLateProposals();
    // A deletion that was proposed long ago may come now.
    await("producers go on", () -> ending.isWhole() && goOnSince(peace), this::states);
    over = true;
    await("clients end", () -> clients.stream().noneMatch(WorldThread::isAlive), this::states);
    await("all replicas are the same", ending::isSettled, ending::toString);
    operator.close();
    ending.check();
  }

  /**
   * What was wrong before a run failed for another reason, such as that something took too long.
   */
  private String seenUntilThen() {
    producers.forEach(Producer::giveUp);
    List<Anomaly> anomalies = HistoryChecker.check(promised(), Map.of());
    return anomalies.isEmpty()
        ? ""
        : anomalies.stream()
            .limit(3)
            .map(anomaly -> "%n  ".formatted() + anomaly)
            .collect(
                Collectors.joining(
                    "", "%n%d anomalies until then:".formatted(anomalies.size()), ""));
  }

  private void startClients() {
    for (int i = 0; i < TASKS.size(); i++) {
      Producer producer = new Producer(this, "p" + i, TASKS.get(i));
      producers.add(producer);
      start("p" + i, producer);
    }
    for (int i = 0; i < 2; i++) {
      start("c" + i, new Consumer(this, "c" + i, i > 0));
    }
  }

  private void start(String name, Runnable client) {
    clientNames.add(name);
    clients.add(world.machine(name).threads().startVirtual(name, client));
  }

  private boolean goOnSince(long nanos) {
    return producers.stream().allMatch(producer -> producer.hasGoneOnSince(nanos));
  }

  private String states() {
    return producers.stream().map(Producer::state).collect(Collectors.joining("; ")) + " " + nodes;
  }

  // --- what the parts of a run use

  SimulatedWorld world() {
    return world;
  }

  Nodes nodes() {
    return nodes;
  }

  History history() {
    return history;
  }

  /** Whether clients are to come to an end. */
  boolean isOver() {
    return over;
  }

  List<String> topics() {
    return List.of(MAIN, SPARSE, RECREATED);
  }

  boolean isRecreated(String topic) {
    return topic.equals(RECREATED);
  }

  /** Whether a topic's records are acknowledged before they are forced to disk. */
  boolean isUnforced(String topic) {
    return unforced && topic.equals(SPARSE);
  }

  /** Whether a topic may lack what was acknowledged. */
  boolean mayLack(String topic) {
    return isUnforced(topic) && nodes.isPowerLost();
  }

  /** What clients were told of what is promised. */
  List<Event> promised() {
    Optional<Uuid> lacking =
        topics().stream()
            .filter(this::mayLack)
            .flatMap(name -> nodes.newest().topicByName(name).stream())
            .map(TopicImage::id)
            .findFirst();
    return lacking.isEmpty()
        ? history.events()
        : history.events().stream().filter(event -> !event.isAbout(lacking.get())).toList();
  }

  int below(int bound) {
    return world.randomness().nextInt(bound);
  }

  long now() {
    return world.clock().nanoTime();
  }

  void sleep(long ms) {
    world.threads().sleep(ms * MILLISECOND_NANOS);
  }

  /** The newest leader epoch of a partition that any node knows of. */
  int newestEpoch(Uuid topic, int partition) {
    return nodes
        .newest()
        .partition(topic, partition)
        .map(PartitionImage::leaderEpoch)
        .orElse(Integer.MAX_VALUE);
  }

  void await(String what, BooleanSupplier condition) {
    await(what, condition, nodes::toString);
  }

  private void await(String what, BooleanSupplier condition, Supplier<String> state) {
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
