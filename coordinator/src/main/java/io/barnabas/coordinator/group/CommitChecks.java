package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.protocol.Errors;

/** Who may commit offsets of a group, and who may fetch them. */
final class CommitChecks {
  /** The first version of OffsetCommit and OffsetFetch that knows of member epochs. */
  private static final int FIRST_WITH_EPOCHS = 9;

  private CommitChecks() {}

  /** What is wrong with a commit for each partition; NONE if nothing is. */
  static Function<PartitionId, Errors> of(Step step, OffsetCommitRequestData request, int version) {
    int generation = request.generationIdOrMemberEpoch();
    Optional<Group> known = step.state().group(request.groupId());
    if (known.isEmpty()) {
      Errors missing =
          version < FIRST_WITH_EPOCHS ? Errors.ILLEGAL_GENERATION : Errors.GROUP_ID_NOT_FOUND;
      return all(generation < 0 ? Errors.NONE : missing);
    }
    return switch (known.get()) {
      case ClassicGroup group -> all(classic(step, group, request));
      case ConsumerGroup group -> consumer(group, request, version);
    };
  }

  private static Function<PartitionId, Errors> all(Errors error) {
    return _ -> error;
  }

  private static Errors classic(Step step, ClassicGroup group, OffsetCommitRequestData request) {
    int generation = request.generationIdOrMemberEpoch();
    if (generation < 0 && group.is(State.EMPTY)) {
      // A consumer that assigns its partitions itself, or an administrator.
      return Errors.NONE;
    }
    if (generation < 0 && request.memberId().isEmpty() && request.groupInstanceId() == null) {
      return Errors.UNKNOWN_MEMBER_ID;
    }
    Errors wrong = group.check(request.memberId(), Optional.ofNullable(request.groupInstanceId()));
    if (wrong != Errors.NONE) {
      return wrong;
    } else if (generation != group.generation()) {
      return Errors.ILLEGAL_GENERATION;
    } else if (group.is(State.COMPLETING)) {
      return Errors.REBALANCE_IN_PROGRESS;
    }
    group.member(request.memberId()).ifPresent(member -> step.heard(group, member));
    return Errors.NONE;
  }

  private static Function<PartitionId, Errors> consumer(
      ConsumerGroup group, OffsetCommitRequestData request, int version) {
    int said = request.generationIdOrMemberEpoch();
    if (said < 0 && group.isVacant()) {
      return all(Errors.NONE);
    }
    Optional<ConsumerMember> known = group.member(request.memberId());
    if (known.isEmpty()) {
      return all(Errors.UNKNOWN_MEMBER_ID);
    }
    ConsumerMember member = known.get();
    if (member.isClassic()) {
      return all(said == member.epoch() ? Errors.NONE : Errors.ILLEGAL_GENERATION);
    } else if (version < FIRST_WITH_EPOCHS) {
      return all(Errors.UNSUPPORTED_VERSION);
    } else if (said == member.epoch()) {
      return all(Errors.NONE);
    } else if (said > member.epoch()) {
      return all(Errors.STALE_MEMBER_EPOCH);
    }
    // It may not have heard of its new epoch, and what it has had all the time is still its own.
    return partition -> {
      Integer since = member.current().assigned().get(partition);
      if (since == null) {
        since = member.current().revoking().get(partition);
      }
      return since != null && since <= said ? Errors.NONE : Errors.STALE_MEMBER_EPOCH;
    };
  }

  /**
   * What is wrong with a member that fetches offsets; NONE if nothing is, or it does not say who it
   * is.
   */
  static Errors ofFetch(GroupsState state, String id, Optional<String> memberId, int epoch) {
    Optional<ConsumerGroup> group = state.consumers(id);
    if (group.isEmpty() || (memberId.isEmpty() && epoch < 0)) {
      return Errors.NONE;
    }
    Optional<ConsumerMember> member = memberId.flatMap(group.get()::member);
    if (member.isEmpty()) {
      return Errors.UNKNOWN_MEMBER_ID;
    } else if (member.get().epoch() == epoch) {
      return Errors.NONE;
    }
    return member.get().isClassic() ? Errors.ILLEGAL_GENERATION : Errors.STALE_MEMBER_EPOCH;
  }
}
