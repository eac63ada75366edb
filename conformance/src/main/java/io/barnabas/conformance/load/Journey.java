package io.barnabas.conformance.load;

import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;

/**
 * A cluster of Barnabas through days that are not usual, one step after the other: clients that
 * change it, what each topic may be, and what there is to tell and to complain of. For one thread.
 */
final class Journey implements Closeable {
  private static final int VOTERS = 3;
  private static final int CLIENTS = 3;
  private static final int PAUSE_MS = 30;
  private static final long RETENTION_MS = 1_000_000_000L;

  private final ClassPaths paths;
  private final JourneyPlan plan;
  private final ClusterProcess cluster;
  private final StringBuilder report = new StringBuilder();
  private final List<String> complaints = new ArrayList<>();
  private final Map<String, List<Optional<TopicState>>> possible = new TreeMap<>();
  private final List<TopicChanger> changing = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private ChangeClock clock = ChangeClock.untilStopped(PAUSE_MS);
  private int changersBefore;
  private int witnesses;

  private Journey(ClassPaths paths, JourneyPlan plan, ClusterProcess cluster) {
    this.paths = paths;
    this.plan = plan;
    this.cluster = cluster;
  }

  /**
   * Starts three nodes that vote.
   *
   * @param launcher of Barnabas, before {@code start}
   * @param directory an empty or absent one
   */
  static Journey begin(ClassPaths paths, List<String> launcher, Path directory, JourneyPlan plan)
      throws IOException, InterruptedException {
    return begin(paths, launcher, directory, plan, id -> settings());
  }

  /** The same with settings for each of these nodes. */
  static Journey begin(
      ClassPaths paths,
      List<String> launcher,
      Path directory,
      JourneyPlan plan,
      IntFunction<Map<String, String>> settings)
      throws IOException, InterruptedException {
    return new Journey(paths, plan, ClusterProcess.barnabas(launcher, directory, VOTERS, settings));
  }

  /** Of every node. */
  static Map<String, String> settings() {
    return Map.of(
        // Steps move leaders and look at them.
        "auto.leader.rebalance.enable",
        "false",
        // So that what a node misses does not stay in the others' logs.
        "metadata.log.max.record.bytes.between.snapshots",
        Integer.toString(1 << 20));
  }

  JourneyPlan plan() {
    return plan;
  }

  ClassPaths paths() {
    return paths;
  }

  ClusterProcess cluster() {
    return cluster;
  }

  /** An admin client that knows all nodes to begin with, to be closed by the caller. */
  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  /** What the quorum's leader tells. */
  static QuorumInfo quorum(Admin admin) throws ExecutionException, InterruptedException {
    return admin.describeMetadataQuorum().quorumInfo().get();
  }

  /** Adds to the report, and shows it. */
  @SuppressWarnings("AnnotateFormatMethod") // A library for this one annotation would be too much.
  void tell(String format, Object... values) {
    String text = String.format(Locale.ROOT, format, values) + "\n";
    System.err.print(text);
    report.append(text);
  }

  /** Something does not hold. */
  void complain(String sentence) {
    tell("- COMPLAINT: %s", sentence);
    complaints.add(sentence);
  }

  String report() {
    return report.toString();
  }

  /** A sentence for each thing that does not hold. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** From now on topics are what the states say, by name. */
  void expect(Map<String, List<Optional<TopicState>>> states) {
    possible.putAll(states);
  }

  /** Creates a topic with chosen replicas that nobody changes. */
  void createTopic(String name, Map<Integer, List<Integer>> replicas, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("retention.ms", Long.toString(RETENTION_MS));
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, replicas).configs(all))).all().get();
    } catch (ExecutionException e) {
      throw new IOException("no topic " + name, e);
    }
    possible.put(name, List.of(Optional.of(new TopicState(replicas.size(), RETENTION_MS))));
  }

  /** Has clients change topics until {@link #stopChanges}. */
  void startChanges() {
    clock = ChangeClock.untilStopped(PAUSE_MS);
    for (int i = 0; i < CLIENTS; i++) {
      int id = changersBefore++;
      changing.add(new TopicChanger(id, cluster, clock, plan.seed() * 1_000 + id));
    }
    changing.forEach(changer -> threads.add(Thread.ofPlatform().daemon().start(changer)));
    clock.gapsBegin();
  }

  /** What knows when they were answered. */
  ChangeClock clock() {
    return clock;
  }

  /** Waits for as long as changes go on before and after each event. */
  void letChangesGoOn() throws InterruptedException {
    Thread.sleep(plan.loadMs());
  }

  /** Ends the changes; tells how many there were, and the longest time without an answer. */
  void stopChanges() throws InterruptedException {
    long gapMs = clock.longestGapNanos() / 1_000_000;
    clock.stop();
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
    tell(
        "- meanwhile %,d changes acknowledged, %,d without an answer, longest time without one"
            + " %,d ms",
        changing.stream().mapToInt(TopicChanger::acknowledgedCount).sum(),
        changing.stream().mapToInt(TopicChanger::unansweredCount).sum(),
        gapMs);
    changing.forEach(changer -> possible.putAll(changer.possible()));
    changing.forEach(changer -> changer.complaints().forEach(this::complain));
    changing.clear();
  }

  /**
   * Compares what all nodes tell with what was acknowledged, with each other, and, by one more
   * change that all of them have to take, the digests of their images.
   */
  void check() throws IOException, InterruptedException {
    long began = System.nanoTime();
    TopicAudit.Verdict verdict = TopicAudit.check(cluster, possible);
    verdict.complaints().forEach(this::complain);
    String witness = "witness-" + witnesses++;
    createTopic(witness, Map.of(0, List.of(cluster.ids().getFirst())), Map.of());
    ImageCheck.everyNodeTakes(cluster, witness);
    if (verdict.complaints().isEmpty()) {
      tell(
          "- %d nodes tell the same of %,d topics with %,d partitions, all in sync, every"
              + " acknowledged change is there, their images have the same digest (after %,d ms)%n",
          cluster.size(), verdict.topics(), verdict.partitions(), millisSince(began));
    }
  }

  static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  @Override
  public void close() {
    clock.stop();
    cluster.close();
  }
}
