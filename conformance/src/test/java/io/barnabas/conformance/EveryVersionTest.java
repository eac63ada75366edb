package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of versions, and the APIs about records, configs and the cluster in every version. */
@OnEverySubject
class EveryVersionTest {

  private static final byte TOPIC = 2;
  private static final int WAIT_MS = 10_000;
  private static final Set<ApiKeys> SERVED =
      Set.of(
          ApiKeys.API_VERSIONS,
          ApiKeys.METADATA,
          ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
          ApiKeys.CREATE_TOPICS,
          ApiKeys.DELETE_TOPICS,
          ApiKeys.CREATE_PARTITIONS,
          ApiKeys.PRODUCE,
          ApiKeys.FETCH,
          ApiKeys.LIST_OFFSETS,
          ApiKeys.INIT_PRODUCER_ID,
          ApiKeys.DESCRIBE_CLUSTER,
          ApiKeys.DESCRIBE_CONFIGS,
          ApiKeys.ALTER_CONFIGS,
          ApiKeys.INCREMENTAL_ALTER_CONFIGS,
          ApiKeys.LIST_CONFIG_RESOURCES,
          ApiKeys.UPDATE_FEATURES,
          ApiKeys.DESCRIBE_CLIENT_QUOTAS,
          ApiKeys.ALTER_CLIENT_QUOTAS,
          ApiKeys.DESCRIBE_ACLS,
          ApiKeys.CREATE_ACLS,
          ApiKeys.DELETE_ACLS,
          ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
          ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
          ApiKeys.OFFSET_FOR_LEADER_EPOCH,
          ApiKeys.DESCRIBE_LOG_DIRS,
          ApiKeys.FIND_COORDINATOR,
          ApiKeys.OFFSET_COMMIT,
          ApiKeys.OFFSET_FETCH,
          ApiKeys.OFFSET_DELETE,
          ApiKeys.JOIN_GROUP,
          ApiKeys.SYNC_GROUP,
          ApiKeys.HEARTBEAT,
          ApiKeys.LEAVE_GROUP,
          ApiKeys.DESCRIBE_GROUPS,
          ApiKeys.LIST_GROUPS,
          ApiKeys.DELETE_GROUPS,
          ApiKeys.DELETE_RECORDS);

  private final Subject subject;

  EveryVersionTest(Subject subject) {
    this.subject = subject;
  }

  static Stream<Integer> apiVersions() {
    return Requests.servedVersions(ApiKeys.API_VERSIONS);
  }

  @ParameterizedTest
  @MethodSource("apiVersions")
  void theTableOfVersions(int version) throws Exception {
    try (RawClient client = subject.connect()) {
      ApiVersionsResponseData answer =
          client.call(
              ApiKeys.API_VERSIONS,
              version,
              new ApiVersionsRequestData()
                  .setClientSoftwareName("conformance")
                  .setClientSoftwareVersion("1"),
              ApiVersionsResponseData.class);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      for (ApiKeys api : SERVED) {
        ApiVersionsResponseData.ApiVersion expected = api.toApiVersion(false).orElseThrow();
        ApiVersionsResponseData.ApiVersion actual = answer.apiKeys().find(api.id);
        assertThat(actual).as(api.name()).isNotNull();
        // Old clients look for Produce 0 before they use any compression; it is not served.
        assertThat(actual.minVersion())
            .as(api.name())
            .isEqualTo(api == ApiKeys.PRODUCE ? 0 : expected.minVersion());
        assertThat(actual.maxVersion()).as(api.name()).isEqualTo(expected.maxVersion());
      }
      assertThat(answer.finalizedFeatures().isEmpty()).isEqualTo(version < 3);
    }
  }

  static Stream<Integer> listOffsets() {
    return Requests.servedVersions(ApiKeys.LIST_OFFSETS);
  }

  @ParameterizedTest
  @MethodSource("listOffsets")
  void listOffsets(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a", "b", "c");
    try (RawClient client = subject.connect()) {
      var earliest = list(client, version, topic, -1, ListOffsetsRequest.EARLIEST_TIMESTAMP);
      assertThat(earliest.offset()).isZero();
      var latest = list(client, version, topic, 0, ListOffsetsRequest.LATEST_TIMESTAMP);
      assertThat(latest.offset()).isEqualTo(3);
      assertThat(latest.leaderEpoch()).isEqualTo(version >= 4 ? 0 : -1);
      var byTime = list(client, version, topic, -1, 1_600_000_000_000L);
      assertThat(byTime.offset()).isZero();
      assertThat(byTime.timestamp()).isEqualTo(1_700_000_000_000L);
      assertThat(list(client, version, topic, -1, 1_800_000_000_000L).offset()).isEqualTo(-1);
      if (version >= 7) {
        var largest = list(client, version, topic, -1, ListOffsetsRequest.MAX_TIMESTAMP);
        assertThat(largest.offset()).isZero();
      }
      if (version >= 4) {
        var refused = list(client, version, topic, 9, ListOffsetsRequest.LATEST_TIMESTAMP);
        assertThat(error(refused.errorCode())).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(refused.offset()).isEqualTo(-1);
      }
    }
  }

  static Stream<Integer> offsetForLeaderEpoch() {
    return Requests.servedVersions(ApiKeys.OFFSET_FOR_LEADER_EPOCH);
  }

