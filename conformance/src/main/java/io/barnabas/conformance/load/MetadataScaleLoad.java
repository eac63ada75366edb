package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Very many partitions in the metadata of three nodes. Their replicas are on brokers that are made
 * up, so that no node opens a log for them: what is measured is the metadata alone.
 */
@Command(
    name = "conformance/metadata-scale",
    sortOptions = false,
    description = {
      "Creates very many partitions in batches, on made-up brokers, and reports what they cost:",
      "time, memory, size of a snapshot, time until every node knows a change, time to restart."
    })
public final class MetadataScaleLoad implements Callable<Integer> {
  private static final int NODES = 3;
  private static final List<Integer> MADE_UP = List.of(101, 102, 103);

  @Mixin private LoadOptions common = new LoadOptions();

  @Option(
      names = "--partitions",
      defaultValue = "100000",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--batch",
      defaultValue = "1000",
      description = "Partitions in one request (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--partitions-per-topic",
      defaultValue = "10",
      description = "Of each topic (default: ${DEFAULT-VALUE}).")
  private int partitionsPerTopic;

  @Option(
      names = "--changes",
      defaultValue = "50",
      description = "Single topics created at the end, to see when all know (default: 50).")
  private int changes;

  /** Few enough that both kinds of broker write a snapshot of so much metadata. */
  private static final Map<String, String> SETTINGS =
      Map.of("metadata.log.max.record.bytes.between.snapshots", Integer.toString(2 << 20));

  private final StringBuilder report = new StringBuilder();

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new MetadataScaleLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    ClassPaths paths = ClassPaths.readFrom(common.target());
    Path directory = common.target().resolve("metadata-scale");
    tell(
        String.format(
            Locale.ROOT,
            "%s, three nodes, %,d partitions of 3 replicas on made-up brokers, %,d in a"
                + " request%n%n",
            common.broker(),
            partitions,
            batch));
    List<MadeUpBroker> brokers = new ArrayList<>();
    try (ClusterProcess cluster =
        common.broker().startCluster(paths, common.launcher(), directory, NODES, SETTINGS)) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        String clusterId = admin.describeCluster().clusterId().get();
        for (int id : MADE_UP) {
          brokers.add(MadeUpBroker.join(cluster, clusterId, id));
        }
        footprint(cluster, "at first");
        create(admin);
        footprint(cluster, "with all partitions");
        propagate(cluster, admin);
        restart(cluster);
        footprint(cluster, "after the restarts");
      }
    } finally {
      brokers.forEach(MadeUpBroker::close);
      Files.writeString(common.target().resolve("metadata-scale.md"), report);
    }
    LoadedBroker.delete(directory);
    return 0;
  }

  private void create(Admin admin) throws InterruptedException, ExecutionException {
    List<Long> tookMs = new ArrayList<>();
    long beganNanos = System.nanoTime();
    int topics = 0;
    for (int made = 0; made < partitions; made += batch) {
      List<NewTopic> wanted = new ArrayList<>();
      for (int i = 0; i < batch / partitionsPerTopic; i++) {
        wanted.add(topic("scale-" + topics++, partitionsPerTopic));
      }
      long sentNanos = System.nanoTime();
      admin.createTopics(wanted).all().get();
      tookMs.add(millisSince(sentNanos));
    }
    tell(String.format(Locale.ROOT, "created in %,d ms; ", millisSince(beganNanos)));
    int tenth = Math.max(1, tookMs.size() / 10);
    tell(
        String.format(
            Locale.ROOT,
            "a request: the first tenth %,d ms in the median, the last tenth %,d ms, the slowest"
                + " %,d ms%n%n",
            median(tookMs.subList(0, tenth)),
            median(tookMs.subList(tookMs.size() - tenth, tookMs.size())),
            tookMs.stream().max(Long::compare).orElseThrow()));
  }

  /** Each partition leads on another of the made-up brokers. */
  private static NewTopic topic(String name, int partitions) {
    Map<Integer, List<Integer>> replicas = new TreeMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      int first = partition % MADE_UP.size();
      replicas.put(
          partition,
          IntStream.range(0, MADE_UP.size())
              .mapToObj(i -> MADE_UP.get((first + i) % MADE_UP.size()))
              .toList());
    }
    return new NewTopic(name, replicas);
  }

  private void propagate(ClusterProcess cluster, Admin admin)
      throws IOException, InterruptedException, ExecutionException {
    List<Long> acknowledgedMicros = new ArrayList<>();
    List<Long> everywhereMicros = new ArrayList<>();
    List<TopicWatch> watches = new ArrayList<>();
    try {
      for (int node : cluster.ids()) {
        watches.add(TopicWatch.at(cluster.node(node).address()));
      }
      for (int i = 0; i < changes; i++) {
        String name = "late-" + i;
        long sentNanos = System.nanoTime();
        watches.forEach(watch -> watch.awaitTopic(name));
        admin.createTopics(List.of(topic(name, 1))).all().get();
        acknowledgedMicros.add((System.nanoTime() - sentNanos) / 1_000);
        long lastNanos = sentNanos;
        for (TopicWatch watch : watches) {
          lastNanos = Math.max(lastNanos, watch.seenNanos());
        }
        everywhereMicros.add((lastNanos - sentNanos) / 1_000);
      }
    } finally {
      watches.forEach(TopicWatch::close);
    }
    tell(
        String.format(
            Locale.ROOT,
            "one more topic: answered after %.1f ms in the median, at worst %.1f ms;"
                + " known to every node after %.1f ms in the median, at worst %.1f ms%n%n",
            median(acknowledgedMicros) / 1e3,
            acknowledgedMicros.stream().max(Long::compare).orElseThrow() / 1e3,
            median(everywhereMicros) / 1e3,
            everywhereMicros.stream().max(Long::compare).orElseThrow() / 1e3));
  }

  private void restart(ClusterProcess cluster) throws IOException, InterruptedException {
    BrokerProcess one = cluster.node(1);
    one.stop();
    one.restart();
    tell(
        String.format(
            Locale.ROOT,
            "node 1 told to stop, and started: ready after %,d ms%n",
            millisSince(one.launchedNanos())));
    one.kill();
    one.restart();
    tell(
        String.format(
            Locale.ROOT,
            "node 1 killed, and started: ready after %,d ms%n",
            millisSince(one.launchedNanos())));
    for (int id : cluster.ids()) {
      cluster.node(id).kill();
    }
    long beganNanos = System.nanoTime();
    for (int id : cluster.ids()) {
      cluster.node(id).relaunch();
    }
    for (int id : cluster.ids()) {
      cluster.node(id).awaitReady();
    }
    tell(
        String.format(
            Locale.ROOT,
            "all nodes killed, and started at once: all ready after %,d ms%n%n",
            millisSince(beganNanos)));
  }

  private void footprint(ClusterProcess cluster, String when)
      throws IOException, InterruptedException {
    tell(
        String.format(
            Locale.ROOT, "| %s | resident | heap | largest snapshot | metadata files |%n", when));
    tell(String.format(Locale.ROOT, "|---|---:|---:|---:|---:|%n"));
    for (int id : cluster.ids()) {
      Footprint footprint = Footprint.of(cluster.node(id), common.target());
      tell(String.format(Locale.ROOT, "| node %d | %s |%n", id, footprint.row()));
    }
    tell(String.format(Locale.ROOT, "%n"));
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  private void tell(String text) {
    System.out.print(text);
    report.append(text);
  }
}
