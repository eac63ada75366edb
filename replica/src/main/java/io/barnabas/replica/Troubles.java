package io.barnabas.replica;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Which partitions of one leader cannot be followed, for an operator: not before that has lasted,
 * as it is how a new partition begins whose leader has not opened it yet, and all in one line. Used
 * by the fetcher's thread.
 */
final class Troubles {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final int leader;
  private final Set<FollowedPartition> untold = new LinkedHashSet<>();

  Troubles(int leader) {
    this.leader = leader;
  }

  /** Takes notice of whether a partition could be followed just now. */
  void note(FollowedPartition partition) {
    if (partition.isGood()) {
      untold.remove(partition);
    } else if (!partition.isTold()) {
      untold.add(partition);
    }
  }

  /** What to tell of all, once one of them has lasted. */
  Optional<String> lasting(Predicate<FollowedPartition> isFollowed, long nowNanos) {
    untold.removeIf(isFollowed.negate());
    if (untold.stream().noneMatch(each -> each.badNanos(nowNanos) >= PATIENCE_NANOS)) {
      return Optional.empty();
    }
    List<FollowedPartition> all = new ArrayList<>(untold);
    untold.clear();
    all.forEach(FollowedPartition::told);
    FollowedPartition first = all.getFirst();
    return Optional.of(
        "%s of node %d cannot be followed for now, and tried again and again; %s: %s"
            .formatted(
                all.size() == 1 ? "One partition" : all.size() + " partitions",
                leader,
                first.id().topicPartition(),
                first.trouble()));
  }
}
