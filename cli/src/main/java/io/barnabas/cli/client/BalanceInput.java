package io.barnabas.cli.client;

import io.barnabas.metadata.BalancePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * What a plan is made of, as any client can ask for it.
 *
 * @param moving the partitions that are on their way
 */
record BalanceInput(
    List<BalancePlan.Broker> brokers,
    List<BalancePlan.Partition> partitions,
    Map<TopicPartition, PartitionReassignment> moving) {
  /** Copies the collections. */
  BalanceInput {
    brokers = List.copyOf(brokers);
    partitions = List.copyOf(partitions);
    moving = Map.copyOf(moving);
  }

  static BalanceInput read(Admin admin) {
    DescribeClusterOptions all = new DescribeClusterOptions().includeFencedBrokers(true);
    List<BalancePlan.Broker> brokers =
        Cluster.await(admin.describeCluster(all).nodes()).stream()
            .map(BalanceInput::broker)
            .toList();
    Map<TopicPartition, PartitionReassignment> moving =
        Cluster.await(admin.listPartitionReassignments().reassignments());
    ListTopicsOptions everything = new ListTopicsOptions().listInternal(true);
    List<BalancePlan.Partition> partitions = new ArrayList<>();
    for (TopicDescription topic :
        Cluster.await(
                admin
                    .describeTopics(Cluster.await(admin.listTopics(everything).names()))
                    .allTopicNames())
            .values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        TopicPartition id = new TopicPartition(topic.name(), partition.partition());
        partitions.add(partition(id, partition, moving));
      }
    }
    return new BalanceInput(brokers, partitions, moving);
  }

  private static BalancePlan.Broker broker(Node node) {
    return new BalancePlan.Broker(node.id(), Optional.ofNullable(node.rack()), !node.isFenced());
  }

  private static BalancePlan.Partition partition(
      TopicPartition id,
      TopicPartitionInfo partition,
      Map<TopicPartition, PartitionReassignment> moving) {
    PartitionReassignment way = moving.get(id);
    List<Integer> replicas = partition.replicas().stream().map(Node::id).toList();
    return way == null
        ? new BalancePlan.Partition(id, replicas, false)
        : new BalancePlan.Partition(id, BalanceExecution.target(way), true);
  }

  /** How much each move copies, as far as the nodes that are there know. */
  Map<BalancePlan.Move, Long> bytesToCopy(Admin admin, List<BalancePlan.Move> moves) {
    Map<TopicPartition, Long> sizes = new HashMap<>();
    List<Integer> reachable =
        brokers.stream().filter(BalancePlan.Broker::isActive).map(BalancePlan.Broker::id).toList();
    for (Map<String, LogDirDescription> directories :
        Cluster.await(admin.describeLogDirs(reachable).allDescriptions()).values()) {
      for (LogDirDescription directory : directories.values()) {
        directory
            .replicaInfos()
            .forEach((id, replica) -> sizes.merge(id, replica.size(), Math::max));
      }
    }
    Map<BalancePlan.Move, Long> bytes = new LinkedHashMap<>();
    for (BalancePlan.Move move : moves) {
      bytes.put(move, sizes.getOrDefault(move.id(), 0L) * move.added().size());
    }
    return bytes;
  }
}
