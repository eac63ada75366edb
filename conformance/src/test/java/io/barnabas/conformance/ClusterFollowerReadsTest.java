package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static io.barnabas.conformance.Requests.fetch;
import static io.barnabas.conformance.Requests.listOffsets;
import static io.barnabas.conformance.Requests.only;
import static io.barnabas.conformance.Requests.partitionAt;
import static io.barnabas.conformance.Requests.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers that tell their rack read from the replica there; each broker is in its own rack. */
@OnEveryCluster
class ClusterFollowerReadsTest {

  private static final int NEWEST = 18;
  private static final int LONG_RECORD = 1_000;
  private static final long LIMIT_NANOS = 60_000_000_000L;

  private final ClusterSubject subject;

  ClusterFollowerReadsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  /** Led by node 1. */
  private Topic newTopic() throws Exception {
    return subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of("min.insync.replicas", "2"));
  }

  private static List<String> values(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> i + "-" + "x".repeat(LONG_RECORD)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rack-1", "rack-2", "rack-3"})
  void theBytesComeFromTheirRack(String rack) throws Exception {
    Topic topic = newTopic();
    subject.produce(topic, 0, values(0, 500));
    try (KafkaConsumer<String, String> consumer = consumer(topic, rack)) {
      assertThat(poll(consumer, 500)).isEqualTo(values(0, 500));
      subject.produce(topic, 0, values(500, 1_000));
      assertThat(poll(consumer, 500)).isEqualTo(values(500, 1_000));
      for (int node : subject.cluster().ids()) {
        double bytes = bytesFrom(consumer, node);
        if (rack.endsWith("-" + node)) {
          assertThat(bytes).isGreaterThan(1_000.0 * LONG_RECORD);
        } else {
          assertThat(bytes).isLessThan(50.0 * LONG_RECORD);
        }
      }
    }
  }

  @Test
  void theyGoOnElsewhereWhenItDiesAndReturnWhenItIsBack() throws Exception {
    Topic topic = newTopic();
    subject.produce(topic, 0, values(0, 100));
    try (KafkaConsumer<String, String> consumer = consumer(topic, "rack-2")) {
      assertThat(poll(consumer, 100)).isEqualTo(values(0, 100));
      assertThat(bytesFrom(consumer, 2)).isGreaterThan(100.0 * LONG_RECORD);
      subject.cluster().node(2).kill();
      try {
        subject.produce(topic, 0, values(100, 200));
        assertThat(poll(consumer, 100)).isEqualTo(values(100, 200));
      } finally {
        subject.cluster().node(2).restart();
      }
      subject.awaitOnEveryNode(
          topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 3);
    }
    try (KafkaConsumer<String, String> consumer = consumer(topic, "rack-2")) {
      assertThat(poll(consumer, 200)).isEqualTo(values(0, 200));
      assertThat(bytesFrom(consumer, 2)).isGreaterThan(200.0 * LONG_RECORD);
    }
  }

  private KafkaConsumer<String, String> consumer(Topic topic, String rack) {
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                subject.cluster().bootstrapServers(),
                "client.rack",
                rack,
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new StringDeserializer());
    consumer.assign(List.of(new TopicPartition(topic.name(), 0)));
    return consumer;
  }

  private static List<String> poll(KafkaConsumer<String, String> consumer, int count) {
    List<String> values = new ArrayList<>();
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (values.size() < count && System.nanoTime() < deadline) {
      consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
    }
    return values;
  }

  /** All that the consumer has received from a node. */
  private static double bytesFrom(KafkaConsumer<?, ?> consumer, int node) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().group().equals("consumer-node-metrics"))
        .filter(metric -> metric.metricName().name().equals("incoming-byte-total"))
        .filter(metric -> ("node-" + node).equals(metric.metricName().tags().get("node-id")))
        .map(Metric::metricValue)
        .mapToDouble(value -> (Double) Objects.requireNonNull(value))
        .sum();
  }

  @Test
  void whereTheLeaderSendsThem() throws Exception {
    Topic topic = newTopic();
    subject.produce(topic, 0, List.of("a", "b"));
    try (RawClient leader = subject.connect(1)) {
      for (int version = 11; version <= NEWEST; version++) {
        FetchResponseData.PartitionData sent =
            fetched(leader, version, topic, "rack-2", partitionAt(0, 0));
        assertThat(error(sent.errorCode())).isEqualTo(Errors.NONE);
        assertThat(sent.preferredReadReplica()).isEqualTo(2);
        assertThat(valuesOf(sent)).isEmpty();
        assertThat(sent.highWatermark()).isEqualTo(2);
        assertThat(sent.lastStableOffset()).isEqualTo(2);
        assertThat(sent.logStartOffset()).isZero();
      }
      for (String rack : List.of("", "rack-1", "rack", "elsewhere")) {
        FetchResponseData.PartitionData read =
            fetched(leader, NEWEST, topic, rack, partitionAt(0, 0));
        assertThat(read.preferredReadReplica()).isEqualTo(-1);
        assertThat(valuesOf(read)).containsExactly("a", "b");
      }
      assertThat(refusal(leader, NEWEST, topic, partitionAt(0, 3)))
          .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
      assertThat(refusal(leader, NEWEST, topic, partitionAt(0, 0).setCurrentLeaderEpoch(77)))
          .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
    }
  }

  @Test
  void whatAFollowerAnswers() throws Exception {
    Topic topic = newTopic();
    subject.produce(topic, 0, List.of("a", "b"));
    try (RawClient follower = subject.connect(2)) {
      for (int version = 4; version <= NEWEST; version++) {
        FetchResponseData.PartitionData answer =
            fetched(follower, version, topic, "", partitionAt(0, 0));
        if (version < 11) {
          assertThat(error(answer.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        } else {
          assertThat(valuesOf(answer)).containsExactly("a", "b");
          assertThat(answer.highWatermark()).isEqualTo(2);
          assertThat(answer.preferredReadReplica()).isEqualTo(-1);
        }
      }
      for (int version : new int[] {10, NEWEST}) {
        assertThat(refusal(follower, version, topic, partitionAt(0, 0).setCurrentLeaderEpoch(77)))
            .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
      }
      for (long offset : new long[] {-5, 3, Long.MAX_VALUE}) {
        assertThat(refusal(follower, NEWEST, topic, partitionAt(0, offset)))
            .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
      }
    }
  }

  @Test
  void offsetsAndEpochsAreTheLeadersToTell() throws Exception {
    Topic topic = newTopic();
    subject.produce(topic, 0, List.of("a", "b"));
    try (RawClient follower = subject.connect(3)) {
      for (long time : new long[] {-1, -2, 0}) {
        assertThat(error(offset(follower, listOffsets(topic.name(), 0, -1, time)).errorCode()))
            .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(error(offset(follower, listOffsets(topic.name(), 0, 77, time)).errorCode()))
            .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
      }
      // Whoever looks for defects may ask anybody.
      assertThat(offset(follower, listOffsets(topic.name(), 0, -1, -1).setReplicaId(-2)).offset())
          .isEqualTo(2);
      assertThat(epochEnd(follower, topic, -1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
      assertThat(epochEnd(follower, topic, 77)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
    }
  }

  private static FetchResponseData.PartitionData fetched(
      RawClient client, int version, Topic topic, String rack, FetchPartition from)
      throws IOException {
    return only(
        client.call(
            ApiKeys.FETCH, version, fetch(topic, from).setRackId(rack), FetchResponseData.class));
  }

  private static Errors refusal(RawClient client, int version, Topic topic, FetchPartition from)
      throws IOException {
    return error(fetched(client, version, topic, version < 11 ? "" : "rack-2", from).errorCode());
  }

  private static ListOffsetsResponseData.ListOffsetsPartitionResponse offset(
      RawClient client, ListOffsetsRequestData request) throws IOException {
    return client
        .call(ApiKeys.LIST_OFFSETS, 9, request, ListOffsetsResponseData.class)
        .topics()
        .getFirst()
        .partitions()
        .getFirst();
  }

  private static Errors epochEnd(RawClient client, Topic topic, int currentEpoch)
      throws IOException {
    OffsetForLeaderEpochRequestData request =
        new OffsetForLeaderEpochRequestData().setReplicaId(-1);
    request
        .topics()
        .add(
            new OffsetForLeaderTopic()
                .setTopic(topic.name())
                .setPartitions(
                    List.of(
                        new OffsetForLeaderPartition()
                            .setPartition(0)
                            .setLeaderEpoch(0)
                            .setCurrentLeaderEpoch(currentEpoch))));
    return error(
        client
            .call(
                ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, request, OffsetForLeaderEpochResponseData.class)
            .topics()
            .iterator()
            .next()
            .partitions()
            .getFirst()
            .errorCode());
  }
}
