package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that move from broker to broker, with what is in them. */
@OnEveryCluster
class ClusterReassignmentTest {

  private static final int BIG_RECORDS = 400;
  private static final int BIG_BYTES = 10_000;
  private static final String TOOL = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";

  private final ClusterSubject subject;
  @TempDir Path directory = Path.of("target");

  ClusterReassignmentTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void byTheTool(int node) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2), 1, List.of(2, 3)), Map.of());
    List<String> values = IntStream.range(0, 100).mapToObj(i -> "value " + i).toList();
    subject.produce(topic, 0, values);
    subject.produce(topic, 1, values);
    String plan = plan(topic, "[3, 1]", "[1, 2]");

    assertThat(subject.tool(node, TOOL, "--reassignment-json-file", plan, "--execute"))
        .contains(
            "Current partition replica assignment", "Successfully started partition reassignment");
    awaitReplicas(topic, Map.of(0, List.of(3, 1), 1, List.of(1, 2)));
    assertThat(subject.tool(node, TOOL, "--reassignment-json-file", plan, "--verify"))
        .contains(
            "Reassignment of partition " + topic.name() + "-0 is completed.",
            "Reassignment of partition " + topic.name() + "-1 is completed.");
    assertThat(subject.read(topic, 0)).isEqualTo(values);
    assertThat(subject.read(topic, 1)).isEqualTo(values);
  }

  /** So slow that it is seen under way, and then set free. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void slowlyByTheTool(int node) throws Exception {
    Topic topic = bigTopic();
    String plan = plan(topic, "[2, 3]");

    subject.tool(node, TOOL, "--reassignment-json-file", plan, "--execute", "--throttle", "100000");
    assertThat(subject.tool(node, TOOL, "--list"))
        .contains(topic.name() + "-0: replicas: ", "adding: 3. removing: 1.");
    assertThat(subject.tool(node, TOOL, "--reassignment-json-file", plan, "--verify"))
        .contains("Reassignment of partition " + topic.name() + "-0 is still in progress.");
    subject.tool(
        node,
        TOOL,
        "--reassignment-json-file",
        plan,
        "--execute",
        "--additional",
        "--throttle",
        "100000000");
    awaitReplicas(topic, Map.of(0, List.of(2, 3)));
    assertThat(subject.tool(node, TOOL, "--reassignment-json-file", plan, "--verify"))
        .contains(
            "is completed.", "Clearing broker-level throttles", "Clearing topic-level throttles");
    awaitNoSetting(
        "throttled.replicas",
        node,
        "--entity-type",
        "topics",
        "--entity-name",
        topic.name(),
        "--describe");
    assertThat(subject.read(topic, 0)).hasSize(BIG_RECORDS);
  }

  /** The rate holds, but for the first second and one answer to the follower. */
  @Test
  void asFastAsTheToolAllows() throws Exception {
    Topic topic = bigTopic();
    String plan = plan(topic, "[2, 3]");
    long begin = System.nanoTime();
    subject.tool(1, TOOL, "--reassignment-json-file", plan, "--execute", "--throttle", "400000");
    awaitReplicas(topic, Map.of(0, List.of(2, 3)));
    long ms = (System.nanoTime() - begin) / 1_000_000;
    assertThat(ms).isGreaterThan((BIG_RECORDS * BIG_BYTES - (1 << 20)) * 1_000L / 400_000 - 1_000);
    assertThat(subject.tool(2, TOOL, "--reassignment-json-file", plan, "--verify"))
        .contains(
            "is completed.", "Clearing broker-level throttles", "Clearing topic-level throttles");
    awaitNoSetting("throttled.rate=400000", 3, "--entity-type", "brokers", "--all", "--describe");
    assertThat(subject.read(topic, 0)).hasSize(BIG_RECORDS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void cancelledByTheTool(int node) throws Exception {
    Topic topic = bigTopic();
    String plan = plan(topic, "[2, 3]");
    subject.tool(node, TOOL, "--reassignment-json-file", plan, "--execute", "--throttle", "100000");
    assertThat(subject.tool(node, TOOL, "--reassignment-json-file", plan, "--cancel"))
        .contains("Successfully cancelled partition reassignment for: " + topic.name() + "-0");
    // In the order that was wanted.
    awaitReplicas(topic, Map.of(0, List.of(2, 1)));
    assertThat(subject.tool(node, TOOL, "--list")).doesNotContain(topic.name());
    assertThat(subject.read(topic, 0)).hasSize(BIG_RECORDS);
  }

  /** A replica that no running broker can take stays to come, until it is given up. */
  @Test
  void toABrokerThatIsDown() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of());
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    subject.cluster().node(3).kill();
    try (Admin admin = subject.admin(1)) {
      admin
          .alterPartitionReassignments(
              Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(2, 3)))))
          .all()
          .get();
      PartitionReassignment under =
          admin.listPartitionReassignments().reassignments().get().get(partition);
      assertThat(under)
          .hasToString(
              "PartitionReassignment(replicas=[2, 3, 1], addingReplicas=[3],"
                  + " removingReplicas=[1])");
      admin.alterPartitionReassignments(Map.of(partition, Optional.empty())).all().get();
      assertThat(admin.listPartitionReassignments().reassignments().get())
          .doesNotContainKey(partition);
    } finally {
      subject.cluster().node(3).restart();
    }
    awaitReplicas(topic, Map.of(0, List.of(2, 1)));
  }

  /** What cannot be done, in Kafka's words, at every broker. */
  @Test
  void refusals() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of());
    refused(
        topic,
        0,
        List.of(),
        "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes an empty replica"
            + " list.");
    refused(
        topic,
        0,
        List.of(1, 1),
        "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes the broker 1 more than"
            + " once.");
    refused(
        topic,
        0,
        List.of(1, 77),
        "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes broker 77, but no such"
            + " broker is registered.");
    refused(
        topic,
        0,
        List.of(-1),
        "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes broker -1, but no such"
            + " broker is registered.");
    refused(
        topic,
        5,
        List.of(1, 2),
        "UNKNOWN_TOPIC_OR_PARTITION Unable to find partition " + topic.name() + ":5.");
    refused(
        new Topic("no-such-topic", topic.id()),
        0,
        List.of(1, 2),
        "UNKNOWN_TOPIC_OR_PARTITION Unable to find a topic named no-such-topic.");
    refused(topic, 0, null, "NO_REASSIGNMENT_IN_PROGRESS");
  }

  private void refused(Topic topic, int partition, @Nullable List<Integer> replicas, String says)
      throws IOException {
    AlterPartitionReassignmentsRequestData request =
        new AlterPartitionReassignmentsRequestData()
            .setTopics(
                List.of(
                    new AlterPartitionReassignmentsRequestData.ReassignableTopic()
                        .setName(topic.name())
                        .setPartitions(
                            List.of(
                                new AlterPartitionReassignmentsRequestData.ReassignablePartition()
                                    .setPartitionIndex(partition)
                                    .setReplicas(replicas)))));
    for (int node : subject.cluster().ids()) {
      try (RawClient client = subject.connect(node)) {
        AlterPartitionReassignmentsResponseData answer =
            client.call(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                1,
                request,
                AlterPartitionReassignmentsResponseData.class);
        var told = answer.responses().getFirst().partitions().getFirst();
        assertThat(Errors.forCode(told.errorCode()) + " " + told.errorMessage()).startsWith(says);
      }
    }
  }

  private Topic bigTopic() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of());
    String kilobytes = "x".repeat(BIG_BYTES);
    subject.produce(
        topic, 0, IntStream.range(0, BIG_RECORDS).mapToObj(i -> kilobytes + i).toList());
    return topic;
  }

  /** A file that gives partitions 0, 1 and so on these replicas. */
  private String plan(Topic topic, String... replicas) throws IOException {
    String partitions =
        IntStream.range(0, replicas.length)
            .mapToObj(
                i ->
                    """
                    {"topic": "%s", "partition": %d, "replicas": %s}\
                    """
                        .formatted(topic.name(), i, replicas[i]))
            .collect(Collectors.joining(","));
    Path file = directory.resolve("plan.json");
    Files.writeString(file, "{\"version\": 1, \"partitions\": [" + partitions + "]}");
    return file.toString();
  }

  /** The tool asks any broker, which need not be the one that it told. */
  private void awaitNoSetting(String setting, int node, String... described) throws Exception {
    ClusterSubject.await(
        "no " + setting,
        () -> !subject.tool(node, "kafka.admin.ConfigCommand", described).contains(setting));
  }

  private void awaitReplicas(Topic topic, Map<Integer, List<Integer>> replicas) throws Exception {
    subject.awaitOnEveryNode(
        topic.name(),
        told ->
            told.partitions().size() == replicas.size()
                && told.partitions().stream()
                    .allMatch(
                        p ->
                            p.replicaNodes().equals(replicas.get(p.partitionIndex()))
                                && p.isrNodes().size() == p.replicaNodes().size()));
  }
}
