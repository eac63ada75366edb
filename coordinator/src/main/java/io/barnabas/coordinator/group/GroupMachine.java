package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.StateMachine;
import io.barnabas.coordinator.TimerKey;
import io.barnabas.metadata.ClusterImage;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;

/** The groups of one partition of {@code __consumer_offsets}. Has no state of its own. */
public final class GroupMachine implements StateMachine<GroupsState, GroupCommand> {
  private final GroupLimits limits;
  private final ConsumerLimits consumerLimits;
  private final Rebalance rebalance;
  private final Joining joining;
  private final Members members;
  private final Offsets offsets;
  private final Downgrade downgrade;
  private final ConsumerMembers consumers;
  private final ConsumerHeartbeats heartbeats;
  private final MixedJoining mixedJoining;
  private final MixedMembers mixedMembers;

  /** With these limits. */
  public GroupMachine(GroupLimits limits, ConsumerLimits consumerLimits) {
    this.limits = limits;
    this.consumerLimits = consumerLimits;
    rebalance = new Rebalance(limits);
    joining = new Joining(limits, rebalance);
    members = new Members(rebalance);
    offsets = new Offsets(limits);
    downgrade = new Downgrade(limits, consumerLimits, rebalance);
    consumers = new ConsumerMembers(downgrade);
    ConsumerEpochs epochs =
        new ConsumerEpochs(new ConsumerTargets(consumerLimits), new RegexTopics(consumerLimits));
    heartbeats =
        new ConsumerHeartbeats(consumerLimits, epochs, consumers, new Upgrade(consumerLimits));
    mixedJoining = new MixedJoining(limits, consumerLimits, epochs);
    mixedMembers = new MixedMembers(consumers);
  }

  @Override
  public GroupsState initial() {
    return GroupsState.EMPTY;
  }

  @Override
  public GroupsState replay(GroupsState state, Bytes key, Optional<Bytes> value) {
    return switch (RecordKey.decode(key)) {
      case RecordKey.OfOffset(String group, var partition) ->
          value
              .map(bytes -> state.with(group, partition, OffsetRecords.decode(bytes)))
              .orElseGet(() -> state.without(group, partition));
      case RecordKey.OfGroup(String group) ->
          value
              .map(bytes -> state.with(GroupRecords.decode(group, bytes)))
              .orElseGet(() -> withoutClassic(state, group));
      case RecordKey.OfConsumers(String group) -> ConsumerReplay.epoch(state, group, value);
      case RecordKey.OfMember(String group, String member) ->
          ConsumerReplay.member(state, group, member, value);
      case RecordKey.OfTargetEpoch(String group) -> ConsumerReplay.targetEpoch(state, group, value);
      case RecordKey.OfTarget(String group, String member) ->
          ConsumerReplay.target(state, group, member, value);
      case RecordKey.OfCurrent(String group, String member) ->
          ConsumerReplay.current(state, group, member, value);
      case RecordKey.OfRegex(String group, String regex) ->
          ConsumerReplay.regex(state, group, regex, value);
      case RecordKey.Unknown _ -> state;
    };
  }

  private static GroupsState withoutClassic(GroupsState state, String group) {
    return state.consumers(group).isPresent() ? state : state.without(group);
  }

  /** Whoever was a member may be silent for its whole session from now on. */
  @Override
  public Decision<GroupsState> loaded(GroupsState state, ClusterImage image, long nowMs) {
    Step step = new Step(state, nowMs);
    for (Group group : state.groups().values()) {
      switch (group) {
        case ClassicGroup classic ->
            classic.members().values().forEach(member -> step.heard(classic, member));
        case ConsumerGroup consumer -> {
          ConsumerSettings settings = ConsumerSettings.of(image, consumer.id(), consumerLimits);
          consumer.members().values().forEach(member -> expect(step, consumer, member, settings));
        }
      }
    }
    step.timer(Step.EXPIRY, "", "", limits.expiryIntervalMs());
    return step.decision();
  }

  private static void expect(
      Step step, ConsumerGroup group, ConsumerMember member, ConsumerSettings settings) {
    int sessionMs =
        member
            .metadata()
            .classic()
            .map(MemberMetadata.Classic::sessionTimeoutMs)
            .orElse(settings.sessionTimeoutMs());
    step.timer(Step.SESSION, group.id(), member.id(), sessionMs);
    if (member.current().state() == CurrentAssignment.State.UNREVOKED) {
      step.timer(Step.REVOKE, group.id(), member.id(), member.metadata().rebalanceTimeoutMs());
    }
  }

