package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Odd requests about topics, settings and the cluster. */
@OnEverySubject
class ControlRequestsTest {
  private static final int WAIT_MS = 10_000;
  private static final byte TOPIC = 2;
  private static final byte BROKER = 4;
  private static final byte NO_SUCH_TYPE = 77;

  private final Subject subject;
  private final RawClient client;

  ControlRequestsTest(Subject subject) throws IOException {
    this.subject = subject;
    client = subject.connect();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
  }

  @Test
  void clientsMustBeNamedProperly() throws Exception {
    for (String name : List.of("", "-x", "a b", "x-")) {
      assertThat(apiVersions(3, new ApiVersionsRequestData().setClientSoftwareName(name)))
          .as(name)
          .isEqualTo(Errors.INVALID_REQUEST);
    }
    assertThat(apiVersions(3, new ApiVersionsRequestData().setClientSoftwareName("a.b-1")))
        .isEqualTo(Errors.NONE);
  }

  @Test
  void clientsThatLookForAnotherClusterOrNode() throws Exception {
    ApiVersionsRequestData request = new ApiVersionsRequestData().setClientSoftwareName("x");
    String cluster = metadata(12, null, false).clusterId();
    assertThat(apiVersions(5, request.duplicate())).isEqualTo(Errors.NONE);
    assertThat(apiVersions(5, request.duplicate().setClusterId(cluster).setNodeId(1)))
        .isEqualTo(Errors.NONE);
    assertThat(apiVersions(5, request.duplicate().setClusterId("other").setNodeId(1)))
        .isEqualTo(Errors.REBOOTSTRAP_REQUIRED);
    assertThat(apiVersions(5, request.duplicate().setClusterId(cluster).setNodeId(7)))
        .isEqualTo(Errors.REBOOTSTRAP_REQUIRED);
  }

  private Errors apiVersions(int version, ApiVersionsRequestData request) throws IOException {
    request.setClientSoftwareVersion("1");
    return error(
        client
            .call(ApiKeys.API_VERSIONS, version, request, ApiVersionsResponseData.class)
            .errorCode());
  }

  @Test
  void metadataOfWhatIsNotThere() throws Exception {
    MetadataRequestData.MetadataRequestTopic invalid =
        new MetadataRequestData.MetadataRequestTopic().setName("a/b");
    assertThat(only(metadata(12, List.of(invalid), false)))
        .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(only(metadata(12, List.of(invalid), true)))
        .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    Uuid id = Uuid.randomUuid();
    MetadataRequestData.MetadataRequestTopic byId =
        new MetadataRequestData.MetadataRequestTopic().setName(null).setTopicId(id);
    MetadataResponseData answer = metadata(12, List.of(byId), true);
    assertThat(only(answer)).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    assertThat(answer.topics().iterator().next().topicId()).isEqualTo(id);
    assertThat(answer.topics().iterator().next().name()).isNull();
    assertThat(metadata(12, List.of(), false).topics()).isEmpty();
    assertThat(metadata(0, List.of(), false).topics()).isNotNull();
  }

  @Test
  void aTopicIsMadeByAskingForIt() throws Exception {
    String name = subject.newTopicName();
    MetadataRequestData.MetadataRequestTopic topic =
        new MetadataRequestData.MetadataRequestTopic().setName(name);
    assertThat(only(metadata(12, List.of(topic), true)))
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    subject.awaitTopic(name, 1);
    MetadataResponseData found = metadata(12, List.of(topic, topic.duplicate()), true);
    assertThat(only(found)).isEqualTo(Errors.NONE);
    assertThat(found.topics()).hasSize(1);
  }

