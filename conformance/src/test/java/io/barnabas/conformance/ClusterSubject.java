package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Three brokers under test. One cluster of each kind, started by the first test that needs it,
 * serves all test classes of a JVM; tests keep apart by using topics of their own, and leave all
 * three nodes running.
 *
 * <p>{@code -Dconformance.subjects=BARNABAS} says which take part; without it all do.
 */
final class ClusterSubject {

  /** How many brokers there are. */
  static final int SIZE = 3;

  /** What a condition that must come true may take. */
  private static final long LIMIT_MS = 60_000;

  private static final Path TARGET = Path.of("target");
  private static final Map<Kind, ClusterSubject> SUBJECTS =
      Map.of(
          Kind.APACHE_KAFKA, new ClusterSubject(Kind.APACHE_KAFKA),
          Kind.BARNABAS, new ClusterSubject(Kind.BARNABAS));

  private final Kind kind;
  private final AtomicInteger topics = new AtomicInteger();
  private @Nullable ClusterProcess cluster;
  private @Nullable IOException failure;

  private ClusterSubject(Kind kind) {
    this.kind = kind;
  }

  /** The subjects of this run, the oracle first. */
  static Stream<ClusterSubject> all() {
    return Kind.wanted("APACHE_KAFKA,BARNABAS")
        .map(kind -> Objects.requireNonNull(SUBJECTS.get(kind)));
  }

  @Override
  public String toString() {
    return kind.toString();
  }

  /** Whether this is the project's own cluster, for what only it promises. */
  boolean isBarnabas() {
    return kind == Kind.BARNABAS;
  }

  /** The running cluster. */
  synchronized ClusterProcess cluster() {
    ClusterProcess running = cluster;
    if (running == null) {
      if (failure != null) {
        throw new IllegalStateException("the cluster did not start", failure);
      }
      running = start();
      cluster = running;
    }
    return running;
  }

  private synchronized ClusterProcess start() {
    ClassPaths classPaths = ClassPaths.readFrom(TARGET);
    Path directory =
        TARGET.resolve("subjects").resolve(kind + "-CLUSTER-" + ProcessHandle.current().pid());
    // Tests move leaders and look at them: nothing else may.
    // The last two are what Kafka does when nothing is said.
    Map<String, String> settings =
        Map.of(
            "auto.leader.rebalance.enable",
            "false",
            "default.replication.factor",
            "1",
            "min.insync.replicas",
            "1");
    try {
      return switch (kind) {
        case APACHE_KAFKA -> kafka(classPaths, directory, settings);
        case BARNABAS ->
            ClusterProcess.barnabas(
                JavaProcess.command(
                    List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
                    classPaths.barnabas(),
                    "io.barnabas.cli.Main",
                    List.of()),
                directory,
                SIZE,
                settings);
      };
    } catch (IOException e) {
      failure = e;
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static ClusterProcess kafka(
      ClassPaths classPaths, Path directory, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all = new TreeMap<>(settings);
    // Quicker than by default to notice who is gone, and patient with a busy machine.
    all.put("broker.session.timeout.ms", "6000");
    all.put("broker.heartbeat.interval.ms", "500");
    all.put("controller.quorum.fetch.timeout.ms", "5000");
    // What Barnabas does when nothing is said.
    all.put("replica.selector.class", "org.apache.kafka.common.replica.RackAwareReplicaSelector");
    // Without one Kafka keeps no ACLs. Whoever tests is no one, and may do everything.
    all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    all.put("super.users", "User:ANONYMOUS");
    all.put("allow.everyone.if.no.acl.found", "true");
    return ClusterProcess.kafka(
        classPaths, directory, SIZE, List.of("-Xmx384m", "-XX:+UseSerialGC"), all);
  }

  /** A topic name that no other test uses. */
  String newTopicName() {
    return "cluster-" + topics.incrementAndGet();
  }

  /** A Kafka admin client that knows one node only to begin with, to be closed by the caller. */
  Admin admin(int node) {
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster().node(node).bootstrapServers()));
  }

