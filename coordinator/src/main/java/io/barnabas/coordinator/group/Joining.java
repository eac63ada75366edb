package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicGroup.Gathering;
import io.barnabas.coordinator.group.ClassicGroup.State;
import io.barnabas.coordinator.group.ClassicMember.Newcomer;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** What becomes of those who join a group. */
final class Joining {
  /** How long a newcomer may make others wait: it may have gone away. */
  private static final long NEWCOMER_TIMEOUT_MS = 300_000;

  private final GroupLimits limits;
  private final Rebalance rebalance;

  Joining(GroupLimits limits, Rebalance rebalance) {
    this.limits = limits;
    this.rebalance = rebalance;
  }

  /** One request under way. */
  private record Request(GroupCommand.Join command, long waiter) {
    JoinGroupRequestData data() {
      return command.request();
    }

    String group() {
      return data().groupId();
    }

    boolean isNewcomer() {
      return data().memberId().isEmpty();
    }

    Optional<String> instanceId() {
      return Optional.ofNullable(data().groupInstanceId());
    }

    Newcomer as(String memberId) {
      // Before version 1 there was one time-out for both.
      int rebalanceTimeoutMs =
          data().rebalanceTimeoutMs() < 0 ? data().sessionTimeoutMs() : data().rebalanceTimeoutMs();
      return new Newcomer(
          memberId,
          instanceId(),
          command.client().id(),
          command.client().host(),
          rebalanceTimeoutMs,
          data().sessionTimeoutMs(),
          protocols());
    }

    List<Protocol> protocols() {
      List<Protocol> protocols = new ArrayList<>();
      data()
          .protocols()
          .forEach(each -> protocols.add(new Protocol(each.name(), Bytes.of(each.metadata()))));
      return protocols;
    }
  }

  void decide(Step step, GroupCommand.Join command, long waiter) {
    Request request = new Request(command, waiter);
    Optional<ClassicGroup> known = step.state().classic(request.group());
    Errors refusal = refusal(request, known);
    if (refusal != Errors.NONE) {
      // One who is not let in for the number of members is not told an id either.
      String id = refusal == Errors.GROUP_MAX_SIZE_REACHED ? "" : request.data().memberId();
      step.answer(waiter, Step.refusedJoin(id, refusal));
      return;
    }
    ClassicGroup group = known.orElseGet(() -> ClassicGroup.empty(request.group()));
    if (request.isNewcomer()) {
      newcomer(step, group, request);
    } else if (group.pendingJoin().contains(request.data().memberId())) {
      add(step, group, request, request.data().memberId());
    } else {
      known(step, group, request);
    }
  }

  private Errors refusal(Request request, Optional<ClassicGroup> known) {
    int timeout = request.data().sessionTimeoutMs();
    if (request.group().isEmpty()) {
      return Errors.INVALID_GROUP_ID;
    } else if (timeout < limits.minSessionTimeoutMs() || timeout > limits.maxSessionTimeoutMs()) {
      return Errors.INVALID_SESSION_TIMEOUT;
    } else if (known.isEmpty() && !request.isNewcomer()) {
      return Errors.UNKNOWN_MEMBER_ID;
    }
    ClassicGroup group = known.orElseGet(() -> ClassicGroup.empty(request.group()));
    if (!hasRoom(group, request.data().memberId())) {
      return Errors.GROUP_MAX_SIZE_REACHED;
    }
    return group.fits(request.data().protocolType(), request.protocols())
        ? Errors.NONE
        : Errors.INCONSISTENT_GROUP_PROTOCOL;
  }

  private boolean hasRoom(ClassicGroup group, String memberId) {
    return switch (group.state()) {
      case EMPTY -> true;
      case PREPARING ->
          group.member(memberId).filter(ClassicMember::awaitsJoin).isPresent()
              || group.awaitingJoin() < limits.maxSize();
      case COMPLETING, STABLE ->
          group.member(memberId).isPresent() || group.members().size() < limits.maxSize();
    };
  }

  // --- those without an id

