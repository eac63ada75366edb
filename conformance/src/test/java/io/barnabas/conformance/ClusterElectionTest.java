package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leaders elected on demand. */
@OnEveryCluster
class ClusterElectionTest {

  private static final String TOOL = "org.apache.kafka.tools.LeaderElectionCommand";

  private final ClusterSubject subject;

  ClusterElectionTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void thePreferredLeader(int node) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of());
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    try (Admin admin = subject.admin(node)) {
      // Another is preferred from now on; whoever leads goes on.
      admin
          .alterPartitionReassignments(
              Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(2, 3, 1)))))
          .all()
          .get();
      subject.awaitOnEveryNode(
          topic.name(),
          told ->
              told.partitions().getFirst().replicaNodes().equals(List.of(2, 3, 1))
                  && told.partitions().getFirst().leaderId() == 1);
    }
    assertThat(elect(node, "preferred", topic))
        .contains("Successfully completed leader election (PREFERRED) for partitions " + partition);
    awaitLeader(topic, 2);
    assertThat(elect(node, "preferred", topic))
        .contains("Valid replica already elected for partitions " + partition);
  }

  /** Two of three brokers go, one after the other; the one that was behind comes back alone. */
  @Test
  void anUncleanLeader() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(2, 3)), Map.of("min.insync.replicas", "1"));
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    subject.produce(topic, 0, List.of("both"));
    BrokerProcess leader = subject.cluster().node(2);
    BrokerProcess follower = subject.cluster().node(3);
    try {
      follower.kill();
      subject.awaitOnEveryNode(
          topic.name(), told -> told.partitions().getFirst().isrNodes().equals(List.of(2)));
      subject.produce(topic, 0, List.of("one only"));
      leader.kill();
      follower.restart();
      awaitLeader(topic, -1);
      assertThat(
              subject.tool(
                  1,
                  "org.apache.kafka.tools.TopicCommand",
                  "--describe",
                  "--unavailable-partitions"))
          .contains("Topic: " + topic.name() + "\tPartition: 0\tLeader: none\tReplicas: 2,3");
      assertThat(subject.failingTool(3, TOOL, electing("preferred", topic)))
          .contains("The preferred leader was not available.");
      assertThat(elect(3, "unclean", topic))
          .contains("Successfully completed leader election (UNCLEAN) for partitions " + partition);
      awaitLeader(topic, 3);
      subject.produce(topic, 0, List.of("after"));
    } finally {
      if (!follower.isAlive()) {
        follower.relaunch();
      }
      leader.restart();
      follower.awaitReady();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 2);
    assertThat(subject.read(topic, 0)).containsExactly("both", "after");
  }

  @Test
  void refusals() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of());
    TopicPartition there = new TopicPartition(topic.name(), 0);
    TopicPartition absent = new TopicPartition(topic.name(), 9);
    for (int node : subject.cluster().ids()) {
      try (Admin admin = subject.admin(node)) {
        assertThat(refusal(admin, ElectionType.PREFERRED, there))
            .isInstanceOf(ElectionNotNeededException.class)
            .hasMessage("Leader election not needed for topic partition.");
        assertThat(refusal(admin, ElectionType.PREFERRED, absent))
            .isInstanceOf(UnknownTopicOrPartitionException.class)
            .hasMessage("No such partition as " + absent);
        assertThat(refusal(admin, ElectionType.UNCLEAN, there))
            .isInstanceOf(ElectionNotNeededException.class);
      }
    }
  }

  private static Throwable refusal(Admin admin, ElectionType type, TopicPartition partition)
      throws Exception {
    return Objects.requireNonNull(
            admin.electLeaders(type, Set.of(partition)).partitions().get().get(partition))
        .orElseThrow();
  }

  private String elect(int node, String type, Topic topic) {
    return subject.tool(node, TOOL, electing(type, topic));
  }

  private static String[] electing(String type, Topic topic) {
    return new String[] {"--election-type", type, "--topic", topic.name(), "--partition", "0"};
  }

  private void awaitLeader(Topic topic, int leader) throws Exception {
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().leaderId() == leader);
  }
}
