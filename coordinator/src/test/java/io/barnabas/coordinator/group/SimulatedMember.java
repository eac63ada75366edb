package io.barnabas.coordinator.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A client of the classic protocol that gives up what it has before it joins again. */
final class SimulatedMember {
  private static final long NONE = -1;

  private final MachineDriver driver;
  private final Commands commands;
  private final GroupSimulation rules;
  private final @Nullable String instanceId;

  private String id = "";
  private int generation = -1;
  private long joining = NONE;
  private long syncing = NONE;

  /** What it owns and how far it has read there; empty until it has its assignment. */
  private Optional<Map<TopicPartition, Long>> owned = Optional.empty();

  SimulatedMember(
      MachineDriver driver, Commands commands, GroupSimulation rules, @Nullable String instanceId) {
    this.driver = driver;
    this.commands = commands;
    this.rules = rules;
    this.instanceId = instanceId;
  }

  /** One by whom others know it, for as long as it lives. */
  String name() {
    return instanceId == null ? id : instanceId;
  }

  int generation() {
    return generation;
  }

  Optional<Map<TopicPartition, Long>> owned() {
    return owned;
  }

  /** The coordinator is another one, and what was asked of the last one is not answered. */
  void coordinatorMoved() {
    if (joining != NONE || syncing != NONE) {
      join();
    }
  }

  private void join() {
    owned = Optional.empty();
    syncing = NONE;
    joining = driver.ask(commands.join(id, instanceId, "range"));
  }

  private void joinAnew() {
    id = "";
    join();
  }

  /** Does what is due. */
  void poll() {
    if (joining != NONE) {
      driver.answer(joining, JoinGroupResponseData.class).ifPresent(this::joined);
    } else if (syncing != NONE) {
      driver.answer(syncing, SyncGroupResponseData.class).ifPresent(this::synced);
    } else if (owned.isEmpty()) {
      join();
    } else {
      heartbeat();
    }
  }

  private void joined(JoinGroupResponseData answer) {
    joining = NONE;
    switch (Errors.forCode(answer.errorCode())) {
      case NONE -> {
        id = answer.memberId();
        generation = answer.generationId();
        boolean assigns = answer.leader().equals(id) && !answer.skipAssignment();
        Map<String, String> shares = assigns ? shares(answer.members()) : Map.of();
        syncing = driver.ask(Commands.sync(id, generation, shares));
      }
      case MEMBER_ID_REQUIRED -> {
        id = answer.memberId();
        join();
      }
      case UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID -> joinAnew();
      default -> throw new AssertionError("refused: " + answer);
    }
  }

  private Map<String, String> shares(List<JoinGroupResponseMember> members) {
    Map<String, String> shares = new HashMap<>();
    for (int i = 0; i < rules.partitions().size(); i++) {
      String member = members.get(i % members.size()).memberId();
      shares.merge(member, Integer.toString(i), (a, b) -> a + "," + b);
    }
    return shares;
  }

  private void synced(SyncGroupResponseData answer) {
    syncing = NONE;
    if (answer.errorCode() != Errors.NONE.code()) {
      if (answer.errorCode() != Errors.REBALANCE_IN_PROGRESS.code()) {
        id = "";
      }
      join();
      return;
    }
    Map<TopicPartition, Long> got = new HashMap<>();
    String text = new String(answer.assignment(), UTF_8);
    for (String number : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      TopicPartition partition = rules.partitions().get(Integer.parseInt(number));
      got.put(
          partition,
          driver.offset(Commands.GROUP, partition).map(CommittedOffset::offset).orElse(0L));
    }
    rules.owns(this, got.keySet());
    owned = Optional.of(got);
  }

  private void heartbeat() {
    long asked = driver.ask(Commands.heartbeat(id, generation));
    switch (Errors.forCode(driver.answered(asked, HeartbeatResponseData.class).errorCode())) {
      case NONE -> {}
      case REBALANCE_IN_PROGRESS -> join();
      default -> joinAnew();
    }
  }

  /** Commits one more record of one partition, even if it should know better than to. */
  void commit(int which) {
    List<TopicPartition> mine =
        new ArrayList<>(owned.map(Map::keySet).map(SimulatedMember::sorted).orElse(List.of()));
    if (mine.isEmpty()) {
      return;
    }
    TopicPartition partition = mine.get(which % mine.size());
    long offset = owned.orElseThrow().merge(partition, 1L, Long::sum);
    long asked = driver.ask(Commands.commit(id, generation, partition, offset, ""));
    OffsetCommitResponseData answer = driver.answered(asked, OffsetCommitResponseData.class);
    if (answer.topics().getFirst().partitions().getFirst().errorCode() == Errors.NONE.code()) {
      rules.committed(partition, offset);
    } else {
      joinAnew();
    }
  }

  private static List<TopicPartition> sorted(Iterable<TopicPartition> partitions) {
    TreeSet<TopicPartition> sorted =
        new TreeSet<>((a, b) -> Integer.compare(a.partition(), b.partition()));
    partitions.forEach(sorted::add);
    return List.copyOf(sorted);
  }

  /** Leaves the group, if it knows who it is there. */
  void leave() {
    if (!id.isEmpty()) {
      driver.ask(Commands.leave(id));
    }
  }
}
