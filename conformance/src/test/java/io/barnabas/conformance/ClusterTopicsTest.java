package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics of three brokers, asked for at each of them. */
@OnEveryCluster
class ClusterTopicsTest {

  private static final String TOOL = "org.apache.kafka.tools.TopicCommand";

  private final ClusterSubject subject;

  ClusterTopicsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aTopicsLifeByTheTool(int node) throws Exception {
    String name = subject.newTopicName();
    assertThat(
            tool(
                node,
                "--create",
                "--topic",
                name,
                "--partitions",
                "3",
                "--replication-factor",
                "3",
                "--config",
                "retention.ms=12345"))
        .contains("Created topic " + name);
    awaitPartitions(name, 3);
    assertThat(tool(node, "--list").lines()).contains(name);
    assertThat(tool(node, "--describe", "--topic", name))
        .contains("PartitionCount: 3", "ReplicationFactor: 3", "retention.ms=12345");

    tool(node, "--alter", "--topic", name, "--partitions", "5");
    awaitPartitions(name, 5);
    assertThat(tool(node, "--describe", "--topic", name)).contains("PartitionCount: 5");

    tool(node, "--delete", "--topic", name);
    ClusterSubject.await("no " + name, () -> tool(node, "--list").lines().noneMatch(name::equals));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void chosenReplicasByTheTool(int node) throws Exception {
    String name = subject.newTopicName();
    tool(node, "--create", "--topic", name, "--replica-assignment", "1:2:3,3:1:2");
    awaitPartitions(name, 2);
    tool(
        node,
        "--alter",
        "--topic",
        name,
        "--partitions",
        "3",
        "--replica-assignment",
        "1:2:3,3:1:2,2:3:1");
    awaitPartitions(name, 3);
    assertThat(tool(node, "--describe", "--topic", name).lines())
        .anySatisfy(
            line -> assertThat(line).contains("Partition: 0", "Leader: 1", "Replicas: 1,2,3"))
        .anySatisfy(
            line -> assertThat(line).contains("Partition: 1", "Leader: 3", "Replicas: 3,1,2"))
        .anySatisfy(
            line -> assertThat(line).contains("Partition: 2", "Leader: 2", "Replicas: 2,3,1"));
  }

  private void awaitPartitions(String name, int count) throws Exception {
    subject.awaitOnEveryNode(
        name,
        told ->
            told.partitions().size() == count
                && told.partitions().stream()
                    .allMatch(p -> p.leaderId() > 0 && p.isrNodes().size() == 3));
  }

  private String tool(int node, String... arguments) {
    return subject.tool(node, TOOL, arguments);
  }
}
