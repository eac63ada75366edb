package io.barnabas.server.simulation;

import io.barnabas.server.simulation.GroupHistory.Asked;
import io.barnabas.server.simulation.GroupHistory.Commit;
import io.barnabas.server.simulation.GroupHistory.Hold;
import io.barnabas.server.simulation.GroupHistory.Place;
import io.barnabas.server.simulation.GroupHistory.Told;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who comes to be a member of a group, again and again: joins, says that he lives, commits
 * what he has, and leaves, or is gone without a word, or does nothing for a while and goes on as if
 * no time had passed. In peace he stays. What the two protocols have in common.
 */
abstract class GroupMember implements Runnable {
  static final int SESSION_MS = 1_500;
  static final int REBALANCE_MS = 1_000;
  private static final int BEAT_MS = 250;
  private static final int NOBODY = -1;
  private static final Asked NEVER = new Asked(NOBODY, NOBODY, 0);

  /** By these a coordinator refuses what a member asks for; nothing has become of it. */
  private static final Set<Errors> REFUSALS =
      Set.of(
          Errors.ILLEGAL_GENERATION,
          Errors.UNKNOWN_MEMBER_ID,
          Errors.STALE_MEMBER_EPOCH,
          Errors.FENCED_INSTANCE_ID,
          Errors.REBALANCE_IN_PROGRESS,
          Errors.GROUP_ID_NOT_FOUND);

  /** After these somebody else may be the coordinator. */
  private static final Set<Errors> LOST =
      Set.of(
          Errors.NOT_COORDINATOR,
          Errors.COORDINATOR_NOT_AVAILABLE,
          Errors.COORDINATOR_LOAD_IN_PROGRESS,
          Errors.REQUEST_TIMED_OUT,
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          Errors.UNKNOWN_TOPIC_ID);

  private final GroupsRun run;
  private final Client client;
  private final String group;
  private final @Nullable String instance;
  private final Map<TopicPartition, Hold> held = new HashMap<>();

  /** What it has not any more. */
  private final List<Hold> lost = new ArrayList<>();

  /** How far it has read what it has; of the others it has to ask first. */
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  private int coordinator = NOBODY;
  private int lives;
  private boolean ended;
  private long nextBeatNanos;

  /** When it asked for what showed it last that it is a member. */
  private Asked heard = NEVER;

  /** Whether a coordinator may wait for it to give something up since before it was heard last. */
  private boolean isAwaited;

  GroupMember(GroupsRun run, String name, String group, boolean isStatic) {
    this.run = run;
    this.group = group;
    client = new Client(run, name);
    instance = isStatic ? "i-" + name : null;
  }

  // --- its life

  @Override
  public final void run() {
    try (client) {
      while (!run.isOver()) {
        lives++;
        ended = false;
        begin();
        while (!run.isOver() && !ended) {
          step();
          client.sleep(client.below(60));
        }
        loseAll();
      }
    }
  }

  private void step() {
    int chance = run.nodes().isHealed() ? Integer.MAX_VALUE : client.below(120);
    if (chance == 0) {
      loseAll();
      if (coordinator != NOBODY) {
        leave(coordinator);
      }
      end();
      client.sleep(client.below(400));
    } else if (chance == 1) {
      end();
      client.sleep(client.below(400));
    } else {
      if (chance < 5) {
        client.sleep(client.below(3_000));
        // Before it can have heard that it is no member any more.
        commitOne();
      }
      goOn();
    }
  }

  /** Its machine stands still for a while. */
  final void pause(long ms) {
    client.machine().pause();
    run.nodes().later(ms, client.machine()::resume);
  }

  private void goOn() {
    if (coordinator == NOBODY) {
      findCoordinator();
      return;
    }
    if (client.below(2) == 0) {
      commitOne();
    } else if (!lost.isEmpty() && !run.nodes().isHealed() && client.below(10) == 0) {
      // As if it had been on its way all the time.
      Hold hold = lost.get(client.below(lost.size()));
      commit(hold, hold.epoch(), client.below(50));
    }
    if (coordinator != NOBODY && client.now() >= nextBeatNanos) {
      nextBeatNanos = client.now() + BEAT_MS * ClusterRun.MILLISECOND_NANOS;
      beat(coordinator);
    }
  }

  /** Another life begins, with another id. */
  abstract void begin();

  /** Joins, or says that it lives. */
  abstract void beat(int node);

  /** Says good-bye; whether it is heard is chance. */
  abstract void leave(int node);

  /** What a commit says of it. */
  abstract String memberId();

  abstract int epoch();

  /** Whether it has an epoch to commit in. */
  abstract boolean isIn();

  /** This life is over. */
  final void end() {
    ended = true;
  }

  /** Does what is next at once. */
  final void hurry() {
    nextBeatNanos = 0;
  }

  final GroupsRun cluster() {
    return run;
  }

  final Client client() {
    return client;
  }

  final String group() {
    return group;
  }

  final int lives() {
    return lives;
  }

  final @Nullable String instance() {
    return instance;
  }

  // --- its coordinator

  private void findCoordinator() {
    FindCoordinatorRequestData request =
        new FindCoordinatorRequestData().setCoordinatorKeys(List.of(group));
    Optional<ApiMessage> answer =
        client.ask(client.anyNode(), ApiKeys.FIND_COORDINATOR, 4, request);
    if (answer.isPresent()) {
      var found = ((FindCoordinatorResponseData) answer.get()).coordinators().getFirst();
      if (found.errorCode() == Errors.NONE.code()) {
        coordinator = found.nodeId();
        return;
      }
    }
    client.sleep(20);
  }

