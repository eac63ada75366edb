package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A broker says in which of its log directories replicas are, or that their data was found damaged
 * ({@link PartitionImage#LOST}), or that it is in good order again. Each partition is for itself.
 */
public record AssignReplicasToDirs(int brokerId, long brokerEpoch, List<Assignment> assignments)
    implements Command<List<AssignReplicasToDirs.Result>> {
  /** Copies the list. */
  public AssignReplicasToDirs {
    assignments = List.copyOf(assignments);
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  /**
   * One result for each assignment, in their order.
   *
   * @throws org.apache.kafka.common.errors.StaleBrokerEpochException if the broker has been
   *     registered again since, or is none
   */
  @Override
  public Decision<List<Result>> decide(ClusterImage image, long nowMs) {
    BrokerEpochs.check(image, brokerId, brokerEpoch);
    Elections elections = new Elections(image);
    Map<Uuid, Set<Integer>> seen = new HashMap<>();
    List<Fact> facts = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    for (Assignment each : assignments) {
      boolean first =
          seen.computeIfAbsent(each.topicId(), id -> new HashSet<>()).add(each.partition());
      Errors error = first ? check(image, each) : Errors.INVALID_REQUEST;
      if (error == Errors.NONE) {
        carryOut(image, elections, each).ifPresent(facts::add);
      }
      results.add(new Result(each, error));
    }
    return new Decision<>(facts, results);
  }

  private Optional<Fact> carryOut(ClusterImage image, Elections elections, Assignment each) {
    TopicImage topic = image.topicById(each.topicId()).orElseThrow();
    PartitionChange change = new PartitionChange(elections, topic, each.partition());
    if (each.directory().equals(PartitionImage.LOST)) {
      change.losing(brokerId);
    } else {
      change.inDirectory(brokerId, each.directory());
    }
    if (isGone(image, each)) {
      change.doubting(brokerId);
    }
    return change.fact();
  }

  private Errors check(ClusterImage image, Assignment each) {
    Optional<TopicImage> topic = image.topicById(each.topicId());
    if (topic.isEmpty()) {
      return Errors.UNKNOWN_TOPIC_ID;
    }
    PartitionImage partition = topic.get().partitions().get(each.partition());
    if (partition == null) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (!partition.replicas().contains(brokerId)) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    // The only replica in sync is gone with its directory: an empty one must not take its place.
    return partition.isr().equals(List.of(brokerId)) && isGone(image, each)
        ? Errors.KAFKA_STORAGE_ERROR
        : Errors.NONE;
  }

  /** Whether the replica was in a directory that is gone, so that what was in it is, too. */
  private boolean isGone(ClusterImage image, Assignment each) {
    BrokerImage broker = image.broker(brokerId).orElseThrow();
    Uuid before =
        image.partition(each.topicId(), each.partition()).orElseThrow().directoryOf(brokerId);
    return !each.directory().equals(PartitionImage.LOST)
        && !before.equals(PartitionImage.LOST)
        && !before.equals(PartitionImage.UNASSIGNED)
        && !broker.directories().isEmpty()
        && !broker.directories().contains(before);
  }

  /** A replica is in this directory. */
  public record Assignment(Uuid topicId, int partition, Uuid directory) {}

  /** What became of one assignment. */
  public record Result(Assignment assignment, Errors error) {}
}
