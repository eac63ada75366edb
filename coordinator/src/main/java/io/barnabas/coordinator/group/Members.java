package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicGroup.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** What members of a generation do: take their assignment, say that they live, leave. */
final class Members {
  private final Rebalance rebalance;

  Members(Rebalance rebalance) {
    this.rebalance = rebalance;
  }

  // --- assignments

  void sync(Step step, SyncGroupRequestData request, long waiter) {
    Optional<ClassicGroup> known = step.state().classic(request.groupId());
    Errors refusal = known.map(group -> refusal(group, request)).orElse(Errors.UNKNOWN_MEMBER_ID);
    if (request.groupId().isEmpty()) {
      refusal = Errors.INVALID_GROUP_ID;
    }
    if (refusal != Errors.NONE || known.isEmpty()) {
      step.answer(waiter, new SyncGroupResponseData().setErrorCode(refusal.code()));
      return;
    }
    ClassicGroup group = known.get();
    ClassicMember member = group.member(request.memberId()).orElseThrow();
    group = group.withPendingSync(group.pendingSync().minus(member.id()));
    if (group.is(State.STABLE)) {
      step.keep(group);
      step.answer(waiter, assignment(group, member));
      endOfSync(step, group);
      step.heard(group, member);
      return;
    }
    step.refuseSync(member, Errors.REBALANCE_IN_PROGRESS);
    group = group.with(member.withSyncWaiter(waiter));
    if (group.isLeader(member.id())) {
      assign(step, group, request);
    } else {
      step.keep(group);
    }
  }

  private static Errors refusal(ClassicGroup group, SyncGroupRequestData request) {
    Errors wrong = group.check(request.memberId(), Optional.ofNullable(request.groupInstanceId()));
    if (wrong != Errors.NONE) {
      return wrong;
    } else if (request.generationId() != group.generation()) {
      return Errors.ILLEGAL_GENERATION;
    } else if (differs(request.protocolType(), group.protocolType())
        || differs(request.protocolName(), group.protocol())) {
      return Errors.INCONSISTENT_GROUP_PROTOCOL;
    }
    return switch (group.state()) {
      case EMPTY -> Errors.UNKNOWN_MEMBER_ID;
      case PREPARING -> Errors.REBALANCE_IN_PROGRESS;
      case COMPLETING, STABLE -> Errors.NONE;
    };
  }

  private static boolean differs(@Nullable String said, Optional<String> is) {
    return said != null && !said.equals(is.orElse(null));
  }

  private void assign(Step step, ClassicGroup before, SyncGroupRequestData request) {
    Map<String, Bytes> assignments = new HashMap<>();
    request
        .assignments()
        .forEach(each -> assignments.put(each.memberId(), Bytes.of(each.assignment())));
    ClassicGroup group = before.in(State.STABLE, step.nowMs());
    for (ClassicMember member : before.members().values()) {
      Bytes own = Objects.requireNonNullElse(assignments.get(member.id()), Bytes.EMPTY);
      ClassicMember assigned = member.withAssignment(own);
      if (member.awaitsSync()) {
        step.answer(member.syncWaiter(), assignment(group, assigned));
        assigned = assigned.withSyncWaiter(ClassicMember.NOBODY);
        step.heard(group, assigned);
      }
      group = group.with(assigned);
    }
    step.store(group);
    endOfSync(step, group);
  }

  private static void endOfSync(Step step, ClassicGroup group) {
    if (group.pendingSync().isEmpty()) {
      step.cancel(Step.SYNC, group.id(), "");
    }
  }

  private static SyncGroupResponseData assignment(ClassicGroup group, ClassicMember member) {
    return new SyncGroupResponseData()
        .setProtocolType(group.protocolType().orElse(null))
        .setProtocolName(group.protocol().orElse(null))
        .setAssignment(member.assignment().array());
  }

  // --- heartbeats

  void heartbeat(Step step, HeartbeatRequestData request, long waiter) {
    Errors answer = heartbeat(step, request);
    step.answer(waiter, new HeartbeatResponseData().setErrorCode(answer.code()));
  }

  private static Errors heartbeat(Step step, HeartbeatRequestData request) {
    if (request.groupId().isEmpty()) {
      return Errors.INVALID_GROUP_ID;
    }
    Optional<ClassicGroup> known = step.state().classic(request.groupId());
    if (known.isEmpty()) {
      return Errors.UNKNOWN_MEMBER_ID;
    }
    ClassicGroup group = known.get();
    Errors wrong = group.check(request.memberId(), Optional.ofNullable(request.groupInstanceId()));
    if (wrong != Errors.NONE) {
      return wrong;
    } else if (request.generationId() != group.generation()) {
      return Errors.ILLEGAL_GENERATION;
    }
    step.heard(group, group.member(request.memberId()).orElseThrow());
    return group.is(State.PREPARING) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
  }

  // --- leaving

  void leave(Step step, GroupCommand.Leave command, long waiter) {
    String id = command.request().groupId();
    if (id.isEmpty()) {
      short code = Errors.INVALID_GROUP_ID.code();
      step.answer(waiter, new LeaveGroupResponseData().setErrorCode(code));
      return;
    }
    List<MemberResponse> answers = new ArrayList<>();
    for (MemberIdentity who : command.request().members()) {
      answers.add(
          new MemberResponse()
              .setMemberId(who.memberId())
              .setGroupInstanceId(who.groupInstanceId())
              .setErrorCode(leave(step, id, who).code()));
    }
    step.answer(waiter, new LeaveGroupResponseData().setMembers(answers));
  }

  private Errors leave(Step step, String groupId, MemberIdentity who) {
    Optional<ClassicGroup> known = step.state().classic(groupId);
    if (known.isEmpty()) {
      return Errors.UNKNOWN_MEMBER_ID;
    }
    ClassicGroup group = known.get();
    if (who.memberId().isEmpty() && who.groupInstanceId() != null) {
      Optional<ClassicMember> member = group.staticMember(who.groupInstanceId());
      member.ifPresent(each -> rebalance.remove(step, group, each));
      return member.isPresent() ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    } else if (group.pendingJoin().contains(who.memberId())) {
      rebalance.dropNewcomer(step, group, who.memberId());
      return Errors.NONE;
    }
    Errors wrong = group.check(who.memberId(), Optional.ofNullable(who.groupInstanceId()));
    if (wrong == Errors.NONE) {
      rebalance.remove(step, group, group.member(who.memberId()).orElseThrow());
    }
    return wrong;
  }
}