  private void newcomer(Step step, ClassicGroup group, Request request) {
    Optional<ClassicMember> before = request.instanceId().flatMap(group::staticMember);
    String prefix = request.instanceId().orElse(request.command().client().id());
    String id = prefix + "-" + request.command().uniquePart();
    if (before.isPresent()) {
      replace(step, group, before.get(), request, id);
    } else if (request.instanceId().isPresent() || !request.command().needsKnownId()) {
      add(step, group, request, id);
    } else {
      step.keep(group.withPendingJoin(group.pendingJoin().plus(id)));
      step.timer(Step.SESSION, group.id(), id, request.data().sessionTimeoutMs());
      step.answer(request.waiter(), Step.refusedJoin(id, Errors.MEMBER_ID_REQUIRED));
    }
  }

  private void add(Step step, ClassicGroup group, Request request, String id) {
    ClassicMember member = request.as(id).member().withJoinWaiter(request.waiter());
    ClassicGroup changed =
        group
            .adding(member, request.data().protocolType())
            .withGathering(
                group.gathering().map(wait -> new Gathering(wait.delayMs(), wait.leftMs(), true)));
    step.timer(Step.SESSION, group.id(), id, NEWCOMER_TIMEOUT_MS);
    rebalance.changed(step, changed);
  }

  /** A static member is back, and whoever else still says that he is that one is not. */
  private void replace(
      Step step, ClassicGroup group, ClassicMember before, Request request, String id) {
    step.refuseJoin(before, before.id(), Errors.FENCED_INSTANCE_ID);
    step.refuseSync(before, Errors.FENCED_INSTANCE_ID);
    step.cancel(Step.SESSION, group.id(), before.id());
    ClassicMember member = before.rejoining(request.as(id));
    ClassicGroup changed = group.replacing(before.id(), member);
    step.heard(changed, member);
    boolean sameProtocol = changed.protocol().equals(Optional.of(changed.chooseProtocol()));
    if (group.is(State.STABLE) && sameProtocol) {
      step.store(changed);
      step.answer(request.waiter(), back(group, changed, request, id));
    } else {
      rebalance.changed(step, changed.with(member.withJoinWaiter(request.waiter())));
    }
  }

  /** A client that might take itself for a leader that has to assign anew is not told it leads. */
  private static JoinGroupResponseData back(
      ClassicGroup before, ClassicGroup group, Request request, String id) {
    JoinGroupResponseData answer = Rebalance.joined(group, id);
    if (request.command().takesAssignmentAsItIs()) {
      return answer.setSkipAssignment(group.isLeader(id));
    }
    return answer.setMembers(List.of()).setLeader(before.leader().orElse(""));
  }

  // --- those who are members

  private void known(Step step, ClassicGroup group, Request request) {
    String id = request.data().memberId();
    Errors wrong = group.check(id, request.instanceId());
    if (wrong != Errors.NONE || group.is(State.EMPTY)) {
      Errors error = wrong == Errors.NONE ? Errors.UNKNOWN_MEMBER_ID : wrong;
      step.answer(request.waiter(), Step.refusedJoin(id, error));
      return;
    }
    ClassicMember member = group.member(id).orElseThrow();
    boolean same = member.protocols().equals(request.protocols());
    boolean mayStay =
        switch (group.state()) {
          // It may not have got the answer.
          case COMPLETING -> same;
          // A leader joins again because it wants to assign anew.
          case STABLE -> same && !group.isLeader(id);
          default -> false;
        };
    if (mayStay) {
      step.answer(request.waiter(), Rebalance.joined(group, id));
      return;
    }
    // The one that it had asked with before is forgotten by the client.
    step.refuseJoin(member, id, Errors.REBALANCE_IN_PROGRESS);
    ClassicGroup ready = group;
    if (group.is(State.COMPLETING)) {
      step.refuseSync(member, Errors.REBALANCE_IN_PROGRESS);
    }
    ready = ready.with(member.rejoining(request.as(id)).withJoinWaiter(request.waiter()));
    rebalance.changed(step, ready);
  }
}
