package io.barnabas.conformance.load;

import io.barnabas.conformance.RawClient;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Changes of one topic, each one request; the answer is its error code. */
final class TopicRequests {
  private static final int TIMEOUT_MS = 15_000;
  private static final String RETENTION = "retention.ms";

  private TopicRequests() {}

  static Errors create(RawClient client, String name, TopicState wanted, int replicas)
      throws IOException {
    CreateTopicsRequestData.CreatableTopicConfigCollection configs =
        new CreateTopicsRequestData.CreatableTopicConfigCollection();
    configs.add(
        new CreateTopicsRequestData.CreatableTopicConfig()
            .setName(RETENTION)
            .setValue(Long.toString(wanted.retentionMs())));
    CreateTopicsRequestData.CreatableTopicCollection topics =
        new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(
        new CreateTopicsRequestData.CreatableTopic()
            .setName(name)
            .setNumPartitions(wanted.partitions())
            .setReplicationFactor((short) replicas)
            .setConfigs(configs));
    CreateTopicsResponseData answer =
        client.call(
            ApiKeys.CREATE_TOPICS,
            7,
            new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(TIMEOUT_MS),
            CreateTopicsResponseData.class);
    return Errors.forCode(answer.topics().iterator().next().errorCode());
  }

  static Errors delete(RawClient client, String name) throws IOException {
    DeleteTopicsResponseData answer =
        client.call(
            ApiKeys.DELETE_TOPICS,
            6,
            new DeleteTopicsRequestData()
                .setTopics(List.of(new DeleteTopicsRequestData.DeleteTopicState().setName(name)))
                .setTimeoutMs(TIMEOUT_MS),
            DeleteTopicsResponseData.class);
    return Errors.forCode(answer.responses().iterator().next().errorCode());
  }

  static Errors grow(RawClient client, String name, int partitions) throws IOException {
    CreatePartitionsRequestData.CreatePartitionsTopicCollection topics =
        new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
    topics.add(
        new CreatePartitionsRequestData.CreatePartitionsTopic()
            .setName(name)
            .setCount(partitions)
            .setAssignments(null));
    CreatePartitionsResponseData answer =
        client.call(
            ApiKeys.CREATE_PARTITIONS,
            3,
            new CreatePartitionsRequestData().setTopics(topics).setTimeoutMs(TIMEOUT_MS),
            CreatePartitionsResponseData.class);
    return Errors.forCode(answer.results().getFirst().errorCode());
  }

  static Errors retain(RawClient client, String name, long retentionMs) throws IOException {
    IncrementalAlterConfigsRequestData.AlterableConfigCollection configs =
        new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
    configs.add(
        new IncrementalAlterConfigsRequestData.AlterableConfig()
            .setName(RETENTION)
            .setConfigOperation(AlterConfigOp.OpType.SET.id())
            .setValue(Long.toString(retentionMs)));
    IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection resources =
        new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
    resources.add(
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(ConfigResource.Type.TOPIC.id())
            .setResourceName(name)
            .setConfigs(configs));
    IncrementalAlterConfigsResponseData answer =
        client.call(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            1,
            new IncrementalAlterConfigsRequestData().setResources(resources),
            IncrementalAlterConfigsResponseData.class);
    return Errors.forCode(answer.responses().getFirst().errorCode());
  }
}
