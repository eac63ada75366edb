package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.Decision;
import io.barnabas.coordinator.Effect;
import io.barnabas.coordinator.TimerKey;
import io.barnabas.coordinator.group.ClassicGroup.State;
import io.barnabas.metadata.ClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Runs the state machine by hand: with a clock that goes only when it is told to, timers, answers
 * and the records that were written. Every command must be answered exactly once, and what is
 * replayed from the records must be the same as what was decided.
 */
final class MachineDriver {
  private final GroupMachine machine;
  private final Map<TimerKey, Long> timers = new LinkedHashMap<>();
  private final List<CoordinatorRecord> records = new ArrayList<>();
  private final Map<Long, Object> answers = new HashMap<>();
  private final Set<Long> unanswered = new HashSet<>();
  private GroupsState state;
  private long nowMs = 1_000_000;
  private long nextWaiter;

  /** As Kafka has them, but that nobody waits for a new assignment. */
  static final ConsumerLimits CONSUMERS = consumers(0, ConsumerLimits.Migration.BIDIRECTIONAL);

  static ConsumerLimits consumers(int assignmentIntervalMs, ConsumerLimits.Migration migration) {
    return new ConsumerLimits(
        45_000,
        45_000,
        60_000,
        5_000,
        5_000,
        15_000,
        assignmentIntervalMs,
        10,
        List.of("uniform", "range"),
        migration,
        600_000);
  }

  MachineDriver(GroupLimits limits) {
    this(limits, CONSUMERS);
  }

  MachineDriver(GroupLimits limits, ConsumerLimits consumers) {
    machine = new GroupMachine(limits, consumers);
    state = machine.initial();
    take(machine.loaded(state, ClusterImage.empty("c"), nowMs));
  }

  GroupsState state() {
    return state;
  }

  long nowMs() {
    return nowMs;
  }

  /** Asks, and returns the number by which the answer is found. */
  long ask(GroupCommand command) {
    long waiter = nextWaiter++;
    unanswered.add(waiter);
    take(machine.decide(state, command, waiter, nowMs));
    return waiter;
  }

  /** The answer, if there is one yet. */
  <A> Optional<A> answer(long waiter, Class<A> type) {
    return Optional.ofNullable(answers.get(waiter)).map(type::cast);
  }

  /** The answer, which must be there. */
  <A> A answered(long waiter, Class<A> type) {
    return answer(waiter, type).orElseThrow(() -> new AssertionError("no answer"));
  }

  private void take(Decision<GroupsState> decision) {
    records.addAll(decision.records());
    state = decision.state();
    for (Effect effect : decision.effects()) {
      switch (effect) {
        case Effect.Answer(long waiter, Object answer) -> {
          assertThat(unanswered.remove(waiter)).as("answered once: " + answer).isTrue();
          answers.put(waiter, answer);
        }
        case Effect.SetTimer(TimerKey key, long delayMs) -> timers.put(key, nowMs + delayMs);
        case Effect.StartTimer(TimerKey key, long delayMs) ->
            timers.putIfAbsent(key, nowMs + delayMs);
        case Effect.CancelTimer(TimerKey key) -> timers.remove(key);
      }
    }
  }

  /** Has it in the log, whoever wrote that. */
  void store(CoordinatorRecord record) {
    records.add(record);
    state = machine.replay(state, record.key(), record.value());
  }

  /** Lets time pass, and timers run out in their order. */
  void advance(long millis) {
    long end = nowMs + millis;
    while (true) {
      Optional<Map.Entry<TimerKey, Long>> next =
          timers.entrySet().stream().min(Map.Entry.comparingByValue());
      if (next.isEmpty() || next.get().getValue() > end) {
        nowMs = end;
        return;
      }
      nowMs = Math.max(nowMs, next.get().getValue());
      TimerKey key = next.get().getKey();
      timers.remove(key);
      take(machine.expired(state, key, nowMs));
    }
  }

  /** Another node goes on from the records; whoever waited gets no answer. */
  void failOver() {
    failOver(ClusterImage.empty("c"));
  }

  /** The same, with settings of groups. */
  void failOver(ClusterImage image) {
    GroupsState replayed = replayed();
    unanswered.clear();
    timers.clear();
    state = replayed;
    take(machine.loaded(state, image, nowMs));
  }

  private GroupsState replayed() {
    GroupsState replayed = machine.initial();
    for (CoordinatorRecord record : records) {
      replayed = machine.replay(replayed, record.key(), record.value());
    }
    return replayed;
  }

  /** Compares what the records say with what was decided. */
  void checkRecords() {
    GroupsState replayed = replayed();
    assertThat(replayed.offsets()).isEqualTo(state.offsets());
    for (Group group : state.groups().values()) {
      switch (group) {
        case ClassicGroup classic -> {
          if (classic.is(State.STABLE)) {
            assertThat(lasting(replayed.classic(group.id()).orElseThrow()))
                .isEqualTo(lasting(classic));
          }
        }
        case ConsumerGroup consumer ->
            assertThat(lasting(replayed.consumers(group.id()).orElseThrow()))
                .isEqualTo(lasting(consumer));
      }
    }
  }

  private static String lasting(ConsumerGroup group) {
    return "%d %d %d %d %s %s %s"
        .formatted(
            group.epoch(),
            group.metadataHash(),
            group.assignmentEpoch(),
            group.assignedMs(),
            group.members().values().stream().map(member -> member.with(Report.NONE)).toList(),
            new TreeMap<>(group.targets()),
            new TreeMap<>(group.regexes()));
  }

  private static String lasting(ClassicGroup group) {
    Map<String, Bytes> assignments = new TreeMap<>();
    group.members().forEach((id, member) -> assignments.put(id, member.assignment()));
    return "%d %s %s %s"
        .formatted(group.generation(), group.protocol(), group.leader(), hashes(assignments));
  }

  private static String hashes(Map<String, Bytes> assignments) {
    StringBuilder text = new StringBuilder();
    assignments.forEach((id, bytes) -> text.append(id).append(bytes.hashCode()));
    return text.toString();
  }

  ClassicGroup group(String id) {
    return state.classic(id).orElseThrow();
  }

  ConsumerGroup consumers(String id) {
    return state.consumers(id).orElseThrow();
  }

  Optional<CommittedOffset> offset(String group, TopicPartition partition) {
    return Optional.ofNullable(state.offsetsOf(group).get(partition));
  }
}
