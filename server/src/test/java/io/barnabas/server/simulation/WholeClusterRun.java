package io.barnabas.server.simulation;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.History.Event;
import io.barnabas.server.simulation.HistoryChecker.Anomaly;
import io.barnabas.server.simulation.Producer.Task;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/**
 * One seed: a cluster is founded, clients begin, things go wrong for a while; then all faults end,
 * and within a bounded time everything must be as it should be again and the clients go on.
 */
public final class WholeClusterRun extends ClusterRun {
  /**
   * The topics: one with several partitions, one that few replicas suffice for and that in some
   * runs is not forced to disk before it is acknowledged, one that comes and goes.
   */
  static final String MAIN = "a";

  static final String SPARSE = "b";
  static final String RECREATED = "c";

  private static final int MOST_FAULTS = 6;

  private static final List<Task> TASKS =
      List.of(
          new Task(MAIN, 0, -1, true),
          new Task(MAIN, 1, -1, false),
          new Task(SPARSE, 0, -1, true),
          new Task(SPARSE, 0, 1, false),
          new Task(RECREATED, 0, -1, true),
          new Task(MAIN, 0, 0, false));

  private final boolean unforced;
  private final List<Producer> producers = new ArrayList<>();
  private final List<WorldThread> clients = new ArrayList<>();
  private final List<String> clientNames = new ArrayList<>();
  private boolean over;

  private WholeClusterRun(long seed) {
    super(seed, Map.of());
    unforced = Math.floorMod(seed, 8L) == 5;
  }

  /** What a run was about. */
  public record Result(long acknowledged, long read, long traceHash) {}

  /**
   * Runs a seed.
   *
   * @throws AssertionError if something was wrong; the message has the seed
   */
  public static Result run(long seed) {
    WholeClusterRun run = new WholeClusterRun(seed);
    run.carryOut();
    return new Result(run.history().acknowledged(), run.history().read(), run.world().traceHash());
  }

  @Override
  void runAll() {
    nodes().ids().forEach(nodes()::start);
    await("all nodes take part", () -> nodes().running().size() == nodes().ids().size());
    Client operator = new Client(this, "operator");
    Operator events = new Operator(this, operator);
    events.createTopics();
    startClients();
    Faults faults = new Faults(this, events, events.all(), clientNames);
    int count = 1 + below(MOST_FAULTS);
    for (int i = 0; i < count; i++) {
      sleep(below(250));
      faults.next();
    }
    sleep(below(400));
    Wholeness wholeness = new Wholeness(this, events::restoreTopics);
    events.remember();
    nodes().heal(clientNames);
    long peace = now();
    await("the cluster is whole again", wholeness::isWhole, () -> wholeness + " " + nodes());
    events.deliverLateProposals();
    // A deletion that was proposed long ago may come now.
    await("producers go on", () -> wholeness.isWhole() && goOnSince(peace), this::states);
    over = true;
    await("clients end", () -> clients.stream().noneMatch(WorldThread::isAlive), this::states);
    await("all replicas are the same", wholeness::isSettled, wholeness::toString);
    operator.close();
    new Ending(this, events, wholeness).check();
  }

  @Override
  String seenUntilThen() {
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
    clients.add(world().machine(name).threads().startVirtual(name, client));
  }

  private boolean goOnSince(long nanos) {
    return producers.stream().allMatch(producer -> producer.hasGoneOnSince(nanos));
  }

  private String states() {
    return producers.stream().map(Producer::state).collect(Collectors.joining("; "))
        + " "
        + nodes();
  }

  // --- what the parts of a run use

  /** Whether clients are to come to an end. */
  boolean isOver() {
    return over;
  }

  @Override
  List<String> topics() {
    return List.of(MAIN, SPARSE, RECREATED);
  }

  boolean isRecreated(String topic) {
    return topic.equals(RECREATED);
  }

  @Override
  boolean isUnforced(String topic) {
    return unforced && topic.equals(SPARSE);
  }

  /** Whether a topic may lack what was acknowledged. */
  boolean mayLack(String topic) {
    return isUnforced(topic) && nodes().isPowerLost();
  }

  /** What clients were told of what is promised. */
  List<Event> promised() {
    Optional<Uuid> lacking =
        topics().stream()
            .filter(this::mayLack)
            .flatMap(name -> nodes().newest().topicByName(name).stream())
            .map(TopicImage::id)
            .findFirst();
    return lacking.isEmpty()
        ? history().events()
        : history().events().stream().filter(event -> !event.isAbout(lacking.get())).toList();
  }

  /** The newest leader epoch of a partition that any node knows of. */
  int newestEpoch(Uuid topic, int partition) {
    return nodes()
        .newest()
        .partition(topic, partition)
        .map(PartitionImage::leaderEpoch)
        .orElse(Integer.MAX_VALUE);
  }
}
