package io.barnabas.replica;

import io.barnabas.replica.IsrProposals.IsrAnswer;
import io.barnabas.replica.IsrProposals.IsrMember;
import io.barnabas.replica.IsrProposals.IsrProposal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * One leadership of a partition: how far its followers are, which of them are in sync, and what was
 * proposed about that. Used under the replica's lock.
 *
 * <p>The high watermark counts everyone who may be in sync: those of whom the cluster says so, and
 * those that were proposed, until it is certain that they did not get in.
 */
final class Leading {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST_DOUBLINGS = 5;

  private final TopicIdPartition id;
  private final int nodeId;
  private final long epochStart;
  private final Map<Integer, FollowerProgress> followers = new HashMap<>();
  private final Set<Integer> perhapsAdded = new HashSet<>();
  private Role.Leader role;
  private @Nullable IsrProposal proposed;

  /** Whether a proposal that is no longer waited for may still be carried out. */
  private boolean doubtful;

  private int refusals;
  private long notBeforeNanos;

  Leading(TopicIdPartition id, int nodeId, Role.Leader role, long epochStart, long nowNanos) {
    this.id = id;
    this.nodeId = nodeId;
    this.role = role;
    this.epochStart = epochStart;
    notBeforeNanos = nowNanos;
    addFollowers(nowNanos);
  }

  private void addFollowers(long nowNanos) {
    for (int replica : role.replicas()) {
      if (replica != nodeId) {
        followers.computeIfAbsent(replica, r -> new FollowerProgress(nowNanos));
      }
    }
    followers.keySet().retainAll(role.replicas());
  }

  Role.Leader role() {
    return role;
  }

  /** Where this leadership begins in the log. */
  long epochStart() {
    return epochStart;
  }

  boolean hasFollowers() {
    return !followers.isEmpty();
  }

  /** Takes a newer state of the same leadership. */
  void changed(Role.Leader newer, long nowNanos) {
    boolean decided = newer.partitionEpoch() > role.partitionEpoch();
    role = newer;
    if (decided) {
      // Whatever was proposed to an earlier state is refused from now on, or is in this one.
      proposed = null;
      doubtful = false;
      refusals = 0;
      notBeforeNanos = nowNanos;
      perhapsAdded.clear();
    }
    addFollowers(nowNanos);
  }

  /**
   * The least flushed end among all that may be in sync.
   *
   * @param ownEnd this node's
   * @return -1 if one of them is not known
   */
  long replicatedEnd(long ownEnd) {
    long least = ownEnd;
    for (int replica : role.isr()) {
      least = Math.min(least, endOf(replica, ownEnd));
    }
    for (int replica : perhapsAdded) {
      least = Math.min(least, endOf(replica, ownEnd));
    }
    return least;
  }

  private long endOf(int replica, long ownEnd) {
    if (replica == nodeId) {
      return ownEnd;
    }
    FollowerProgress follower = followers.get(replica);
    return follower == null ? -1 : follower.flushedEnd();
  }

  /** As {@link FollowerProgress#asksAgain}. */
  boolean asksAgain(int replica, long offset, boolean answered) {
    FollowerProgress follower = followers.get(replica);
    return follower != null && follower.asksAgain(offset, answered);
  }

  /** What a follower has on its disk; whether it is one. */
  boolean fetched(int replica, LogBounds log, long brokerEpoch, long logEnd, long nowNanos) {
    FollowerProgress follower = followers.get(replica);
    if (follower == null) {
      return false;
    }
    follower.fetched(log, brokerEpoch, logEnd, nowNanos);
    return true;
  }

  /** The leader now has more than those that had all. */
  void appended(long nowNanos) {
    followers.values().forEach(follower -> follower.leaderAppended(nowNanos));
  }

  /** The follower in sync that has an offset, and of several the one that has most. */
  OptionalInt furthestFollower(Set<Integer> among, long offset) {
    return role.isr().stream()
        .filter(among::contains)
        .filter(
            replica ->
                Optional.ofNullable(followers.get(replica)).stream()
                    .anyMatch(follower -> follower.has(offset)))
        .max(Comparator.comparingLong(replica -> endOf(replica, -1)))
        .stream()
        .mapToInt(Integer::intValue)
        .findFirst();
  }

