package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.group.CurrentAssignment.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;

/** Who is a member of a consumer group: those who come, come back, go, or are silent too long. */
final class ConsumerMembers {
  private final Downgrade downgrade;

  ConsumerMembers(Downgrade downgrade) {
    this.downgrade = downgrade;
  }

  /**
   * One that was looked for.
   *
   * @param group with what had to be changed in it for that
   * @param member one of the group, or one that it is to get
   */
  record Found(ConsumerGroup group, ConsumerMember member) {}

  // --- coming

  /**
   * The member that sends a heartbeat.
   *
   * @throws org.apache.kafka.common.errors.ApiException if it is none
   */
  Found find(
      Step step, ConsumerGroup group, ConsumerGroupHeartbeatRequestData request, String memberId) {
    boolean joins = request.memberEpoch() == HeartbeatChecks.JOINS;
    String instanceId = request.instanceId();
    if (instanceId != null && !joins) {
      ConsumerMember member = HeartbeatChecks.known(group, instanceId, memberId);
      HeartbeatChecks.checkEpoch(member, request);
      return new Found(group, member);
    }
    Optional<ConsumerMember> released =
        instanceId == null ? Optional.empty() : group.staticMember(instanceId);
    if (released.isPresent()) {
      return comesBack(step, group, released.get(), instanceId, memberId);
    }
    Optional<ConsumerMember> known = group.member(memberId);
    if (known.isEmpty() && !joins) {
      throw HeartbeatChecks.unknown(group.id(), memberId);
    }
    known.ifPresent(member -> HeartbeatChecks.checkEpoch(member, request));
    return new Found(group, known.orElseGet(() -> ConsumerMember.named(memberId)));
  }

  private static Found comesBack(
      Step step, ConsumerGroup group, ConsumerMember member, String instanceId, String memberId) {
    boolean isHimself = member.id().equals(memberId);
    if (!isHimself && !member.isClassic() && member.epoch() != CurrentAssignment.AWAY) {
      throw new UnreleasedInstanceIdException(
          ("Static member %s with instance id %s cannot join the group because the instance id is"
                  + " owned by %s member.")
              .formatted(memberId, instanceId, member.id()));
    }
    if (isHimself && member.epoch() != CurrentAssignment.AWAY) {
      return new Found(group, member);
    }
    return replace(step, group, member, memberId);
  }

  /** A static member goes on under another id, with all that it had. */
  static Found replace(Step step, ConsumerGroup before, ConsumerMember member, String memberId) {
    CurrentAssignment current = member.current();
    ConsumerMember back =
        new ConsumerMember(
            memberId,
            member.metadata(),
            new CurrentAssignment(
                0, 0, State.STABLE, current.assigned(), CurrentAssignment.NEW.revoking()));
    var target = before.targetOf(member.id());
    ConsumerGroup group = before.without(member.id()).withoutTarget(member.id());
    for (CoordinatorRecord record : ConsumerRecords.memberGone(group.id(), member.id())) {
      group = step.write(group, record);
    }
    group = group.with(back).withTarget(memberId, target);
    group = step.write(group, ConsumerRecords.member(group.id(), back));
    group = step.write(group, ConsumerRecords.target(group.id(), memberId, target));
    group = step.write(group, ConsumerRecords.current(group.id(), back));
    cancelTimers(step, group, member);
    return new Found(group, back);
  }

  // --- going

  /** A static member leaves for a while, and keeps what it has until its session ends. */
  void away(Step step, ConsumerGroup group, ConsumerMember member) {
    CurrentAssignment now = member.current();
    ConsumerMember gone =
        member.with(
            new CurrentAssignment(
                CurrentAssignment.AWAY,
                now.epoch(),
                State.STABLE,
                now.assigned(),
                CurrentAssignment.NEW.revoking()));
    step.write(group.with(gone), ConsumerRecords.current(group.id(), gone));
    step.cancel(Step.REVOKE, group.id(), member.id());
  }

  /** Takes members out, after which others may have what was theirs. */
  void remove(Step step, ConsumerGroup before, List<ConsumerMember> gone) {
    if (gone.isEmpty()) {
      return;
    }
    ConsumerGroup group = before;
    List<CoordinatorRecord> records = new ArrayList<>();
    for (ConsumerMember member : gone) {
      group = group.without(member.id()).withoutTarget(member.id());
      records.addAll(ConsumerRecords.memberGone(group.id(), member.id()));
      cancelTimers(step, group, member);
    }
    for (CoordinatorRecord record : records) {
      group = step.write(group, record);
    }
    if (downgrade.isDue(group)) {
      downgrade.carryOut(step, group);
      return;
    }
    group = RegexTopics.forgetUnused(step, group);
    long hash = group.metadataHash();
    if (group.looked().isPresent()) {
      hash = ConsumerTargets.hash(group.topics(), group.looked().get().image());
    }
    group = group.in(group.epoch() + 1, hash);
    group = step.write(group, ConsumerRecords.epoch(group));
    if (group.members().isEmpty()) {
      // Nothing is left to be assigned, and whoever comes next need not wait.
      group = group.assigned(group.epoch(), 0);
      step.write(group, ConsumerRecords.targetEpoch(group));
    }
  }

  static void cancelTimers(Step step, ConsumerGroup group, ConsumerMember member) {
    step.cancel(Step.SESSION, group.id(), member.id());
    step.cancel(Step.REVOKE, group.id(), member.id());
    step.cancel(Step.REJOIN, group.id(), member.id());
    step.cancel(Step.RESYNC, group.id(), member.id());
  }

  // --- time

  /** A member has been silent, or has not done what it had to, for too long. */
  void timedOut(Step step, ConsumerGroup group, String memberId) {
    group.member(memberId).ifPresent(member -> remove(step, group, List.of(member)));
  }

  /** A member has not given up what it had to. */
  void revokeTimedOut(Step step, ConsumerGroup group, String memberId) {
    group
        .member(memberId)
        .filter(member -> member.current().state() == State.UNREVOKED)
        .ifPresent(member -> remove(step, group, List.of(member)));
  }
}
