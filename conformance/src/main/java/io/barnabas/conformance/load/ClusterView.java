package io.barnabas.conformance.load;

import io.barnabas.conformance.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * All topics as one node tells of them.
 *
 * @param topics by name
 */
record ClusterView(Map<String, Topic> topics) {
  private static final String QUORUM_TOPIC = "__cluster_metadata";

  /**
   * A topic.
   *
   * @param retentionMs its setting {@code retention.ms}
   * @param partitions in order of their numbers
   */
  record Topic(Uuid id, long retentionMs, List<Partition> partitions) {}

  /** A partition; without a leader that is -1. */
  record Partition(
      int index, int leader, int leaderEpoch, List<Integer> replicas, List<Integer> inSync) {}

  /** Asks a node. */
  static ClusterView at(InetSocketAddress address) throws IOException {
    try (RawClient client = RawClient.connect(address)) {
      MetadataResponseData metadata =
          client.call(
              ApiKeys.METADATA,
              12,
              new MetadataRequestData().setTopics(null).setAllowAutoTopicCreation(false),
              MetadataResponseData.class);
      Map<String, Long> retention =
          retention(client, metadata.topics().stream().map(t -> t.name()).toList());
      Map<String, Topic> topics = new TreeMap<>();
      for (MetadataResponseData.MetadataResponseTopic topic : metadata.topics()) {
        List<Partition> partitions = new ArrayList<>();
        for (MetadataResponseData.MetadataResponsePartition partition : topic.partitions()) {
          partitions.add(
              new Partition(
                  partition.partitionIndex(),
                  partition.leaderId(),
                  partition.leaderEpoch(),
                  partition.replicaNodes(),
                  partition.isrNodes()));
        }
        partitions.sort(Comparator.comparingInt(Partition::index));
        topics.put(
            topic.name(),
            new Topic(topic.topicId(), retention.getOrDefault(topic.name(), -1L), partitions));
      }
      return new ClusterView(topics);
    }
  }

  /** Whether every partition has a leader and all its replicas are in sync. */
  boolean isWhole() {
    return topics.values().stream()
        .flatMap(topic -> topic.partitions().stream())
        .allMatch(p -> p.leader() >= 0 && p.inSync().size() == p.replicas().size());
  }

  private static Map<String, Long> retention(RawClient client, List<String> topics)
      throws IOException {
    DescribeConfigsResponseData answer =
        client.call(
            ApiKeys.DESCRIBE_CONFIGS,
            4,
            new DescribeConfigsRequestData()
                .setResources(
                    topics.stream()
                        .map(
                            topic ->
                                new DescribeConfigsRequestData.DescribeConfigsResource()
                                    .setResourceType(ConfigResource.Type.TOPIC.id())
                                    .setResourceName(topic)
                                    .setConfigurationKeys(List.of("retention.ms")))
                        .toList()),
            DescribeConfigsResponseData.class);
    Map<String, Long> retention = new HashMap<>();
    for (DescribeConfigsResponseData.DescribeConfigsResult result : answer.results()) {
      for (DescribeConfigsResponseData.DescribeConfigsResourceResult config : result.configs()) {
        retention.put(result.resourceName(), Long.parseLong(config.value()));
      }
    }
    return retention;
  }

  /** Asks a node who the active controller is; -1 if it does not know. */
  static int activeController(InetSocketAddress address) throws IOException {
    try (RawClient client = RawClient.connect(address)) {
      DescribeQuorumResponseData answer =
          client.call(
              ApiKeys.DESCRIBE_QUORUM,
              1,
              new DescribeQuorumRequestData()
                  .setTopics(
                      List.of(
                          new DescribeQuorumRequestData.TopicData()
                              .setTopicName(QUORUM_TOPIC)
                              .setPartitions(
                                  List.of(
                                      new DescribeQuorumRequestData.PartitionData()
                                          .setPartitionIndex(0))))),
              DescribeQuorumResponseData.class);
      if (answer.errorCode() != Errors.NONE.code()) {
        return -1;
      }
      DescribeQuorumResponseData.PartitionData partition =
          answer.topics().getFirst().partitions().getFirst();
      return partition.errorCode() == Errors.NONE.code() ? partition.leaderId() : -1;
    }
  }
}