  /**
   * What to propose when a follower may have caught up.
   *
   * @param eligible whether a broker that proves itself with this epoch may be in sync
   */
  Optional<IsrProposal> expansion(
      int replica, long highWatermark, long nowNanos, Eligible eligible, IntToLongFunction epochs) {
    FollowerProgress follower = followers.get(replica);
    if (follower == null
        || role.isr().contains(replica)
        || !mayPropose(nowNanos)
        || follower.flushedEnd() < Math.max(highWatermark, epochStart)
        || !eligible.test(replica, follower.brokerEpoch())) {
      return Optional.empty();
    }
    List<Integer> isr = new ArrayList<>(role.isr());
    isr.add(replica);
    return Optional.of(propose(isr, epochs));
  }

  /** Whether a broker may be in sync. */
  @FunctionalInterface
  interface Eligible {
    boolean test(int broker, long brokerEpoch);
  }

  /** What to propose if some in-sync replicas have not been caught up for too long. */
  Optional<IsrProposal> shrinking(
      long logEnd, long nowNanos, long lagNanos, IntToLongFunction epochs) {
    if (!mayPropose(nowNanos)) {
      return Optional.empty();
    }
    IntPredicate lags =
        replica -> {
          FollowerProgress follower = followers.get(replica);
          return follower != null && !follower.isCaughtUp(logEnd, nowNanos, lagNanos);
        };
    List<Integer> isr = role.isr().stream().filter(r -> !lags.test(r)).toList();
    // One that perhaps got in is put out, too, should it have been.
    boolean doubtfulLags = perhapsAdded.stream().anyMatch(lags::test);
    return isr.size() < role.isr().size() || doubtfulLags
        ? Optional.of(propose(isr, epochs))
        : Optional.empty();
  }

  private boolean mayPropose(long nowNanos) {
    return proposed == null && nowNanos - notBeforeNanos >= 0;
  }

  private IsrProposal propose(List<Integer> isr, IntToLongFunction epochs) {
    List<IsrMember> members = new ArrayList<>(isr.size());
    for (int replica : isr) {
      FollowerProgress follower = followers.get(replica);
      long known = follower == null ? -1 : follower.brokerEpoch();
      members.add(new IsrMember(replica, known >= 0 ? known : epochs.applyAsLong(replica)));
      if (!role.isr().contains(replica)) {
        perhapsAdded.add(replica);
      }
    }
    IsrProposal proposal =
        new IsrProposal(id, role.leaderEpoch(), role.partitionEpoch(), List.copyOf(members));
    proposed = proposal;
    return proposal;
  }

  /**
   * Takes what became of a proposal. One that was carried out and puts somebody out is waited for
   * until {@link #changed} brings it.
   *
   * @param answer null if that is not known
   */
  void answered(IsrProposal proposal, @Nullable IsrAnswer answer, long nowNanos) {
    if (!proposal.equals(proposed)) {
      return;
    }
    if (answer != null && isCarriedOut(answer) && !answer.isr().containsAll(role.isr())) {
      // It takes effect with the image that has it, which brings the settings that it was decided
      // under: with an older min.insync.replicas too few might suffice to acknowledge.
      return;
    }
    proposed = null;
    if (answer != null && isCarriedOut(answer)) {
      changed(
          new Role.Leader(
              role.leaderEpoch(), answer.partitionEpoch(), answer.isr(), role.replicas()),
          nowNanos);
      return;
    }
    doubtful |= answer == null || isOutdated(answer);
    if (!doubtful) {
      perhapsAdded.clear();
    }
    notBeforeNanos = nowNanos + (FIRST_PAUSE_NANOS << Math.min(refusals++, MOST_DOUBLINGS));
  }

  private boolean isCarriedOut(IsrAnswer answer) {
    return answer.error() == Errors.NONE
        && answer.leaderEpoch() == role.leaderEpoch()
        && answer.partitionEpoch() > role.partitionEpoch();
  }

  /** Whether the partition has moved on, perhaps by a proposal of which there was no answer. */
  private static boolean isOutdated(IsrAnswer answer) {
    return switch (answer.error()) {
      case INELIGIBLE_REPLICA,
          OPERATION_NOT_ATTEMPTED,
          THROTTLING_QUOTA_EXCEEDED,
          KAFKA_STORAGE_ERROR,
          NOT_CONTROLLER,
          STALE_BROKER_EPOCH,
          INVALID_REQUEST ->
          false;
      default -> true;
    };
  }
}
