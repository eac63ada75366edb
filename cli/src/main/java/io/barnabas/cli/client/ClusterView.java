package io.barnabas.cli.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is, as any client can ask.
 *
 * @param quorum empty where the cluster does not tell
 * @param reassigning how many partitions are on their way to other nodes
 */
record ClusterView(
    String clusterId,
    int topics,
    List<TopicPartitionInfo> partitions,
    long reassigning,
    Optional<QuorumInfo> quorum,
    List<Member> members) {
  /** Copies the lists. */
  ClusterView {
    partitions = List.copyOf(partitions);
    members = List.copyOf(members);
  }

  /**
   * A node.
   *
   * @param address where clients reach it, as host:port; "-" if they do not
   * @param isFenced whether it is away, or not yet back
   * @param bytes of all its replicas; empty if it does not tell
   * @param lag how many entries of the cluster's metadata it has not got yet; empty if nobody knows
   */
  record Member(
      int id,
      String address,
      Optional<String> rack,
      boolean isBroker,
      boolean isController,
      boolean isActiveController,
      boolean isFenced,
      long leads,
      long replicas,
      OptionalLong bytes,
      OptionalLong lag) {}

  static ClusterView read(Admin admin) {
    DescribeClusterResult cluster =
        admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true));
    Collection<Node> brokers = Cluster.await(cluster.nodes());
    Optional<QuorumInfo> quorum = quorum(admin);
    ListTopicsOptions everything = new ListTopicsOptions().listInternal(true);
    Collection<TopicDescription> topics =
        Cluster.await(
                admin
                    .describeTopics(Cluster.await(admin.listTopics(everything).names()))
                    .allTopicNames())
            .values();
    List<TopicPartitionInfo> partitions =
        topics.stream().flatMap(topic -> topic.partitions().stream()).toList();
    @Nullable Node controller = Cluster.await(cluster.controller());
    int active = quorum.map(QuorumInfo::leaderId).orElse(controller == null ? -1 : controller.id());
    return new ClusterView(
        Cluster.await(cluster.clusterId()),
        topics.size(),
        partitions,
        Cluster.await(admin.listPartitionReassignments().reassignments()).size(),
        quorum,
        members(brokers, quorum, active, partitions, bytes(admin, brokers)));
  }

  private static Optional<QuorumInfo> quorum(Admin admin) {
    try {
      return Optional.of(Cluster.await(admin.describeMetadataQuorum().quorumInfo()));
    } catch (UnsupportedVersionException e) {
      return Optional.empty();
    }
  }

  /** Of each node that tells. */
  private static Map<Integer, Long> bytes(Admin admin, Collection<Node> brokers) {
    List<Integer> reachable =
        brokers.stream().filter(node -> !node.isFenced()).map(Node::id).toList();
    Map<Integer, Long> bytes = new HashMap<>();
    for (Map.Entry<Integer, KafkaFuture<Map<String, LogDirDescription>>> answer :
        admin.describeLogDirs(reachable).descriptions().entrySet()) {
      try {
        long used =
            Cluster.await(answer.getValue()).values().stream().mapToLong(ClusterDisks::used).sum();
        bytes.put(answer.getKey(), used);
      } catch (ApiException e) {
        // It went away a moment ago.
        bytes.remove(answer.getKey());
      }
    }
    return bytes;
  }

  private static List<Member> members(
      Collection<Node> brokers,
      Optional<QuorumInfo> quorum,
      int active,
      List<TopicPartitionInfo> partitions,
      Map<Integer, Long> bytes) {
    Map<Integer, Node> byId = new HashMap<>();
    brokers.forEach(node -> byId.put(node.id(), node));
    Set<Integer> ids = new TreeSet<>(byId.keySet());
    quorum.ifPresent(q -> q.voters().forEach(voter -> ids.add(voter.replicaId())));
    List<Member> members = new ArrayList<>();
    for (int id : ids) {
      Optional<Node> broker = Optional.ofNullable(byId.get(id));
      members.add(
          new Member(
              id,
              broker.map(node -> node.host() + ":" + node.port()).orElse("-"),
              broker.map(Node::rack),
              broker.isPresent(),
              quorum.map(q -> isVoter(q, id)).orElse(id == active),
              id == active,
              broker.map(Node::isFenced).orElse(false),
              partitions.stream().filter(partition -> isLedBy(partition, id)).count(),
              partitions.stream().filter(partition -> isOn(partition, id)).count(),
              optional(bytes.get(id)),
              quorum.map(q -> lag(q, id)).orElse(OptionalLong.empty())));
    }
    members.sort(Comparator.comparingInt(Member::id));
    return members;
  }

  private static boolean isLedBy(TopicPartitionInfo partition, int id) {
    Node leader = partition.leader();
    return leader != null && leader.id() == id;
  }

  private static boolean isOn(TopicPartitionInfo partition, int id) {
    return partition.replicas().stream().anyMatch(node -> node.id() == id);
  }

  private static OptionalLong optional(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static boolean isVoter(QuorumInfo quorum, int id) {
    return quorum.voters().stream().anyMatch(voter -> voter.replicaId() == id);
  }

  private static OptionalLong lag(QuorumInfo quorum, int id) {
    long end =
        quorum.voters().stream()
            .filter(voter -> voter.replicaId() == quorum.leaderId())
            .mapToLong(QuorumInfo.ReplicaState::logEndOffset)
            .findFirst()
            .orElse(quorum.highWatermark());
    return Stream.concat(quorum.voters().stream(), quorum.observers().stream())
        .filter(member -> member.replicaId() == id && member.logEndOffset() >= 0)
        .mapToLong(member -> Math.max(0, end - member.logEndOffset()))
        .findFirst();
  }

  long withoutLeader() {
    return TopicsList.withoutLeader(partitions);
  }

  long underReplicated() {
    return TopicsList.underReplicated(partitions);
  }

  long fenced() {
    return members.stream().filter(Member::isFenced).count();
  }

  /** Whether everything is there that should be. */
  boolean isHealthy() {
    return withoutLeader() == 0
        && underReplicated() == 0
        && fenced() == 0
        && members.stream().anyMatch(Member::isActiveController);
  }

  /** The id of the node that decides for the cluster, if one does. */
  Optional<Integer> activeController() {
    return members.stream().filter(Member::isActiveController).map(Member::id).findFirst();
  }
}
