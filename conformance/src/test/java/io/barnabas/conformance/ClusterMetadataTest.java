package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each of three brokers tells about all of them. */
@OnEveryCluster
class ClusterMetadataTest {

  private final ClusterSubject subject;

  ClusterMetadataTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void brokers(int node) throws Exception {
    try (RawClient client = subject.connect(node)) {
      MetadataResponseData answer =
          client.call(
              ApiKeys.METADATA,
              12,
              new MetadataRequestData().setTopics(List.of()),
              MetadataResponseData.class);
      assertThat(answer.brokers())
          .extracting(b -> b.nodeId() + " " + b.host() + ":" + b.port() + " " + b.rack())
          .containsExactlyInAnyOrderElementsOf(
              subject.cluster().ids().stream()
                  .map(
                      id ->
                          id + " " + subject.cluster().node(id).bootstrapServers() + " rack-" + id)
                  .toList());
      assertThat(answer.controllerId()).isIn(subject.cluster().ids());
    }
  }

  /** One replica per rack, and leaders on all brokers. */
  @Test
  void replicasAreSpread() throws Exception {
    String name = subject.newTopicName();
    try (Admin admin = subject.admin()) {
      admin.createTopics(List.of(new NewTopic(name, 6, (short) 2))).all().get();
      subject.awaitOnEveryNode(name, told -> told.partitions().size() == 6);
      var partitions = subject.describe(1, name).partitions();
      assertThat(partitions).allSatisfy(p -> assertThat(p.replicaNodes()).doesNotHaveDuplicates());
      for (int broker : subject.cluster().ids()) {
        assertThat(partitions).filteredOn(p -> p.leaderId() == broker).hasSize(2);
        // Kafka leaves a broker out now and then, where one round of its placement meets the next.
        assertThat(partitions)
            .filteredOn(p -> p.replicaNodes().contains(broker))
            .hasSizeBetween(subject.isBarnabas() ? 4 : 3, subject.isBarnabas() ? 4 : 5);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aRequestAtTheWrongBrokerNamesTheRightOne(int leader) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(leader)), Map.of());
    for (int node : subject.cluster().ids()) {
      if (node != leader) {
        try (RawClient client = subject.connect(node)) {
          ProduceResponseData produced =
              client.call(
                  ApiKeys.PRODUCE,
                  13,
                  Requests.produce(topic, 0, -1, Requests.batch("lost")),
                  ProduceResponseData.class);
          var refused = Requests.only(produced);
          assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          assertThat(refused.currentLeader().leaderId()).isEqualTo(leader);
          assertThat(refused.currentLeader().leaderEpoch()).isNotNegative();
          assertThat(produced.nodeEndpoints())
              .extracting(e -> e.nodeId() + " " + e.host() + ":" + e.port())
              .containsExactly(leader + " " + subject.cluster().node(leader).bootstrapServers());

          FetchResponseData fetched =
              client.call(ApiKeys.FETCH, 17, Requests.fetch(topic, 0, 0), FetchResponseData.class);
          var notFetched = Requests.only(fetched);
          assertThat(Errors.forCode(notFetched.errorCode()))
              .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          assertThat(notFetched.currentLeader().leaderId()).isEqualTo(leader);
          assertThat(fetched.nodeEndpoints())
              .extracting(e -> e.nodeId() + " " + e.host() + ":" + e.port())
              .containsExactly(leader + " " + subject.cluster().node(leader).bootstrapServers());
        }
      }
    }
  }

