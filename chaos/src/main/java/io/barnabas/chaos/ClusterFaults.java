package io.barnabas.chaos;

import io.barnabas.chaos.plan.Step;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DuplicateVoterException;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;

/** Changes that an operator makes at a bad time. */
final class ClusterFaults {
  private static final long HEAL_LIMIT_NANOS = 90_000_000_000L;
  private static final long PAUSE_MS = 200;

  private final ClusterProcess cluster;
  private final Admin admin;
  private final List<String> topics;

  ClusterFaults(ClusterProcess cluster, Admin admin, List<String> topics) {
    this.cluster = cluster;
    this.admin = admin;
    this.topics = topics;
  }

  /** Other replicas become the preferred ones, and lead. */
  Wound elect(Step step) throws InterruptedException, ExecutionException {
    Random random = new Random(step.variant());
    Map<TopicPartition, List<Integer>> orders = replicas();
    orders.values().forEach(replicas -> Collections.shuffle(replicas, random));
    assign(orders);
    int elected = 0;
    for (Optional<Throwable> result :
        admin.electLeaders(ElectionType.PREFERRED, orders.keySet()).partitions().get().values()) {
      elected += result.isEmpty() ? 1 : 0;
      if (result.isPresent()
          && !(result.get() instanceof ElectionNotNeededException)
          && !(result.get() instanceof PreferredLeaderNotAvailableException)) {
        throw new ExecutionException(result.get());
      }
    }
    return Wound.over(elected + " partitions led by others");
  }

  /** All partitions leave a node, for others where there are more nodes than replicas. */
  Wound reassign(Step step) throws InterruptedException, ExecutionException {
    Map<TopicPartition, List<Integer>> before = replicas();
    Map<TopicPartition, List<Integer>> without = new HashMap<>();
    before.forEach(
        (id, replicas) -> {
          if (replicas.contains(step.node()) && replicas.size() > 2) {
            List<Integer> fewer = new ArrayList<>(replicas);
            fewer.remove(Integer.valueOf(step.node()));
            cluster.ids().stream()
                .filter(other -> !replicas.contains(other))
                .findAny()
                .ifPresent(fewer::add);
            without.put(id, fewer);
          }
        });
    assign(without);
    before.keySet().retainAll(without.keySet());
    return new Wound(
        without.size() + " partitions away from node " + step.node(),
        () -> untilDone(() -> assign(before)));
  }

  private Map<TopicPartition, List<Integer>> replicas()
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
    for (var topic : admin.describeTopics(topics).allTopicNames().get().values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        replicas.put(
            new TopicPartition(topic.name(), partition.partition()),
            new ArrayList<>(partition.replicas().stream().map(Node::id).toList()));
      }
    }
    return replicas;
  }

  private void assign(Map<TopicPartition, List<Integer>> replicas)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
    replicas.forEach(
        (id, nodes) -> moves.put(id, Optional.of(new NewPartitionReassignment(nodes))));
    admin.alterPartitionReassignments(moves).all().get();
  }

  /** A voter goes and comes back. */
  Wound voters(Step step) throws InterruptedException, ExecutionException {
    int node = step.node();
    Uuid directory =
        quorum().voters().stream()
            .filter(voter -> voter.replicaId() == node)
            .map(QuorumInfo.ReplicaState::replicaDirectoryId)
            .findFirst()
            .orElseThrow(() -> new ExecutionException(new IOException("node is no voter")));
    String what = "voter " + node + " removed";
    try {
      admin.removeRaftVoter(node, directory).all().get();
    } catch (ExecutionException e) {
      // It may have happened all the same, so it is undone all the same.
      what = "voter " + node + " removed, perhaps: " + e.getCause();
    }
    return new Wound(what, () -> untilDone(() -> add(node, directory)));
  }

  private void add(int node, Uuid directory) throws InterruptedException, ExecutionException {
    RaftVoterEndpoint endpoint =
        new RaftVoterEndpoint(
            "CONTROLLER",
            cluster.node(node).address().getAddress().getHostAddress(),
            cluster.quorumPort(node));
    Set<Integer> voters = new HashSet<>();
    quorum().voters().forEach(voter -> voters.add(voter.replicaId()));
    if (!voters.contains(node)) {
      try {
        admin.addRaftVoter(node, directory, Set.of(endpoint)).all().get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof DuplicateVoterException)) {
          throw e;
        }
      }
    }
  }

  private QuorumInfo quorum() throws InterruptedException, ExecutionException {
    return admin.describeMetadataQuorum().quorumInfo().get();
  }

  /** A change that may fail while others are ill. */
  private interface Change {
    void make() throws InterruptedException, ExecutionException;
  }

  private static void untilDone(Change change) throws InterruptedException, ExecutionException {
    long deadline = System.nanoTime() + HEAL_LIMIT_NANOS;
    while (true) {
      try {
        change.make();
        return;
      } catch (ExecutionException e) {
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
        Thread.sleep(PAUSE_MS);
      }
    }
  }
}
