package io.barnabas.coordinator.assignor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * What is to be shared out among whom.
 *
 * @param members by id
 * @param partitions how many there are of each topic that somebody has subscribed to
 */
public record AssignorInput(
    SortedMap<String, Member> members, SortedMap<Uuid, Integer> partitions) {
  /**
   * A member.
   *
   * @param instanceId what a static member is known by
   * @param topics to which it has subscribed, of those that are there
   * @param before what it was to have until now
   */
  public record Member(
      Optional<String> instanceId, SortedSet<Uuid> topics, NavigableSet<PartitionId> before) {}

  /** Whether all members have subscribed to the same topics. */
  boolean isHomogeneous() {
    return members.values().stream().map(Member::topics).distinct().count() <= 1;
  }

  /** Nothing for each member. */
  Map<String, NavigableSet<PartitionId>> emptyShares() {
    Map<String, NavigableSet<PartitionId>> shares = new TreeMap<>();
    members.keySet().forEach(id -> shares.put(id, new TreeSet<>()));
    return shares;
  }

  /** All partitions, in their order. */
  List<PartitionId> all() {
    List<PartitionId> all = new ArrayList<>();
    partitions.forEach(
        (topic, count) -> {
          for (int i = 0; i < count; i++) {
            all.add(new PartitionId(topic, i));
          }
        });
    return all;
  }

  /** Whether a member may have a partition. */
  boolean mayHave(Member member, PartitionId partition) {
    Integer count = partitions.get(partition.topic());
    return count != null
        && partition.number() < count
        && member.topics().contains(partition.topic());
  }
}