  /** A Kafka admin client, to be closed by the caller. */
  Admin admin() {
    return Admin.create(
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, cluster().bootstrapServers()));
  }

  /** A connection to a node for raw requests, to be closed by the caller. */
  RawClient connect(int node) throws IOException {
    return RawClient.connect(cluster().node(node).address());
  }

  /** Runs one of Kafka's tools, pointed at a node, and returns what it printed; it must succeed. */
  String tool(int node, String mainClass, String... arguments) {
    Tools.Result result = toolResult(node, mainClass, arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  /** Runs one of Kafka's tools, pointed at a node, that must fail, and returns what it printed. */
  String failingTool(int node, String mainClass, String... arguments) {
    Tools.Result result = toolResult(node, mainClass, arguments);
    assertThat(result.exitCode()).as(result.output()).isNotZero();
    return result.output();
  }

  private Tools.Result toolResult(int node, String mainClass, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    // Some tools take it before their subcommand only, this one after it.
    int place = mainClass.endsWith("ClusterTool") ? all.size() : 0;
    all.addAll(place, List.of("--bootstrap-server", cluster().node(node).bootstrapServers()));
    return Tools.run(mainClass, all);
  }

  /** Creates a topic with chosen replicas for each partition and waits until all is in place. */
  Subject.Topic newTopic(Map<Integer, List<Integer>> replicas, Map<String, String> configs)
      throws Exception {
    String name = newTopicName();
    try (Admin admin = admin()) {
      Uuid id =
          admin
              .createTopics(List.of(new NewTopic(name, replicas).configs(configs)))
              .topicId(name)
              .get();
      Subject.Topic topic = new Subject.Topic(name, id);
      awaitOnEveryNode(
          name,
          told ->
              told.partitions().size() == replicas.size()
                  && told.partitions().stream()
                      .allMatch(p -> p.isrNodes().size() == p.replicaNodes().size()));
      return topic;
    }
  }

  /** Appends records to a partition, acknowledged by all its replicas in sync. */
  void produce(Subject.Topic topic, int partition, List<String> values) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", cluster().bootstrapServers(), "delivery.timeout.ms", 120_000);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (String value : values) {
        sent.add(producer.send(new ProducerRecord<>(topic.name(), partition, "key", value)));
      }
    }
    for (Future<RecordMetadata> one : sent) {
      one.get();
    }
  }

  /** The values of all records in a partition. */
  List<String> read(Subject.Topic topic, int partition) {
    TopicPartition read = new TopicPartition(topic.name(), partition);
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", cluster().bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(read));
      consumer.seekToBeginning(List.of(read));
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(read)).get(read));
      while (consumer.position(read) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  /** What one node says about a topic. */
  MetadataResponseData.MetadataResponseTopic describe(int node, String topic) throws IOException {
    try (RawClient client = connect(node)) {
      return client
          .call(
              ApiKeys.METADATA,
              12,
              new MetadataRequestData()
                  .setAllowAutoTopicCreation(false)
                  .setTopics(
                      List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic))),
              MetadataResponseData.class)
          .topics()
          .iterator()
          .next();
    }
  }

  /** Waits until every running node says that of a topic. */
  void awaitOnEveryNode(String topic, Says says) throws Exception {
    for (int node : cluster().ids()) {
      if (cluster().node(node).isAlive()) {
        await(
            "node " + node + " about " + topic,
            () -> {
              var told = describe(node, topic);
              return told.errorCode() == 0 && says.test(told);
            });
      }
    }
  }

  /** Waits until a condition holds, at most a minute. */
  static void await(String what, Await.Condition condition) throws Exception {
    Await.until(what, LIMIT_MS, condition);
  }

  /** Something that a node may say about a topic. */
  @FunctionalInterface
  interface Says {
    boolean test(MetadataResponseData.MetadataResponseTopic topic);
  }
}
