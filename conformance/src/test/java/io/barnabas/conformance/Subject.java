package io.barnabas.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.jspecify.annotations.Nullable;

/**
 * A broker under test. One process of each serves all test classes of a JVM; tests keep apart by
 * using topics of their own.
 *
 * <p>{@code -Dconformance.subjects=BARNABAS} says which take part; without it all do.
 */
final class Subject {
  private static final Path TARGET = Path.of("target");
  private static final Map<Kind, Subject> SUBJECTS =
      Map.of(
          Kind.APACHE_KAFKA, new Subject(Kind.APACHE_KAFKA),
          Kind.BARNABAS, new Subject(Kind.BARNABAS));

  private final Kind kind;
  private final AtomicInteger topics = new AtomicInteger();
  private @Nullable BrokerProcess broker;

  private Subject(Kind kind) {
    this.kind = kind;
  }

  /** The subjects of this run, the oracle first. */
  static Stream<Subject> all() {
    return Kind.wanted("APACHE_KAFKA,BARNABAS")
        .map(kind -> Objects.requireNonNull(SUBJECTS.get(kind)));
  }

  @Override
  public String toString() {
    return kind.toString();
  }

  /** Whether this is the project's own node, for what only it promises. */
  boolean isBarnabas() {
    return kind == Kind.BARNABAS;
  }

  /** The running broker, started by the first caller. */
  synchronized BrokerProcess broker() {
    BrokerProcess running = broker;
    if (running == null) {
      running = start();
      broker = running;
    }
    return running;
  }

  private BrokerProcess start() {
    ClassPaths classPaths = ClassPaths.readFrom(TARGET);
    Path directory = TARGET.resolve("subjects").resolve(kind + "-" + ProcessHandle.current().pid());
    // Tests begin many groups, each of which would wait for three seconds; the last two allow
    // groups that do not wait long for members that are gone.
    Map<String, String> settings =
        Map.of(
            "num.partitions",
            "1",
            "group.initial.rebalance.delay.ms",
            "100",
            "group.consumer.min.session.timeout.ms",
            "6000",
            "group.consumer.min.heartbeat.interval.ms",
            "500",
            "group.consumer.session.timeout.ms",
            "6000",
            "group.consumer.heartbeat.interval.ms",
            "500");
    try {
      return switch (kind) {
        case APACHE_KAFKA -> BrokerProcess.kafka(classPaths, directory, withAuthorizer(settings));
        case BARNABAS ->
            BrokerProcess.barnabas(classPaths, directory, List.of("-Xmx512m"), settings);
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Apache Kafka keeps access rules only where it enforces them; here everybody may do all. */
  private static Map<String, String> withAuthorizer(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    all.put("super.users", "User:ANONYMOUS");
    return all;
  }

  /** A topic name that no other test uses. */
  String newTopicName() {
    return "conformance-" + topics.incrementAndGet();
  }

  /** A Kafka admin client, to be closed by the caller. */
  Admin admin() {
    return Admin.create(
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker().bootstrapServers()));
  }

  /** A connection for raw requests, to be closed by the caller. */
  RawClient connect() throws IOException {
    return RawClient.connect(broker().address());
  }

  /** Creates a topic and waits until the broker leads all its partitions. */
  Topic newTopic(int partitions, Map<String, String> configs) throws Exception {
    String name = newTopicName();
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
          .all()
          .get();
    }
    return awaitTopic(name, partitions);
  }

  /** Waits until the broker's metadata shows a topic with that many led partitions. */
  Topic awaitTopic(String name, int partitions) throws Exception {
    try (RawClient client = connect()) {
      while (true) {
        MetadataResponseData.MetadataResponseTopic topic = describe(client, name);
        if (topic.errorCode() == 0
            && topic.partitions().size() == partitions
            && allServed(client, name, partitions)) {
          return new Topic(name, topic.topicId());
        }
        Thread.sleep(10);
      }
    }
  }

  /** Appends one batch to partition 0 of a topic. */
  void append(Topic topic, String... values) throws IOException {
    try (RawClient client = connect()) {
      ProduceResponseData answer =
          client.call(
              ApiKeys.PRODUCE,
              13,
              Requests.produce(topic, 0, -1, Requests.batch(values)),
              ProduceResponseData.class);
      Errors.forCode(Requests.only(answer).errorCode()).maybeThrow();
    }
  }

  /** The values of the records in partition 0 of a topic. */
  List<String> read(Topic topic) throws IOException {
    try (RawClient client = connect()) {
      FetchResponseData answer =
          client.call(ApiKeys.FETCH, 13, Requests.fetch(topic, 0, 0), FetchResponseData.class);
      return Requests.valuesOf(Requests.only(answer));
    }
  }

  /** Metadata may show a leader a moment before that broker serves the partition. */
  private static boolean allServed(RawClient client, String name, int partitions)
      throws IOException {
    for (int partition = 0; partition < partitions; partition++) {
      ListOffsetsRequestData request =
          Requests.listOffsets(name, partition, -1, ListOffsetsRequest.LATEST_TIMESTAMP);
      ListOffsetsResponseData answer =
          client.call(ApiKeys.LIST_OFFSETS, 7, request, ListOffsetsResponseData.class);
      if (answer.topics().getFirst().partitions().getFirst().errorCode() != 0) {
        return false;
      }
    }
    return true;
  }

  private static MetadataResponseData.MetadataResponseTopic describe(RawClient client, String name)
      throws IOException {
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(name)));
    return client
        .call(ApiKeys.METADATA, 12, request, MetadataResponseData.class)
        .topics()
        .iterator()
        .next();
  }

  /**
   * A topic on a subject.
   *
   * @param name its name
   * @param id its id
   */
  record Topic(String name, Uuid id) {}
}
