package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The APIs about topics, each in every version. */
@OnEverySubject
class TopicRequestsTest {

  private static final int WAIT_MS = 10_000;

  private final Subject subject;

  TopicRequestsTest(Subject subject) {
    this.subject = subject;
  }

  static Stream<Integer> metadata() {
    return Requests.servedVersions(ApiKeys.METADATA);
  }

  @ParameterizedTest
  @MethodSource("metadata")
  void metadata(int version) throws Exception {
    Topic topic = subject.newTopic(2, Map.of());
    String unknown = subject.newTopicName();
    try (RawClient client = subject.connect()) {
      MetadataRequestData request =
          new MetadataRequestData()
              .setAllowAutoTopicCreation(version < 4)
              .setTopics(
                  List.of(
                      new MetadataRequestData.MetadataRequestTopic().setName(topic.name()),
                      new MetadataRequestData.MetadataRequestTopic().setName(unknown)));
      MetadataResponseData answer =
          client.call(ApiKeys.METADATA, version, request, MetadataResponseData.class);

      assertThat(answer.brokers())
          .singleElement()
          .satisfies(
              broker -> {
                assertThat(broker.host()).isEqualTo("127.0.0.1");
                assertThat(broker.port()).isEqualTo(subject.broker().address().getPort());
              });
      MetadataResponseData.MetadataResponseTopic found = answer.topics().find(topic.name());
      assertThat(error(found.errorCode())).isEqualTo(Errors.NONE);
      assertThat(found.topicId()).isEqualTo(version >= 10 ? topic.id() : Uuid.ZERO_UUID);
      assertThat(found.partitions()).hasSize(2);
      assertThat(error(answer.topics().find(unknown).errorCode()))
          .isIn(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.LEADER_NOT_AVAILABLE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 11})
  void metadataByIdIsRefusedInVersionsThatOnlyCarryTheId(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      var byId = new MetadataRequestData.MetadataRequestTopic().setTopicId(topic.id());
      for (var asked : List.of(byId.duplicate().setName(null), byId.setName(topic.name()))) {
        MetadataResponseData answer =
            client.call(
                ApiKeys.METADATA,
                version,
                new MetadataRequestData().setTopics(List.of(asked)),
                MetadataResponseData.class);
        assertThat(answer.brokers()).isEmpty();
        assertThat(answer.topics())
            .singleElement()
            .satisfies(
                told -> {
                  assertThat(told.name()).isEqualTo(asked.name() == null ? "" : asked.name());
                  assertThat(told.topicId()).isEqualTo(topic.id());
                  assertThat(told.partitions()).isEmpty();
                  assertThat(error(told.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
                });
      }
    }
  }

  @Test
  void describeTopicPartitionsInPages() throws Exception {
    Topic topic = subject.newTopic(3, Map.of());
    try (RawClient client = subject.connect()) {
      DescribeTopicPartitionsRequestData request =
          new DescribeTopicPartitionsRequestData()
              .setResponsePartitionLimit(2)
              .setTopics(
                  List.of(
                      new DescribeTopicPartitionsRequestData.TopicRequest().setName(topic.name())));
      DescribeTopicPartitionsResponseData answer =
          client.call(
              ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
              0,
              request,
              DescribeTopicPartitionsResponseData.class);
      var described = answer.topics().find(topic.name());
      assertThat(described.topicId()).isEqualTo(topic.id());
      assertThat(described.partitions()).extracting(p -> p.partitionIndex()).containsExactly(0, 1);
      assertThat(answer.nextCursor().topicName()).isEqualTo(topic.name());
      assertThat(answer.nextCursor().partitionIndex()).isEqualTo(2);
    }
  }

  static Stream<Integer> createTopics() {
    return Requests.servedVersions(ApiKeys.CREATE_TOPICS);
  }

  @ParameterizedTest
  @MethodSource("createTopics")
  void createTopics(int version) throws Exception {
    String name = subject.newTopicName();
    CreateTopicsRequestData.CreatableTopicCollection topics =
        new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(
        new CreateTopicsRequestData.CreatableTopic()
            .setName(name)
            .setNumPartitions(2)
            .setReplicationFactor((short) 1));
    CreateTopicsRequestData request =
        new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(WAIT_MS);
    try (RawClient client = subject.connect()) {
      var created =
          client
              .call(ApiKeys.CREATE_TOPICS, version, request, CreateTopicsResponseData.class)
              .topics()
              .find(name);
      assertThat(error(created.errorCode())).isEqualTo(Errors.NONE);
      assertThat(created.numPartitions()).isEqualTo(version >= 5 ? 2 : -1);
      assertThat(created.topicId().equals(Uuid.ZERO_UUID)).isEqualTo(version < 7);
      var again =
          client
              .call(ApiKeys.CREATE_TOPICS, version, request, CreateTopicsResponseData.class)
              .topics()
              .find(name);
      assertThat(error(again.errorCode())).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
      assertThat(again.errorMessage()).contains(name);
    }
  }

  static Stream<Integer> deleteTopics() {
    return Requests.servedVersions(ApiKeys.DELETE_TOPICS);
  }

  @ParameterizedTest
  @MethodSource("deleteTopics")
  void deleteTopics(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(WAIT_MS);
    if (version >= 6) {
      request.setTopics(
          List.of(
              new DeleteTopicsRequestData.DeleteTopicState().setName(null).setTopicId(topic.id())));
    } else {
      request.setTopicNames(List.of(topic.name()));
    }
    try (RawClient client = subject.connect()) {
      var deleted =
          client
              .call(ApiKeys.DELETE_TOPICS, version, request, DeleteTopicsResponseData.class)
              .responses()
              .iterator()
              .next();
      assertThat(error(deleted.errorCode())).isEqualTo(Errors.NONE);
      assertThat(deleted.name()).isEqualTo(topic.name());
      var again =
          client
              .call(ApiKeys.DELETE_TOPICS, version, request, DeleteTopicsResponseData.class)
              .responses()
              .iterator()
              .next();
      assertThat(error(again.errorCode()))
          .isEqualTo(version >= 6 ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
  }

  static Stream<Integer> createPartitions() {
    return Requests.servedVersions(ApiKeys.CREATE_PARTITIONS);
  }

  @ParameterizedTest
  @MethodSource("createPartitions")
  void createPartitions(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    CreatePartitionsRequestData.CreatePartitionsTopicCollection topics =
        new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
    topics.add(
        new CreatePartitionsRequestData.CreatePartitionsTopic()
            .setName(topic.name())
            .setCount(2)
            .setAssignments(null));
    try (RawClient client = subject.connect()) {
      var answer =
          client
              .call(
                  ApiKeys.CREATE_PARTITIONS,
                  version,
                  new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(WAIT_MS),
                  CreatePartitionsResponseData.class)
              .results()
              .getFirst();
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.name()).isEqualTo(topic.name());
    }
    subject.awaitTopic(topic.name(), 2);
  }
}
