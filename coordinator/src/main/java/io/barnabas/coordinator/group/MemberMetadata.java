package io.barnabas.coordinator.group;

import io.barnabas.coordinator.group.ClassicMember.Protocol;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a member of a consumer group says of itself.
 *
 * @param instanceId what a static member is known by
 * @param rackId where it is
 * @param clientHost as Kafka shows it: {@code /10.0.0.1}
 * @param topics that it names
 * @param regex for the names of further topics
 * @param rebalanceTimeoutMs how long it may take to give partitions up
 * @param assignor that it likes best
 * @param classic if it speaks the classic protocol
 */
record MemberMetadata(
    Optional<String> instanceId,
    Optional<String> rackId,
    String clientId,
    String clientHost,
    SortedSet<String> topics,
    Optional<String> regex,
    int rebalanceTimeoutMs,
    Optional<String> assignor,
    Optional<Classic> classic) {
  /** Of somebody who has said nothing. */
  static final MemberMetadata NONE =
      new MemberMetadata(
          Optional.empty(),
          Optional.empty(),
          "",
          "",
          Collections.emptySortedSet(),
          Optional.empty(),
          -1,
          Optional.empty(),
          Optional.empty());

  /** What only members that speak the classic protocol say. */
  record Classic(int sessionTimeoutMs, List<Protocol> protocols) {
    Classic {
      protocols = List.copyOf(protocols);
    }
  }

  MemberMetadata {
    topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
  }

  /** Whether it reads the same topics, and has them shared out in the same way. */
  boolean subscribesLike(MemberMetadata other) {
    return topics.equals(other.topics)
        && regex.equals(other.regex)
        && assignor.equals(other.assignor);
  }
}
