package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of the partitions that a member of a consumer group has itself. Lasts as long as
 * the leadership.
 *
 * <p>An answer may be lost, or the member busy with an older one, and then it may still come to
 * what it was given before. So it is known to have given something up only when it has heard that
 * it has to, which shows in how it reports, and has said what it has since it was told; or when it
 * has said that in a way after which it takes nothing that it was given before. One gap is left, as
 * in Apache Kafka: who says all about itself while it is still coming to something leaves that out.
 *
 * @param owned what it has said since it was told to give something up, of what it was given; empty
 *     if it has not
 * @param hasHeard whether it has heard of what it has to give up
 * @param isFinal whether it takes nothing else but what it is told from now on
 */
record Report(Optional<Set<PartitionId>> owned, boolean hasHeard, boolean isFinal) {
  /** It has not said anything. */
  static final Report NONE = new Report(Optional.empty(), false, false);

  /** It has this, and nothing that it was given before. */
  static Report only(Set<PartitionId> owned) {
    return new Report(Optional.of(owned), true, true);
  }

  /** The next one, by a member that says less if it has got the last answer. */
  Report then(Optional<Set<PartitionId>> says, boolean saysAll) {
    return new Report(says.or(this::owned), hasHeard || !saysAll, false);
  }

  /** Something that it has to give up is news to it, and what it said before says nothing of it. */
  Report unheard() {
    return new Report(Optional.empty(), false, false);
  }

  private boolean lacks(Set<PartitionId> partitions) {
    return owned.isPresent() && partitions.stream().noneMatch(owned.get()::contains);
  }

  /** Whether it has given up what it was told to give up. */
  boolean hasGivenUp(Set<PartitionId> partitions) {
    return hasHeard && lacks(partitions);
  }

  /** Whether it has nothing of this, nor will have by what it was told before. */
  boolean neverHas(Set<PartitionId> partitions) {
    return isFinal && lacks(partitions);
  }
}
