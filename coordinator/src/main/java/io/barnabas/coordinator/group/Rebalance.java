package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicGroup.Gathering;
import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.protocol.Errors;
import org.pcollections.HashTreePSet;

/** How a group comes from one generation to the next. Changes the group in the step. */
final class Rebalance {
  private final GroupLimits limits;

  Rebalance(GroupLimits limits) {
    this.limits = limits;
  }

  /** Somebody has come, gone or changed. */
  void changed(Step step, ClassicGroup group) {
    if (group.is(State.PREPARING)) {
      step.keep(group);
      completeIfAllJoined(step, group);
    } else {
      begin(step, group);
    }
  }

  /** Has all members join again. */
  void begin(Step step, ClassicGroup before) {
    ClassicGroup group = before.is(State.COMPLETING) ? withoutAssignments(step, before) : before;
    step.cancel(Step.SYNC, group.id(), "");
    boolean first = group.is(State.EMPTY);
    group = group.withPendingSync(HashTreePSet.empty()).in(State.PREPARING, step.nowMs());
    if (first) {
      int delay = limits.initialRebalanceDelayMs();
      int left = Math.max(group.rebalanceTimeoutMs() - delay, 0);
      step.keep(group.withGathering(Optional.of(new Gathering(delay, left, false))));
      step.timer(Step.GATHER, group.id(), "", delay);
    } else {
      step.keep(group);
      if (!completeIfAllJoined(step, group)) {
        step.timer(Step.JOIN, group.id(), "", group.rebalanceTimeoutMs());
      }
    }
  }

  /** Those who wait for an assignment have to join again instead. */
  private static ClassicGroup withoutAssignments(Step step, ClassicGroup before) {
    ClassicGroup group = before;
    for (ClassicMember member : before.members().values()) {
      step.refuseSync(member, Errors.REBALANCE_IN_PROGRESS);
      group = group.with(member.withAssignment(Bytes.EMPTY).withSyncWaiter(ClassicMember.NOBODY));
    }
    return group;
  }

  /** Ends the wait if there is nobody to wait for, unless the group gathers its first members. */
  private boolean completeIfAllJoined(Step step, ClassicGroup group) {
    if (group.gathering().isEmpty() && group.allHaveJoined()) {
      complete(step, group);
      return true;
    }
    return false;
  }

  /** The wait for the first members is over, or begins anew if some came meanwhile. */
  void gathered(Step step, ClassicGroup group) {
    if (group.gathering().isEmpty()) {
      return;
    }
    Gathering wait = group.gathering().get();
    if (!wait.hasNewcomers() || wait.leftMs() == 0) {
      complete(step, group.withGathering(Optional.empty()));
      return;
    }
    int delay = Math.min(limits.initialRebalanceDelayMs(), wait.leftMs());
    int left = Math.max(wait.leftMs() - delay, 0);
    step.keep(group.withGathering(Optional.of(new Gathering(delay, left, false))));
    step.timer(Step.GATHER, group.id(), "", delay);
  }

  /** The wait for members to join again is over. */
  void joinTimedOut(Step step, ClassicGroup group) {
    if (group.is(State.PREPARING) && group.gathering().isEmpty()) {
      complete(step, group);
    }
  }

  /** Makes those who have joined, and static members even if they have not, a generation. */
  private void complete(Step step, ClassicGroup before) {
    ClassicGroup group = before;
    for (ClassicMember member : before.members().values()) {
      if (!member.awaitsJoin() && !member.isStatic()) {
        step.cancel(Step.SESSION, group.id(), member.id());
        group = group.without(member.id());
      }
    }
    Optional<ClassicGroup> led = withLeader(group);
    if (led.isEmpty()) {
      // Static members only, and none of them is here: until they are, or their sessions end.
      step.keep(group);
      step.timer(Step.JOIN, group.id(), "", group.rebalanceTimeoutMs());
      return;
    }
    step.cancel(Step.JOIN, group.id(), "");
    group = led.get().nextGeneration(step.nowMs());
    if (group.is(State.EMPTY)) {
      step.store(group);
    } else {
      step.keep(announce(step, group));
      step.timer(Step.SYNC, group.id(), "", group.rebalanceTimeoutMs());
    }
  }

