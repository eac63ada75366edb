package io.barnabas.replica;

import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one leader is asked for, from round to round. A round looks only at the partitions that
 * something happened to, and at those that have to wait; what changes by itself, such as where a
 * log begins, is seen when all are looked at, once a second. Used under its fetcher's monitor.
 */
final class FetchPlan {
  private static final long LOOK_AT_ALL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Asked(FollowedPartition partition, Wanted wanted) {}

  private final int maxWaitMs;
  private final Map<TopicIdPartition, FollowedPartition> followed = new LinkedHashMap<>();
  private final Map<TopicIdPartition, Asked> asked = new HashMap<>();

  /** Those to look at before the next round. */
  private final Set<TopicIdPartition> due = new LinkedHashSet<>();

  /** Those to look at before every round: they wait, or may have to. */
  private final Set<TopicIdPartition> restless = new LinkedHashSet<>();

  // What the next order has to say.
  private final Map<TopicIdPartition, Wanted> changed = new LinkedHashMap<>();
  private final Set<TopicIdPartition> unwanted = new LinkedHashSet<>();

  private long allDueNanos;
  private int waitMs;

  FetchPlan(int maxWaitMs, long nowNanos) {
    this.maxWaitMs = maxWaitMs;
    waitMs = maxWaitMs;
    allDueNanos = nowNanos + LOOK_AT_ALL_NANOS;
  }

  /** Follows a partition from now on, unless it is followed in that epoch or a later one. */
  boolean follow(FollowedPartition partition) {
    FollowedPartition before = followed.get(partition.id());
    if (before != null && before.leaderEpoch() >= partition.leaderEpoch()) {
      return false;
    }
    followed.put(partition.id(), partition);
    due.add(partition.id());
    return true;
  }

  /** Follows it no longer. */
  void forget(TopicIdPartition id) {
    if (followed.remove(id) != null) {
      due.add(id);
    }
  }

  boolean followsNothing() {
    return followed.isEmpty();
  }

  /** Whether this is how the partition is followed. */
  boolean follows(FollowedPartition partition) {
    return partition.equals(followed.get(partition.id()));
  }

  /** The partition for which the answer of the last round is; null if there is none. */
  @Nullable FollowedPartition answered(TopicIdPartition id) {
    Asked last = asked.get(id);
    if (last == null) {
      return null;
    }
    due.add(id);
    return last.partition();
  }

  /** Finds out what to ask for now; whether there is anything. */
  boolean look(long nowNanos) {
    if (nowNanos - allDueNanos >= 0) {
      allDueNanos = nowNanos + LOOK_AT_ALL_NANOS;
      due.addAll(followed.keySet());
    }
    due.addAll(restless);
    waitMs = maxWaitMs;
    due.forEach(id -> look(id, nowNanos));
    due.clear();
    return !asked.isEmpty();
  }

  private void look(TopicIdPartition id, long nowNanos) {
    FollowedPartition partition = followed.get(id);
    if (partition == null) {
      restless.remove(id);
      rest(id);
      return;
    }
    long pauseNanos = partition.notBeforeNanos() - nowNanos;
    if (pauseNanos > 0) {
      waitMs = Math.min(waitMs, 1 + (int) Math.min(maxWaitMs, pauseNanos / 1_000_000));
      restless.add(id);
      rest(id);
    } else if (!partition.log().isUsable() || partition.isHeldBack()) {
      restless.add(id);
      rest(id);
    } else {
      if (partition.isThrottled()) {
        restless.add(id);
      } else {
        restless.remove(id);
      }
      ask(partition);
    }
  }

  private void rest(TopicIdPartition id) {
    if (asked.remove(id) != null) {
      changed.remove(id);
      unwanted.add(id);
    }
  }

  private void ask(FollowedPartition partition) {
    Wanted wanted = partition.wanted();
    Asked before = asked.put(partition.id(), new Asked(partition, wanted));
    if (before == null || !before.wanted().equals(wanted)) {
      unwanted.remove(partition.id());
      changed.put(partition.id(), wanted);
    }
  }

  /** How long until more may be asked for, as far as is known now. */
  int waitMs() {
    return waitMs;
  }

  /** The round that was found last. */
  FetchOrder order(long brokerEpoch) {
    FetchOrder order =
        new FetchOrder(
            brokerEpoch, new ArrayList<>(changed.values()), new ArrayList<>(unwanted), waitMs);
    changed.clear();
    unwanted.clear();
    return order;
  }
}