  final void forgetCoordinator() {
    coordinator = NOBODY;
  }

  /** Whether an error says that it has to look for its coordinator; it does. */
  final boolean isLost(Errors error) {
    if (LOST.contains(error)) {
      forgetCoordinator();
      return true;
    }
    return false;
  }

  final void impossible(ApiKeys api, Errors error) {
    run.history().add(new History.Impossible("%s to %s from %s".formatted(error, memberId(), api)));
  }

  // --- what it has

  final Set<TopicPartition> held() {
    return held.keySet();
  }

  final void loseAll() {
    keep(Set.of());
    isAwaited = false;
  }

  private void keep(Collection<TopicPartition> partitions) {
    held.forEach(
        (partition, hold) -> {
          if (!partitions.contains(partition)) {
            lost.add(hold);
          }
        });
    held.keySet().retainAll(partitions);
    positions.keySet().retainAll(partitions);
  }

  /** It was told what it has, and has that and nothing else from now on. */
  final void has(Collection<TopicPartition> told, Asked asked) {
    // It may have waited already since an answer that was lost.
    isAwaited |= !told.containsAll(held.keySet());
    keep(told);
    Told now = run.told(asked, group);
    for (TopicPartition partition : told) {
      Place place = new Place(group, partition);
      Hold hold = new Hold(place, memberId(), instance, epoch(), asked, now);
      run.groups().holds(hold, run.hasEpochsOnce());
      held.put(partition, hold);
      run.members().forEach(other -> other.notNowAs(hold, this));
    }
    heard = isAwaited ? NEVER : asked;
  }

  /** A coordinator has taken it for a member with what it has. */
  final void confirmed(Asked asked) {
    held.values().forEach(hold -> run.groups().beat(hold, asked));
    heard = isAwaited ? NEVER : asked;
  }

  /** A coordinator knows that it has given up what it was told to. */
  final void hasGivenUp() {
    isAwaited = false;
  }

  /**
   * Somebody else has something from now on. This one must not have it then, but for what it was
   * not told, as it has been silent for longer than a coordinator waits.
   */
  private void notNowAs(Hold hold, GroupMember who) {
    Hold mine = held.get(hold.place().partition());
    if (who == this || mine == null || !mine.place().equals(hold.place()) || !mine.isBefore(hold)) {
      return;
    }
    long silentNanos = run.now() - heard.nanos();
    if (heard.leaderEpoch() == hold.told().leaderEpoch()
        && silentNanos < Math.min(SESSION_MS, REBALANCE_MS) * ClusterRun.MILLISECOND_NANOS) {
      run.groups().overlap(hold, mine, heard);
    }
  }

  // --- how far it has read

  private void commitOne() {
    if (held.isEmpty() || !isIn() || coordinator == NOBODY) {
      return;
    }
    List<TopicPartition> all = new ArrayList<>(held.keySet());
    all.sort((a, b) -> a.toString().compareTo(b.toString()));
    TopicPartition partition = all.get(client.below(all.size()));
    if (positions.containsKey(partition)) {
      Hold hold = Objects.requireNonNull(held.get(partition));
      commit(hold, epoch(), positions.merge(partition, 1L, Long::sum));
    } else {
      GroupLooks.look(run, client, coordinator, group, all).ifPresent(this::learn);
    }
  }

  private void learn(Map<TopicPartition, Long> committed) {
    committed.forEach(
        (partition, offset) -> {
          if (held.containsKey(partition)) {
            positions.putIfAbsent(partition, Math.max(0, offset));
          }
        });
  }

  private void commit(Hold hold, int epoch, long offset) {
    TopicPartition partition = hold.place().partition();
    Asked asked = run.asking(coordinator, group);
    Commit commit = run.groups().begin(hold, offset, asked);
    int version = client.below(2) == 0 ? 9 : 10;
    OffsetCommitRequestData request =
        new OffsetCommitRequestData()
            .setGroupId(group)
            .setMemberId(hold.member())
            .setGroupInstanceId(instance)
            .setGenerationIdOrMemberEpoch(epoch)
            .setTopics(
                List.of(
                    new OffsetCommitRequestTopic()
                        .setName(version < 10 ? partition.topic() : "")
                        .setTopicId(run.idOf(partition.topic()))
                        .setPartitions(
                            List.of(
                                new OffsetCommitRequestPartition()
                                    .setPartitionIndex(partition.partition())
                                    .setCommittedOffset(offset)
                                    .setCommittedMetadata(commit.text())))));
    Optional<ApiMessage> answer = client.ask(asked.node(), ApiKeys.OFFSET_COMMIT, version, request);
    if (answer.isEmpty()) {
      forgetCoordinator();
      return;
    }
    OffsetCommitResponseData data = (OffsetCommitResponseData) answer.get();
    Errors error = Errors.forCode(data.topics().getFirst().partitions().getFirst().errorCode());
    if (error == Errors.NONE) {
      run.groups().acknowledged(commit, run.told(asked, group));
    } else if (REFUSALS.contains(error)) {
      run.groups().refused(commit, run.told(asked, group));
      hurry();
    } else if (!isLost(error)) {
      impossible(ApiKeys.OFFSET_COMMIT, error);
    }
  }

  @Override
  public String toString() {
    return "%s %s in epoch %d at %d has %s"
        .formatted(group, memberId(), epoch(), coordinator, held.keySet());
  }
}