  @ParameterizedTest
  @MethodSource("offsetForLeaderEpoch")
  void offsetForLeaderEpoch(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a", "b");
    OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection topics =
        new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
    topics.add(
        new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
            .setTopic(topic.name())
            .setPartitions(
                List.of(
                    new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition()
                        .setPartition(0)
                        .setCurrentLeaderEpoch(0)
                        .setLeaderEpoch(0))));
    try (RawClient client = subject.connect()) {
      var answer =
          client
              .call(
                  ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                  version,
                  new OffsetForLeaderEpochRequestData().setReplicaId(-1).setTopics(topics),
                  OffsetForLeaderEpochResponseData.class)
              .topics()
              .find(topic.name())
              .partitions()
              .getFirst();
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.leaderEpoch()).isZero();
      assertThat(answer.endOffset()).isEqualTo(2);
    }
  }

  static Stream<Integer> deleteRecords() {
    return Requests.servedVersions(ApiKeys.DELETE_RECORDS);
  }

  @ParameterizedTest
  @MethodSource("deleteRecords")
  void deleteRecords(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    subject.append(topic, "a", "b", "c");
    DeleteRecordsRequestData request =
        new DeleteRecordsRequestData()
            .setTimeoutMs(WAIT_MS)
            .setTopics(
                List.of(
                    new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(topic.name())
                        .setPartitions(
                            List.of(
                                new DeleteRecordsRequestData.DeleteRecordsPartition()
                                    .setPartitionIndex(0)
                                    .setOffset(2)))));
    try (RawClient client = subject.connect()) {
      var answer =
          client
              .call(ApiKeys.DELETE_RECORDS, version, request, DeleteRecordsResponseData.class)
              .topics()
              .find(topic.name())
              .partitions()
              .find(0);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.lowWatermark()).isEqualTo(2);
    }
  }

  static Stream<Integer> describeCluster() {
    return Requests.servedVersions(ApiKeys.DESCRIBE_CLUSTER);
  }

  @ParameterizedTest
  @MethodSource("describeCluster")
  void describeCluster(int version) throws Exception {
    try (RawClient client = subject.connect()) {
      DescribeClusterResponseData answer =
          client.call(
              ApiKeys.DESCRIBE_CLUSTER,
              version,
              new DescribeClusterRequestData(),
              DescribeClusterResponseData.class);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.brokers())
          .singleElement()
          .satisfies(broker -> assertThat(broker.isFenced()).isFalse());
      assertThat(answer.brokers().find(answer.controllerId())).isNotNull();
    }
  }

  static Stream<Integer> describeConfigs() {
    return Requests.servedVersions(ApiKeys.DESCRIBE_CONFIGS);
  }

  @ParameterizedTest
  @MethodSource("describeConfigs")
  void describeConfigs(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of("retention.ms", "4242"));
    DescribeConfigsRequestData request =
        new DescribeConfigsRequestData()
            .setResources(
                List.of(
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(TOPIC)
                        .setResourceName(topic.name())
                        .setConfigurationKeys(List.of("retention.ms"))));
    try (RawClient client = subject.connect()) {
      var answer =
          client
              .call(ApiKeys.DESCRIBE_CONFIGS, version, request, DescribeConfigsResponseData.class)
              .results()
              .getFirst();
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.configs())
          .singleElement()
          .satisfies(config -> assertThat(config.value()).isEqualTo("4242"));
    }
  }

  static Stream<Integer> incrementalAlterConfigs() {
    return Requests.servedVersions(ApiKeys.INCREMENTAL_ALTER_CONFIGS);
  }

  @ParameterizedTest
  @MethodSource("incrementalAlterConfigs")
  void incrementalAlterConfigs(int version) throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(TOPIC)
            .setResourceName(topic.name());
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName("retention.ms")
                .setConfigOperation((byte) 0)
                .setValue("99"));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    try (RawClient client = subject.connect()) {
      var answer =
          client
              .call(
                  ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                  version,
                  request,
                  IncrementalAlterConfigsResponseData.class)
              .responses()
              .getFirst();
      assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
      assertThat(answer.resourceName()).isEqualTo(topic.name());
    }
  }

  static Stream<Integer> describeLogDirs() {
    return Requests.servedVersions(ApiKeys.DESCRIBE_LOG_DIRS);
  }

  @ParameterizedTest
  @MethodSource("describeLogDirs")
  void describeLogDirs(int version) throws Exception {
    try (RawClient client = subject.connect()) {
      DescribeLogDirsResponseData answer =
          client.call(
              ApiKeys.DESCRIBE_LOG_DIRS,
              version,
              new DescribeLogDirsRequestData().setTopics(null),
              DescribeLogDirsResponseData.class);
      assertThat(answer.results())
          .singleElement()
          .satisfies(
              directory -> {
                assertThat(error(directory.errorCode())).isEqualTo(Errors.NONE);
                assertThat(directory.totalBytes() > 0).isEqualTo(version >= 4);
              });
    }
  }

  private static ListOffsetsPartitionResponse list(
      RawClient client, int version, Topic topic, int leaderEpoch, long timestampMs)
      throws Exception {
    ListOffsetsResponseData answer =
        client.call(
            ApiKeys.LIST_OFFSETS,
            version,
            Requests.listOffsets(topic.name(), 0, version >= 4 ? leaderEpoch : -1, timestampMs),
            ListOffsetsResponseData.class);
    return answer.topics().getFirst().partitions().getFirst();
  }
}
