package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.StateMachine;
import io.barnabas.coordinator.TimerKey;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The groups of one partition of {@code __consumer_offsets}. Has no state of its own. */
public final class GroupMachine implements StateMachine<GroupsState, GroupCommand> {
  private final GroupLimits limits;
  private final Rebalance rebalance;
  private final Joining joining;
  private final Members members;
  private final Offsets offsets;

  /** With these limits. */
  public GroupMachine(GroupLimits limits) {
    this.limits = limits;
    rebalance = new Rebalance(limits);
    joining = new Joining(limits, rebalance);
    members = new Members(rebalance);
    offsets = new Offsets(limits);
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
              .orElseGet(() -> state.without(group));
      case RecordKey.Unknown _ -> state;
    };
  }

  /** Whoever was a member may be silent for its whole session from now on. */
  @Override
  public Decision<GroupsState> loaded(GroupsState state, long nowMs) {
    Step step = new Step(state, nowMs);
    state
        .groups()
        .values()
        .forEach(group -> group.members().values().forEach(member -> step.heard(group, member)));
    step.timer(Step.EXPIRY, "", "", limits.expiryIntervalMs());
    return step.decision();
  }

  @Override
  public Decision<GroupsState> decide(
      GroupsState state, GroupCommand command, long waiter, long nowMs) {
    Step step = new Step(state, nowMs);
    switch (command) {
      case GroupCommand.Join join -> joining.decide(step, join, waiter);
      case GroupCommand.Sync sync -> members.sync(step, sync.request(), waiter);
      case GroupCommand.Heartbeat beat -> members.heartbeat(step, beat.request(), waiter);
      case GroupCommand.Leave leave -> members.leave(step, leave, waiter);
      case GroupCommand.Commit commit -> offsets.commit(step, commit.request(), waiter);
      case GroupCommand.DeleteOffsets delete -> offsets.delete(step, delete.request(), waiter);
      case GroupCommand.DeleteGroup delete -> offsets.deleteGroup(step, delete.group(), waiter);
      case GroupCommand.ForgetTopics gone -> offsets.forgetTopics(step, gone.topics(), waiter);
    }
    return step.decision();
  }

  @Override
  public Decision<GroupsState> expired(GroupsState state, TimerKey timer, long nowMs) {
    Step step = new Step(state, nowMs);
    switch (timer.kind()) {
      case Step.SESSION ->
          ifThere(step, timer, (s, group) -> rebalance.sessionTimedOut(s, group, timer.member()));
      case Step.JOIN -> ifThere(step, timer, rebalance::joinTimedOut);
      case Step.GATHER -> ifThere(step, timer, rebalance::gathered);
      case Step.SYNC -> ifThere(step, timer, rebalance::syncTimedOut);
      case Step.EXPIRY -> offsets.expire(step);
      default -> throw new IllegalStateException("no such timer: " + timer);
    }
    return step.decision();
  }

  private static void ifThere(Step step, TimerKey timer, BiConsumer<Step, ClassicGroup> action) {
    Optional.ofNullable(step.state().groups().get(timer.group()))
        .ifPresent(group -> action.accept(step, group));
  }
}
