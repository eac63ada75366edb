package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What three brokers say and do while one of them is away. */
@OnEveryCluster
class ClusterFailureTest {

  private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
  private static final String CLUSTER = "org.apache.kafka.tools.ClusterTool";

  private final ClusterSubject subject;

  ClusterFailureTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @Test
  void aKilledBrokerIsFencedAndItsPartitionsAreLedElsewhere() throws Exception {
    Topic safe = subject.newTopic(Map.of(0, List.of(3, 1, 2)), Map.of("min.insync.replicas", "2"));
    Topic alone = subject.newTopic(Map.of(0, List.of(3)), Map.of());
    Topic tight = subject.newTopic(Map.of(0, List.of(1, 3)), Map.of("min.insync.replicas", "2"));
    subject.produce(safe, 0, List.of("before"));
    subject.cluster().node(3).kill();
    try {
      subject.awaitOnEveryNode(
          safe.name(),
          told ->
              told.partitions().getFirst().leaderId() == 1
                  && told.partitions().getFirst().isrNodes().equals(List.of(1, 2)));
      subject.awaitOnEveryNode(alone.name(), told -> told.partitions().getFirst().leaderId() == -1);
      subject.awaitOnEveryNode(
          tight.name(), told -> told.partitions().getFirst().isrNodes().equals(List.of(1)));
      for (int node : List.of(1, 2)) {
        assertThat(topics(node, "--under-replicated-partitions"))
            .contains(safe.name(), tight.name());
        assertThat(topics(node, "--unavailable-partitions"))
            .contains("Topic: " + alone.name() + "\tPartition: 0\tLeader: none\tReplicas: 3")
            .doesNotContain(safe.name(), tight.name());
        if (!subject.isBarnabas()) {
          // Barnabas keeps the last replica in sync in its list, Kafka takes out this one too.
          assertThat(topics(node, "--under-replicated-partitions")).contains(alone.name());
        }
        assertThat(topics(node, "--under-min-isr-partitions"))
            .contains(tight.name())
            .doesNotContain(safe.name());
        assertThat(topics(node, "--at-min-isr-partitions"))
            .contains(safe.name())
            .doesNotContain(tight.name());
        assertThat(subject.tool(node, CLUSTER, "list-endpoints")).doesNotContain("rack-3");
        assertThat(fenced(node)).containsExactly(3);
      }
      subject.produce(safe, 0, List.of("after"));
    } finally {
      subject.cluster().node(3).restart();
    }
    for (Topic topic : List.of(safe, alone, tight)) {
      subject.awaitOnEveryNode(
          topic.name(),
          told ->
              told.partitions().getFirst().leaderId() > 0
                  && told.partitions().getFirst().isrNodes().size()
                      == told.partitions().getFirst().replicaNodes().size());
    }
    assertThat(subject.read(safe, 0)).containsExactly("before", "after");
    assertThat(fenced(3)).isEmpty();
  }

  /** Nothing closes its connections: only its silence tells. */
  @Test
  void aFrozenBrokerIsFencedAndComesBackByItself() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(2, 3, 1)), Map.of());
    subject.cluster().node(2).pause();
    try {
      for (int node : List.of(1, 3)) {
        ClusterSubject.await(
            "another leader at " + node,
            () -> subject.describe(node, topic.name()).partitions().getFirst().leaderId() == 3);
        assertThat(fenced(node)).containsExactly(2);
      }
      subject.produce(topic, 0, List.of("meanwhile"));
    } finally {
      subject.cluster().node(2).resume();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 3);
    assertThat(fenced(2)).isEmpty();
    assertThat(subject.read(topic, 0)).containsExactly("meanwhile");
  }

  /** Its leaderships move before it goes, so that nobody waits for them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aBrokerThatIsStoppedHandsOverFirst(int node) throws Exception {
    int next = node % 3 + 1;
    Topic topic = subject.newTopic(Map.of(0, List.of(node, next)), Map.of());
    subject.cluster().node(node).stop();
    try {
      // Whoever has asked the controller by now has heard of it.
      assertThat(subject.describe(next, topic.name()).partitions().getFirst().leaderId())
          .isEqualTo(next);
      subject.produce(topic, 0, List.of("handed over"));
    } finally {
      subject.cluster().node(node).restart();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 2);
  }

  /** Every broker is a controller: topics are made and unmade whichever is dead. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void topicsWithoutOneBroker(int dead) throws Exception {
    subject.cluster().node(dead).kill();
    try {
      for (int node : subject.cluster().ids()) {
        if (node != dead) {
          String name = subject.newTopicName();
          try (Admin admin = subject.admin(node)) {
            admin.createTopics(List.of(new NewTopic(name, 2, (short) 2))).all().get();
            admin.deleteTopics(Set.of(name)).all().get();
          }
        }
      }
    } finally {
      subject.cluster().node(dead).restart();
    }
    assertThat(fenced(dead)).isEmpty();
  }

  @Test
  void aStoppedBrokerIsUnregistered() throws Exception {
    subject.cluster().node(3).stop();
    try {
      for (int node : List.of(1, 2)) {
        ClusterSubject.await("3 is fenced", () -> fenced(node).equals(List.of(3)));
      }
      assertThat(subject.tool(2, CLUSTER, "unregister", "--id", "3"))
          .contains("Broker 3 is no longer registered.");
      for (int node : List.of(1, 2)) {
        ClusterSubject.await("3 is gone", () -> fenced(node).isEmpty());
      }
    } finally {
      subject.cluster().node(3).restart();
    }
    for (int node : subject.cluster().ids()) {
      ClusterSubject.await("3 is back", () -> brokers(node).equals(Set.of(1, 2, 3)));
    }
  }

  private String topics(int node, String which) {
    return subject.tool(node, TOPICS, "--describe", which);
  }

  /** The brokers that a node knows as fenced. */
  private List<Integer> fenced(int node) throws Exception {
    try (Admin admin = subject.admin(node)) {
      return admin
          .describeCluster(new DescribeClusterOptions().includeFencedBrokers(true))
          .nodes()
          .get()
          .stream()
          .filter(Node::isFenced)
          .map(Node::id)
          .toList();
    }
  }

  private Set<Integer> brokers(int node) throws Exception {
    try (Admin admin = subject.admin(node)) {
      return Set.copyOf(admin.describeCluster().nodes().get().stream().map(Node::id).toList());
    }
  }
}
