package io.barnabas.cli.client;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** What moving partitions asks of a cluster. Each method waits for the answer. */
interface MovingCluster {
  /** Begins to move partitions to these replicas. */
  void move(Map<TopicPartition, List<Integer>> targets);

  /** Those of some partitions that have not arrived. */
  Map<TopicPartition, PartitionReassignment> moving(Set<TopicPartition> of);

  /** Has preferred leaders lead; gives why one of them does not, if it should. */
  Map<TopicPartition, Throwable> electPreferred(Set<TopicPartition> of);

  /** Changes settings. */
  void alter(Map<ConfigResource, Collection<AlterConfigOp>> changes);

  /** How many bytes nodes have of partitions; without those nodes that do not answer. */
  Map<Integer, Map<TopicPartition, Long>> sizes(Set<Integer> nodes);

  /** Waits a little before one asks again. */
  void pause();
}
