package io.barnabas.cli.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;

/**
 * A cluster that a client reaches.
 *
 * @param admin stays the caller's
 */
record AdminMovingCluster(Admin admin) implements MovingCluster {
  private static final long PAUSE_MS = 250;

  @Override
  public void move(Map<TopicPartition, List<Integer>> targets) {
    Map<TopicPartition, Optional<NewPartitionReassignment>> asked = new LinkedHashMap<>();
    targets.forEach((id, to) -> asked.put(id, Optional.of(new NewPartitionReassignment(to))));
    Cluster.await(admin.alterPartitionReassignments(asked).all());
  }

  @Override
  public Map<TopicPartition, PartitionReassignment> moving(Set<TopicPartition> of) {
    return Cluster.await(admin.listPartitionReassignments(of).reassignments());
  }

  /** A partition whose preferred leader leads already is no failure. */
  @Override
  public Map<TopicPartition, Throwable> electPreferred(Set<TopicPartition> of) {
    Map<TopicPartition, Throwable> failures = new HashMap<>();
    Cluster.await(admin.electLeaders(ElectionType.PREFERRED, of).partitions())
        .forEach((id, failure) -> failure.ifPresent(reason -> failures.put(id, reason)));
    failures.values().removeIf(ElectionNotNeededException.class::isInstance);
    return failures;
  }

  @Override
  public void alter(Map<ConfigResource, Collection<AlterConfigOp>> changes) {
    Cluster.await(admin.incrementalAlterConfigs(changes).all());
  }

  @Override
  public Map<Integer, Map<TopicPartition, Long>> sizes(Set<Integer> nodes) {
    Map<Integer, Map<TopicPartition, Long>> sizes = new HashMap<>();
    admin
        .describeLogDirs(nodes)
        .descriptions()
        .forEach((node, answer) -> sizes(answer).ifPresent(some -> sizes.put(node, some)));
    return sizes;
  }

  /** Empty if the node does not answer: it may be down, and the move still arrive without it. */
  private static Optional<Map<TopicPartition, Long>> sizes(
      KafkaFuture<Map<String, LogDirDescription>> answer) {
    Map<TopicPartition, Long> sizes = new HashMap<>();
    try {
      for (LogDirDescription directory : answer.get().values()) {
        directory
            .replicaInfos()
            .forEach((id, replica) -> sizes.merge(id, replica.size(), Math::max));
      }
      return Optional.of(sizes);
    } catch (ExecutionException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }

  @Override
  public void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }
}