  /** Empty if there are members and none of them could lead. */
  private static Optional<ClassicGroup> withLeader(ClassicGroup group) {
    boolean leads =
        group.leader().flatMap(group::member).filter(ClassicMember::awaitsJoin).isPresent();
    if (leads || group.members().isEmpty()) {
      return Optional.of(group);
    }
    return group.members().values().stream()
        .filter(ClassicMember::awaitsJoin)
        .findFirst()
        .map(member -> group.withLeader(member.id()));
  }

  private static ClassicGroup announce(Step step, ClassicGroup before) {
    ClassicGroup group = before;
    for (ClassicMember member : before.members().values()) {
      if (member.awaitsJoin()) {
        step.answer(member.joinWaiter(), joined(before, member.id()));
      }
      ClassicMember joined = member.joined();
      step.heard(group, joined);
      group = group.with(joined);
    }
    return group;
  }

  /** What a member is told of the generation. */
  static JoinGroupResponseData joined(ClassicGroup group, String memberId) {
    JoinGroupResponseData answer =
        new JoinGroupResponseData()
            .setMemberId(memberId)
            .setGenerationId(group.generation())
            .setProtocolType(group.protocolType().orElse(null))
            .setProtocolName(group.protocol().orElse(null))
            .setLeader(group.leader().orElse(""));
    return group.isLeader(memberId) ? answer.setMembers(members(group)) : answer;
  }

  /** The members as the one that assigns has to know them. */
  static List<JoinGroupResponseMember> members(ClassicGroup group) {
    List<JoinGroupResponseMember> members = new ArrayList<>();
    for (ClassicMember member : group.members().values()) {
      members.add(
          new JoinGroupResponseMember()
              .setMemberId(member.id())
              .setGroupInstanceId(member.instanceId().orElse(null))
              .setMetadata(group.metadataOf(member).array()));
    }
    return members;
  }

  /** Takes a member out. */
  void remove(Step step, ClassicGroup group, ClassicMember member) {
    step.refuseJoin(member, "", Errors.UNKNOWN_MEMBER_ID);
    step.refuseSync(member, Errors.UNKNOWN_MEMBER_ID);
    step.cancel(Step.SESSION, group.id(), member.id());
    changed(step, group.without(member.id()));
  }

  /** A member, or a newcomer that was given an id, has been silent for too long. */
  void sessionTimedOut(Step step, ClassicGroup group, String memberId) {
    if (group.pendingJoin().contains(memberId)) {
      dropNewcomer(step, group, memberId);
      return;
    }
    Optional<ClassicMember> member = group.member(memberId);
    // Whoever waits for an answer is not silent; a newcomer may have gone away meanwhile.
    if (member.isPresent()
        && (member.get().isNew() || !(member.get().awaitsJoin() || member.get().awaitsSync()))) {
      remove(step, group, member.get());
    }
  }

  /** Waits no more for one that was given an id. */
  void dropNewcomer(Step step, ClassicGroup group, String memberId) {
    ClassicGroup left = group.withPendingJoin(group.pendingJoin().minus(memberId));
    step.cancel(Step.SESSION, group.id(), memberId);
    step.keep(left);
    if (left.is(State.PREPARING)) {
      completeIfAllJoined(step, left);
    }
  }

  /** Members have not asked for their assignment for too long. */
  void syncTimedOut(Step step, ClassicGroup before) {
    if (!(before.is(State.COMPLETING) || before.is(State.STABLE))
        || before.pendingSync().isEmpty()) {
      return;
    }
    ClassicGroup group = before;
    for (String memberId : before.pendingSync()) {
      step.cancel(Step.SESSION, group.id(), memberId);
      group = group.without(memberId);
    }
    begin(step, group);
  }
}