  @Override
  public Decision<GroupsState> decide(
      GroupsState state, GroupCommand command, long waiter, long nowMs) {
    Step step = new Step(state, nowMs);
    switch (command) {
      case GroupCommand.Join join -> join(step, join, waiter);
      case GroupCommand.Sync sync ->
          state
              .consumers(sync.request().groupId())
              .ifPresentOrElse(
                  group -> mixedMembers.sync(step, group, sync.request(), sync.image(), waiter),
                  () -> members.sync(step, sync.request(), waiter));
      case GroupCommand.Heartbeat beat ->
          state
              .consumers(beat.request().groupId())
              .ifPresentOrElse(
                  group -> mixedMembers.heartbeat(step, group, beat.request(), waiter),
                  () -> members.heartbeat(step, beat.request(), waiter));
      case GroupCommand.ConsumerHeartbeat beat -> {
        return heartbeat(step, beat, waiter);
      }
      case GroupCommand.Leave leave ->
          state
              .consumers(leave.request().groupId())
              .ifPresentOrElse(
                  group -> mixedMembers.leave(step, leave.request(), group, waiter),
                  () -> members.leave(step, leave, waiter));
      case GroupCommand.Commit commit -> offsets.commit(step, commit, waiter);
      case GroupCommand.DeleteOffsets delete -> offsets.delete(step, delete.request(), waiter);
      case GroupCommand.DeleteGroup delete -> offsets.deleteGroup(step, delete.group(), waiter);
      case GroupCommand.ForgetTopics gone -> offsets.forgetTopics(step, gone.topics(), waiter);
    }
    return step.decision();
  }

  private void join(Step step, GroupCommand.Join join, long waiter) {
    String id = join.request().groupId();
    Optional<ConsumerGroup> consumer = step.state().consumers(id);
    if (consumer.isPresent() && !consumer.get().isVacant()) {
      mixedJoining.decide(step, consumer.get(), join, waiter);
      // A static member that spoke the consumer protocol may have been the last one.
      step.state()
          .consumers(id)
          .filter(downgrade::isDue)
          .ifPresent(group -> downgrade.carryOut(step, group));
      return;
    }
    step.forgetIfConsumers(id);
    joining.decide(step, join, waiter);
  }

  /** One that is refused changes nothing. */
  private Decision<GroupsState> heartbeat(
      Step step, GroupCommand.ConsumerHeartbeat beat, long waiter) {
    GroupsState before = step.state();
    try {
      heartbeats.decide(step, beat, waiter);
      return step.decision();
    } catch (ApiException e) {
      Step refusal = new Step(before, step.nowMs());
      refusal.answer(
          waiter,
          new ConsumerGroupHeartbeatResponseData()
              .setErrorCode(Errors.forException(e).code())
              .setErrorMessage(e.getMessage()));
      return refusal.decision();
    }
  }

  @Override
  public Decision<GroupsState> expired(GroupsState state, TimerKey timer, long nowMs) {
    Step step = new Step(state, nowMs);
    switch (timer.kind()) {
      case Step.SESSION -> {
        ifClassic(step, timer, (s, group) -> rebalance.sessionTimedOut(s, group, timer.member()));
        ifConsumers(step, timer, (s, group) -> consumers.timedOut(s, group, timer.member()));
      }
      case Step.JOIN -> ifClassic(step, timer, rebalance::joinTimedOut);
      case Step.GATHER -> ifClassic(step, timer, rebalance::gathered);
      case Step.SYNC -> ifClassic(step, timer, rebalance::syncTimedOut);
      case Step.REVOKE ->
          ifConsumers(
              step, timer, (s, group) -> consumers.revokeTimedOut(s, group, timer.member()));
      case Step.REJOIN, Step.RESYNC ->
          ifConsumers(step, timer, (s, group) -> consumers.timedOut(s, group, timer.member()));
      case Step.EXPIRY -> offsets.expire(step);
      default -> throw new IllegalStateException("no such timer: " + timer);
    }
    return step.decision();
  }

  private static void ifClassic(Step step, TimerKey timer, BiConsumer<Step, ClassicGroup> action) {
    step.state().classic(timer.group()).ifPresent(group -> action.accept(step, group));
  }

  private static void ifConsumers(
      Step step, TimerKey timer, BiConsumer<Step, ConsumerGroup> action) {
    step.state().consumers(timer.group()).ifPresent(group -> action.accept(step, group));
  }
}