  /** Kafka lets a client wait for the broker that it asks; Barnabas answers when it knows. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void whoeverAcknowledgedATopicKnowsIt(int node) throws Exception {
    for (int i = 0; i < 20; i++) {
      String name = subject.newTopicName();
      try (RawClient client = subject.connect(node)) {
        var created = create(client, topic(name, 2, 2));
        assertThat(Errors.forCode(created.errorCode())).isEqualTo(Errors.NONE);
      }
      if (subject.isBarnabas()) {
        assertThat(subject.describe(node, name).errorCode()).isZero();
        assertThat(subject.describe(node, name).partitions()).hasSize(2);
      }
      subject.awaitOnEveryNode(name, told -> told.partitions().size() == 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void deletedByNameAndById(int node) throws Exception {
    Topic byName = subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of());
    Topic byId = subject.newTopic(Map.of(0, List.of(3, 2, 1)), Map.of());
    try (Admin admin = subject.admin(node)) {
      admin.deleteTopics(List.of(byName.name())).all().get();
      admin.deleteTopics(TopicCollection.ofTopicIds(List.of(byId.id()))).all().get();
    }
    for (int other : subject.cluster().ids()) {
      for (Topic topic : List.of(byName, byId)) {
        ClusterSubject.await(
            topic.name() + " is gone at " + other,
            () ->
                subject.describe(other, topic.name()).errorCode()
                    == Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void validatedOnly(int node) throws Exception {
    String name = subject.newTopicName();
    try (Admin admin = subject.admin(node)) {
      var told =
          admin.createTopics(
              List.of(
                  new NewTopic(name, Map.of(0, List.of(1, 2), 1, List.of(2, 3)))
                      .configs(Map.of("retention.ms", "5000"))),
              new CreateTopicsOptions().validateOnly(true));
      assertThat(told.numPartitions(name).get()).isEqualTo(2);
      assertThat(told.replicationFactor(name).get()).isEqualTo(2);
      assertThat(admin.listTopics().names().get()).doesNotContain(name);
    }
  }

  /** Kafka's words for topics that three brokers cannot hold, at every broker. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void topicsThatCannotBe(int node) throws Exception {
    String name = subject.newTopicName();
    try (RawClient client = subject.connect(node)) {
      assertThat(refusal(client, topic(name, 1, 4)))
          .startsWith(
              "INVALID_REPLICATION_FACTOR Unable to replicate the partition 4 time(s): The target"
                  + " replication factor of 4 cannot be reached because only 3 broker(s) are"
                  + " registered");
      String says = "INVALID_REPLICA_ASSIGNMENT The manual partition assignment includes ";
      assertThat(refusal(client, topic(name, List.of(List.of(1, 77)))))
          .isEqualTo(says + "broker 77, but no such broker is registered.");
      assertThat(refusal(client, topic(name, List.of(List.of(1, 1)))))
          .isEqualTo(says + "the broker 1 more than once.");
      assertThat(refusal(client, topic(name, List.of(List.of(1, 2), List.of(3)))))
          .isEqualTo(
              says
                  + "a partition with 1 replica(s), but this is not consistent with previous"
                  + " partitions, which have 2 replica(s).");
      assertThat(refusal(client, topic(name, List.of(List.of()))))
          .isEqualTo(says + "an empty replica list.");
    }
  }

  private static String refusal(RawClient client, CreatableTopic topic) throws IOException {
    CreatableTopicResult told = create(client, topic);
    return Errors.forCode(told.errorCode()) + " " + told.errorMessage();
  }

  private static CreatableTopicResult create(RawClient client, CreatableTopic topic)
      throws IOException {
    CreateTopicsRequestData.CreatableTopicCollection topics =
        new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(topic);
    return client
        .call(
            ApiKeys.CREATE_TOPICS,
            7,
            new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(10_000),
            CreateTopicsResponseData.class)
        .topics()
        .iterator()
        .next();
  }

  private static CreatableTopic topic(String name, int partitions, int replicas) {
    return new CreatableTopic()
        .setName(name)
        .setNumPartitions(partitions)
        .setReplicationFactor((short) replicas);
  }

  private static CreatableTopic topic(String name, List<List<Integer>> replicas) {
    CreateTopicsRequestData.CreatableReplicaAssignmentCollection assignments =
        new CreateTopicsRequestData.CreatableReplicaAssignmentCollection();
    for (int i = 0; i < replicas.size(); i++) {
      assignments.add(
          new CreateTopicsRequestData.CreatableReplicaAssignment()
              .setPartitionIndex(i)
              .setBrokerIds(replicas.get(i)));
    }
    return topic(name, -1, -1).setAssignments(assignments);
  }
}
