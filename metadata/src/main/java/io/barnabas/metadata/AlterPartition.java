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
 * A leader says which replicas are in sync. Each partition is for itself. May complete a
 * reassignment. What is accepted moves the partition epoch even if it is what is so already: a
 * leader that does not know what became of an earlier proposal knows then that it will not be
 * carried out any more.
 *
 * @param brokerEpoch of the leading broker
 */
public record AlterPartition(int brokerId, long brokerEpoch, List<Change> changes)
    implements Command<List<AlterPartition.Result>> {
  /** The epoch of a broker of which the leader does not know it. */
  public static final long UNKNOWN_EPOCH = -1;

  /** Copies the list. */
  public AlterPartition {
    changes = List.copyOf(changes);
  }

  @Override
  public boolean isMembers() {
    return true;
  }

  /**
   * One result for each change, in their order.
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
    for (Change change : changes) {
      boolean first =
          seen.computeIfAbsent(change.topicId(), id -> new HashSet<>()).add(change.partition());
      Errors error = first ? check(image, elections, change) : Errors.INVALID_REQUEST;
      results.add(
          error == Errors.NONE ? carryOut(image, elections, change, facts) : change.refused(error));
    }
    return new Decision<>(facts, results);
  }

  private Result carryOut(
      ClusterImage image, Elections elections, Change change, List<Fact> facts) {
    TopicImage topic = image.topicById(change.topicId()).orElseThrow();
    PartitionChange partition =
        new PartitionChange(elections, topic, change.partition())
            .inSync(change.isr().stream().map(Member::broker).toList())
            .asBarrier();
    partition.fact().ifPresent(facts::add);
    PartitionImage next = partition.next();
    return next.leader() == brokerId
        ? new Result(change.topicId(), change.partition(), Errors.NONE, Optional.of(next))
        : change.refused(Errors.NEW_LEADER_ELECTED);
  }

  private Errors check(ClusterImage image, Elections elections, Change change) {
    Optional<TopicImage> topic = image.topicById(change.topicId());
    if (topic.isEmpty()) {
      return Errors.UNKNOWN_TOPIC_ID;
    }
    PartitionImage partition = topic.get().partitions().get(change.partition());
    if (partition == null) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    Errors error = checkEpochs(partition, change);
    return error == Errors.NONE ? checkMembers(image, elections, partition, change) : error;
  }

  private Errors checkEpochs(PartitionImage partition, Change change) {
    if (change.leaderEpoch() > partition.leaderEpoch()
        || change.partitionEpoch() > partition.partitionEpoch()) {
      // The leader knows of more than this image: another controller must have decided it.
      return Errors.NOT_CONTROLLER;
    }
    if (change.leaderEpoch() < partition.leaderEpoch()) {
      return Errors.FENCED_LEADER_EPOCH;
    }
    if (brokerId != partition.leader()) {
      return Errors.INVALID_REQUEST;
    }
    return change.partitionEpoch() < partition.partitionEpoch()
        ? Errors.INVALID_UPDATE_VERSION
        : Errors.NONE;
  }

  private Errors checkMembers(
      ClusterImage image, Elections elections, PartitionImage partition, Change change) {
    Set<Integer> members = new HashSet<>();
    for (Member member : change.isr()) {
      if (!members.add(member.broker()) || !partition.replicas().contains(member.broker())) {
        return Errors.INVALID_REQUEST;
      }
    }
    if (!members.contains(brokerId) || change.recovering()) {
      return Errors.INVALID_REQUEST;
    }
    for (Member member : change.isr()) {
      BrokerImage broker = image.brokers().get(member.broker());
      boolean known =
          broker != null && (member.epoch() == UNKNOWN_EPOCH || member.epoch() == broker.epoch());
      Uuid directory = partition.directoryOf(member.broker());
      // Who is in sync already may be about to stop: as long as there is no other, it leads.
      boolean eligible =
          partition.isr().contains(member.broker())
              ? elections.isThere(member.broker(), directory)
              : elections.isOnline(member.broker(), directory);
      if (!known || !eligible) {
        return Errors.INELIGIBLE_REPLICA;
      }
    }
    return Errors.NONE;
  }

  /**
   * What a leader wants of one partition.
   *
   * @param leaderEpoch that it leads in
   * @param partitionEpoch of the state that it knows
   * @param isr who is in sync, the leader included
   * @param recovering whether the leader still recovers from an unclean election, which no leader
   *     here does
   */
  public record Change(
      Uuid topicId,
      int partition,
      int leaderEpoch,
      int partitionEpoch,
      List<Member> isr,
      boolean recovering) {
    /** Copies the list. */
    public Change {
      isr = List.copyOf(isr);
    }

    private Result refused(Errors error) {
      return new Result(topicId, partition, error, Optional.empty());
    }
  }

  /**
   * A replica in sync.
   *
   * @param epoch of its broker as it fetched, or {@link #UNKNOWN_EPOCH}
   */
  public record Member(int broker, long epoch) {}

  /**
   * What became of one partition.
   *
   * @param state as it is now; empty if refused
   */
  public record Result(Uuid topicId, int partition, Errors error, Optional<PartitionImage> state) {}
}
