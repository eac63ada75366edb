package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.CurrentAssignment.State;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.errors.FencedMemberEpochException;

/**
 * The next step of a member of a consumer group towards what it is to have.
 *
 * <pre>
 *   it has something that it is not to have:  UNREVOKED, in its old epoch, until it says that it
 *                                             has given that up
 *   others have something that it is to have: UNRELEASED, in the new epoch, with what is free
 *   else:                                     STABLE, in the new epoch
 * </pre>
 *
 * @param group with the member as it is
 * @param subscribed whether the member reads the topic of a partition of its target
 */
record Reconciliation(ConsumerGroup group, ConsumerMember member, Subscribed subscribed) {
  /** Whether a member reads a topic. */
  @FunctionalInterface
  interface Subscribed {
    boolean reads(PartitionId partition);
  }

  /**
   * Where the member is after this heartbeat; the same if it has not moved.
   *
   * @throws FencedMemberEpochException if it has to begin anew
   */
  CurrentAssignment next() {
    CurrentAssignment now = member.current();
    return switch (now.state()) {
      case STABLE -> now.epoch() == group.assignmentEpoch() && hasOnlyItsOwn() ? now : towards();
      case UNREVOKED -> member.report().hasGivenUp(now.revoking().keySet()) ? towards() : now;
      case UNRELEASED -> towards();
      case UNKNOWN -> {
        if (!member.report().isFinal()) {
          throw new FencedMemberEpochException(
              "The consumer group member is in a unknown state. "
                  + "The member must abandon all its partitions and rejoin.");
        }
        yield towards();
      }
    };
  }

  private boolean hasOnlyItsOwn() {
    return member.current().assigned().keySet().stream().allMatch(subscribed::reads);
  }

  private CurrentAssignment towards() {
    CurrentAssignment now = member.current();
    Set<PartitionId> target = new TreeSet<>(group.targetOf(member.id()));
    target.removeIf(partition -> !subscribed.reads(partition));
    SortedMap<PartitionId, Integer> kept = new TreeMap<>(now.assigned());
    kept.keySet().retainAll(target);
    SortedMap<PartitionId, Integer> given = new TreeMap<>(now.assigned());
    given.keySet().removeAll(kept.keySet());
    if (!given.isEmpty() && !member.report().neverHas(given.keySet())) {
      return new CurrentAssignment(now.epoch(), now.epoch(), State.UNREVOKED, kept, given);
    }
    Set<PartitionId> missing = new TreeSet<>(target);
    missing.removeAll(kept.keySet());
    boolean waits = !missing.isEmpty() && missing.removeAll(group.heldByOthers(member.id()));
    missing.forEach(partition -> kept.put(partition, group.assignmentEpoch()));
    State next = waits ? State.UNRELEASED : State.STABLE;
    if (now.isReconciledTo(group.assignmentEpoch()) && kept.equals(now.assigned())) {
      return now;
    }
    int previous = now.epoch();
    if (now.state() == next
        && now.epoch() == group.assignmentEpoch()
        && kept.equals(now.assigned())
        && now.revoking().isEmpty()) {
      return now;
    }
    return new CurrentAssignment(group.assignmentEpoch(), previous, next, kept, new TreeMap<>());
  }
}
