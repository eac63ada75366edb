package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.coordinator.group.CurrentAssignment.State;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Members of consumer groups that have joined in the classic protocol: what they do then. */
final class MixedMembers {
  private final ConsumerMembers members;

  MixedMembers(ConsumerMembers members) {
    this.members = members;
  }

  // --- assignments

  void sync(
      Step step,
      ConsumerGroup group,
      SyncGroupRequestData request,
      ClusterImage image,
      long waiter) {
    Errors refusal =
        check(group, request.memberId(), request.groupInstanceId(), request.generationId());
    if (refusal != Errors.NONE) {
      step.answer(waiter, new SyncGroupResponseData().setErrorCode(refusal.code()));
      return;
    }
    ConsumerMember member = group.member(request.memberId()).orElseThrow();
    MemberMetadata.Classic classic = member.metadata().classic().orElseThrow();
    List<Protocol> protocols = classic.protocols();
    String protocol = protocols.getFirst().name();
    if (differs(request.protocolType(), ConsumerGroup.TYPE)
        || differs(request.protocolName(), protocol)) {
      refusal = Errors.INCONSISTENT_GROUP_PROTOCOL;
      // Not one that waits for the next assignment: its old one holds, and it would join and join.
    } else if (group.assignmentEpoch() > member.epoch()
        && member.current().state() != State.UNREVOKED) {
      // One that has to give something up is told of that first, and then joins again by itself.
      step.timer(Step.REJOIN, group.id(), member.id(), member.metadata().rebalanceTimeoutMs());
      refusal = Errors.REBALANCE_IN_PROGRESS;
    }
    step.cancel(Step.RESYNC, group.id(), member.id());
    heard(step, group, member);
    SyncGroupResponseData answer = new SyncGroupResponseData().setErrorCode(refusal.code());
    if (refusal == Errors.NONE) {
      answer
          .setProtocolType(ConsumerGroup.TYPE)
          .setProtocolName(protocol)
          .setAssignment(
              ClassicSubscription.assignment(member.current().assigned().keySet(), protocols, image)
                  .array());
    }
    step.answer(waiter, answer);
  }

  private static boolean differs(@Nullable String said, String is) {
    return said != null && !said.equals(is);
  }

  private static Errors check(
      ConsumerGroup group, String memberId, @Nullable String instanceId, int generation) {
    Optional<ConsumerMember> member =
        instanceId == null ? group.member(memberId) : group.staticMember(instanceId);
    if (member.isEmpty() || !member.get().isClassic()) {
      return Errors.UNKNOWN_MEMBER_ID;
    } else if (!member.get().id().equals(memberId)) {
      return Errors.FENCED_INSTANCE_ID;
    }
    return member.get().epoch() == generation ? Errors.NONE : Errors.ILLEGAL_GENERATION;
  }

  private static void heard(Step step, ConsumerGroup group, ConsumerMember member) {
    int timeoutMs = member.metadata().classic().orElseThrow().sessionTimeoutMs();
    step.timer(Step.SESSION, group.id(), member.id(), timeoutMs);
  }

  // --- heartbeats

  void heartbeat(Step step, ConsumerGroup group, HeartbeatRequestData request, long waiter) {
    Errors answer =
        check(group, request.memberId(), request.groupInstanceId(), request.generationId());
    if (answer == Errors.NONE) {
      ConsumerMember member = group.member(request.memberId()).orElseThrow();
      heard(step, group, member);
      if (hasToJoin(group, member)) {
        answer = Errors.REBALANCE_IN_PROGRESS;
        step.timerIfNone(
            Step.REJOIN, group.id(), member.id(), member.metadata().rebalanceTimeoutMs());
      }
    }
    step.answer(waiter, new HeartbeatResponseData().setErrorCode(answer.code()));
  }

  private static boolean hasToJoin(ConsumerGroup group, ConsumerMember member) {
    return member.epoch() < group.epoch()
        || member.current().state() == State.UNREVOKED
        || (member.current().state() == State.UNRELEASED && isNothingHeld(group, member));
  }

  private static boolean isNothingHeld(ConsumerGroup group, ConsumerMember member) {
    Set<PartitionId> missing = new TreeSet<>(group.targetOf(member.id()));
    missing.removeAll(member.current().assigned().keySet());
    return group.heldByOthers(member.id()).stream().noneMatch(missing::contains);
  }

  // --- leaving

  void leave(Step step, LeaveGroupRequestData request, ConsumerGroup group, long waiter) {
    List<MemberResponse> answers = new ArrayList<>();
    List<ConsumerMember> gone = new ArrayList<>();
    for (MemberIdentity who : request.members()) {
      Optional<ConsumerMember> member =
          who.groupInstanceId() == null
              ? group.member(who.memberId())
              : group.staticMember(who.groupInstanceId());
      Errors error = Errors.NONE;
      if (member.isEmpty() || !member.get().isClassic()) {
        error = Errors.UNKNOWN_MEMBER_ID;
      } else if (!who.memberId().isEmpty() && !member.get().id().equals(who.memberId())) {
        error = Errors.FENCED_INSTANCE_ID;
      } else if (!gone.contains(member.get())) {
        gone.add(member.get());
      }
      answers.add(
          new MemberResponse()
              .setMemberId(who.memberId())
              .setGroupInstanceId(who.groupInstanceId())
              .setErrorCode(error.code()));
    }
    members.remove(step, group, gone);
    step.answer(waiter, new LeaveGroupResponseData().setMembers(answers));
  }
}
