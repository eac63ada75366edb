package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where a member of a consumer group has got to.
 *
 * @param epoch what the member has to say in its next heartbeat; {@link #AWAY} of a static member
 *     that has left for a while
 * @param previousEpoch what it says if it did not hear of that
 * @param assigned what it may use, with the epochs in which it got that
 * @param revoking what it has to give up first, and nobody else may have until then
 */
record CurrentAssignment(
    int epoch,
    int previousEpoch,
    State state,
    SortedMap<PartitionId, Integer> assigned,
    SortedMap<PartitionId, Integer> revoking) {
  /** In place of the epoch of a static member that has left for a while. */
  static final int AWAY = -2;

  /** Of a newcomer. */
  static final CurrentAssignment NEW =
      new CurrentAssignment(
          0, 0, State.STABLE, Collections.emptySortedMap(), Collections.emptySortedMap());

  /** By Kafka's numbers. */
  enum State {
    /** It has all that it is to have. */
    STABLE(0),
    /** It has to give something up. */
    UNREVOKED(1),
    /** It waits for what others have to give up. */
    UNRELEASED(2),
    /** Of a later release. */
    UNKNOWN(127);

    private final int number;

    State(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static State of(int number) {
      for (State state : values()) {
        if (state.number == number) {
          return state;
        }
      }
      return UNKNOWN;
    }
  }

  CurrentAssignment {
    assigned = Collections.unmodifiableSortedMap(new TreeMap<>(assigned));
    revoking = Collections.unmodifiableSortedMap(new TreeMap<>(revoking));
  }

  /** In the same state, in another epoch. */
  CurrentAssignment inEpoch(int next) {
    return new CurrentAssignment(next, epoch, state, assigned, revoking);
  }

  /** Whether it still has a partition, in whatever way. */
  boolean holds(PartitionId partition) {
    return assigned.containsKey(partition) || revoking.containsKey(partition);
  }

  /** Whether it has all that it is to have in this epoch. */
  boolean isReconciledTo(int assignmentEpoch) {
    return state == State.STABLE && epoch == assignmentEpoch;
  }
}
