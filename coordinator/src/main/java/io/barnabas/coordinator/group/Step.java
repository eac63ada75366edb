package io.barnabas.coordinator.group;

import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Effect;
import io.barnabas.coordinator.TimerKey;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A decision while it is being made. For one thread; ends with {@link #decision}. */
final class Step {
  /** A member's, or a newcomer's that was given an id: until when it may be silent. */
  static final String SESSION = "session";

  /** A group's: until when members may join again. */
  static final String JOIN = "join";

  /** A group's: how long it waits for newcomers before its first generation. */
  static final String GATHER = "gather";

  /** A group's: until when members may ask for their assignment. */
  static final String SYNC = "sync";

  /** A member's of a consumer group: until when it has to give up what it has to. */
  static final String REVOKE = "revoke";

  /** A classic member's of a consumer group: until when it has to join again. */
  static final String REJOIN = "rejoin";

  /** A classic member's of a consumer group: until when it has to ask for its assignment. */
  static final String RESYNC = "resync";

  /** Of all groups: when to look for what is to be forgotten. */
  static final String EXPIRY = "expiry";

  private final long nowMs;
  private final List<CoordinatorRecord> records = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private GroupsState state;

  Step(GroupsState state, long nowMs) {
    this.state = state;
    this.nowMs = nowMs;
  }

  long nowMs() {
    return nowMs;
  }

  GroupsState state() {
    return state;
  }

  /** How many records there are until now. */
  int recordCount() {
    return records.size();
  }

  Decision<GroupsState> decision() {
    return new Decision<>(records, state, effects);
  }

  /** Keeps a change that need not outlast the leadership. */
  void keep(Group group) {
    state = state.with(group);
  }

  /** Keeps a group as it is, for good. */
  void store(ClassicGroup group) {
    state = state.with(group);
    records.add(GroupRecords.of(group));
  }

  /** Keeps a group in which a record changes something. */
  <G extends Group> G write(G changed, CoordinatorRecord record) {
    state = state.with(changed);
    records.add(record);
    return changed;
  }

  /** Forgets a group for good; its offsets stay. */
  void forget(String group) {
    Group known = state.groups().get(group);
    if (known instanceof ConsumerGroup consumers) {
      state = state.without(group);
      records.addAll(ConsumerRecords.gone(consumers));
    } else if (known != null) {
      state = state.without(group);
      records.add(GroupRecords.gone(group));
      cancel(JOIN, group, "");
      cancel(GATHER, group, "");
      cancel(SYNC, group, "");
    }
  }

  /** Forgets a group of the consumer protocol for good, if it is one. */
  void forgetIfConsumers(String group) {
    if (state.consumers(group).isPresent()) {
      forget(group);
    }
  }

  void store(String group, TopicPartition partition, CommittedOffset offset) {
    state = state.with(group, partition, offset);
    records.add(OffsetRecords.of(group, partition, offset));
  }

  void forget(String group, TopicPartition partition) {
    state = state.without(group, partition);
    records.add(OffsetRecords.gone(group, partition));
  }

  void answer(long waiter, Object answer) {
    effects.add(new Effect.Answer(waiter, answer));
  }

  /** Answers a member that joins, if it waits. */
  void refuseJoin(ClassicMember member, String memberId, Errors error) {
    if (member.awaitsJoin()) {
      answer(member.joinWaiter(), refusedJoin(memberId, error));
    }
  }

  /** Answers a member that waits for its assignment, if it does. */
  void refuseSync(ClassicMember member, Errors error) {
    if (member.awaitsSync()) {
      answer(member.syncWaiter(), new SyncGroupResponseData().setErrorCode(error.code()));
    }
  }

  static JoinGroupResponseData refusedJoin(String memberId, Errors error) {
    return new JoinGroupResponseData()
        .setMemberId(memberId)
        .setErrorCode(error.code())
        .setGenerationId(-1)
        .setProtocolName(null)
        .setProtocolType(null)
        .setLeader("");
  }

  void timer(String kind, String group, String member, long delayMs) {
    effects.add(new Effect.SetTimer(new TimerKey(kind, group, member), delayMs));
  }

  void timerIfNone(String kind, String group, String member, long delayMs) {
    effects.add(new Effect.StartTimer(new TimerKey(kind, group, member), delayMs));
  }

  void cancel(String kind, String group, String member) {
    effects.add(new Effect.CancelTimer(new TimerKey(kind, group, member)));
  }

  /** A member has been heard of, and may be silent for as long as it said from now on. */
  void heard(ClassicGroup group, ClassicMember member) {
    timer(SESSION, group.id(), member.id(), member.sessionTimeoutMs());
  }
}