  @Test
  void operationsThatAreAllowed() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    MetadataRequestData request =
        new MetadataRequestData()
            .setIncludeTopicAuthorizedOperations(true)
            .setIncludeClusterAuthorizedOperations(true)
            .setTopics(
                List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic.name())));
    MetadataResponseData answer =
        client.call(ApiKeys.METADATA, 10, request, MetadataResponseData.class);
    assertThat(answer.topics().iterator().next().topicAuthorizedOperations()).isEqualTo(0xdf8);
    assertThat(answer.clusterAuthorizedOperations()).isEqualTo(0x1fa0);
  }

  private MetadataResponseData metadata(
      int version, @Nullable List<MetadataRequestData.MetadataRequestTopic> topics, boolean creates)
      throws IOException {
    MetadataRequestData request =
        new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(creates);
    if (version < 4) {
      request.setAllowAutoTopicCreation(true);
    }
    return client.call(ApiKeys.METADATA, version, request, MetadataResponseData.class);
  }

  private static Errors only(MetadataResponseData answer) {
    assertThat(answer.topics()).hasSize(1);
    return error(answer.topics().iterator().next().errorCode());
  }

  @Test
  void pagesOfTopics() throws Exception {
    Topic topic = subject.newTopic(3, Map.of());
    String unknown = topic.name() + "-unknown";
    DescribeTopicPartitionsRequestData request =
        new DescribeTopicPartitionsRequestData()
            .setTopics(
                List.of(
                    new DescribeTopicPartitionsRequestData.TopicRequest().setName(unknown),
                    new DescribeTopicPartitionsRequestData.TopicRequest().setName("a/b"),
                    new DescribeTopicPartitionsRequestData.TopicRequest().setName(topic.name())));
    DescribeTopicPartitionsResponseData whole = describe(request);
    assertThat(error(whole.topics().find("a/b").errorCode()))
        .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(error(whole.topics().find(unknown).errorCode()))
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(whole.topics().find(topic.name()).partitions()).hasSize(3);
    assertThat(whole.topics().find(topic.name()).topicAuthorizedOperations()).isEqualTo(0xdf8);
    assertThat(whole.nextCursor()).isNull();

    DescribeTopicPartitionsResponseData rest =
        describe(
            request
                .duplicate()
                .setCursor(
                    new DescribeTopicPartitionsRequestData.Cursor()
                        .setTopicName(topic.name())
                        .setPartitionIndex(2)));
    assertThat(rest.topics().find(topic.name()).partitions())
        .extracting(p -> p.partitionIndex())
        .containsExactly(2);
    assertThat(rest.topics().find("a/b")).isNull();
  }

  private DescribeTopicPartitionsResponseData describe(DescribeTopicPartitionsRequestData request)
      throws IOException {
    return client.call(
        ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, request, DescribeTopicPartitionsResponseData.class);
  }

  @Test
  void controllersAreNotDescribedByBrokers() throws Exception {
    assertThat(describeCluster((byte) 2)).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE);
    assertThat(describeCluster((byte) 9)).isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE);
  }

  private Errors describeCluster(byte type) throws IOException {
    DescribeClusterRequestData request = new DescribeClusterRequestData().setEndpointType(type);
    return error(
        client
            .call(ApiKeys.DESCRIBE_CLUSTER, 1, request, DescribeClusterResponseData.class)
            .errorCode());
  }

  @Test
  void theSameTopicTwice() throws Exception {
    String name = subject.newTopicName();
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(WAIT_MS);
    for (int partitions : new int[] {1, 2}) {
      request
          .topics()
          .mustAdd(
              new CreatableTopic()
                  .setName(name)
                  .setNumPartitions(partitions)
                  .setReplicationFactor((short) 1));
    }
    var created =
        client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class).topics();
    assertThat(created).hasSize(1);
    assertThat(error(created.iterator().next().errorCode())).isEqualTo(Errors.INVALID_REQUEST);

    DeleteTopicsRequestData delete =
        new DeleteTopicsRequestData()
            .setTimeoutMs(WAIT_MS)
            .setTopics(
                List.of(
                    new DeleteTopicsRequestData.DeleteTopicState().setName(name),
                    new DeleteTopicsRequestData.DeleteTopicState()
                        .setName(null)
                        .setTopicId(Uuid.randomUuid())));
    assertThat(
            client
                .call(ApiKeys.DELETE_TOPICS, 6, delete, DeleteTopicsResponseData.class)
                .responses())
        .extracting(r -> error(r.errorCode()))
        .containsExactlyInAnyOrder(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID);
  }

  @Test
  void settingsOfWhatIsNotThere() throws Exception {
    assertThat(describeConfigs(TOPIC, "a/b")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(describeConfigs(TOPIC, "no-such")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(describeConfigs(BROKER, "x")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(describeConfigs(BROKER, "7")).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(describeConfigs(BROKER, "1")).isEqualTo(Errors.NONE);
    assertThat(alter(TOPIC, "no-such", "retention.ms", 0, "1"))
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(alter(BROKER, "x", "message.max.bytes", 0, "2000000"))
        .isEqualTo(Errors.INVALID_REQUEST);
    assertThat(alter(BROKER, "7", "message.max.bytes", 0, "2000000"))
        .isEqualTo(Errors.INVALID_REQUEST);
    assertThat(alter(NO_SUCH_TYPE, "x", "y", 0, "z")).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void changesThatCannotBe() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    // Apache Kafka does not expect an operation that it does not know.
    assertThat(alter(TOPIC, topic, "retention.ms", 9, "1"))
        .isIn(Errors.INVALID_REQUEST, Errors.UNKNOWN_SERVER_ERROR);
    assertThat(alter(TOPIC, topic, "retention.ms", 0, null)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(alter(TOPIC, topic, "retention.ms", 2, "1")).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(alter(TOPIC, topic, "no.such", 0, "1")).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(alter(TOPIC, topic, "cleanup.policy", 0, "shred")).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(alter(TOPIC, topic, "retention.ms", 1, null)).isEqualTo(Errors.NONE);
  }

  private Errors describeConfigs(byte type, String name) throws IOException {
    DescribeConfigsRequestData request =
        new DescribeConfigsRequestData()
            .setResources(
                List.of(
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)));
    return error(
        client
            .call(ApiKeys.DESCRIBE_CONFIGS, 4, request, DescribeConfigsResponseData.class)
            .results()
            .getFirst()
            .errorCode());
  }

  private Errors alter(
      byte type, String resourceName, String name, int operation, @Nullable String value)
      throws IOException {
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(type)
            .setResourceName(resourceName);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(name)
                .setConfigOperation((byte) operation)
                .setValue(value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return error(
        client
            .call(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                1,
                request,
                IncrementalAlterConfigsResponseData.class)
            .responses()
            .getFirst()
            .errorCode());
  }
}
