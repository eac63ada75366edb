package io.barnabas.coordinator.group;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All groups of a partition. Immutable, and cheap to change.
 *
 * @param groups those that have or had members
 * @param offsets what was committed, by group; none of them is empty
 */
public record GroupsState(
    PMap<String, Group> groups, PMap<String, PMap<TopicPartition, CommittedOffset>> offsets) {
  /** There are none. */
  static final GroupsState EMPTY = new GroupsState(HashTreePMap.empty(), HashTreePMap.empty());

  /** A group that has members, had some, or has offsets. */
  Optional<Group> group(String id) {
    Group known = groups.get(id);
    if (known == null && offsets.containsKey(id)) {
      return Optional.of(ClassicGroup.empty(id));
    }
    return Optional.ofNullable(known);
  }

  /** A group that is none of the consumer protocol; one that has nothing but offsets is none. */
  Optional<ClassicGroup> classic(String id) {
    return group(id).filter(ClassicGroup.class::isInstance).map(ClassicGroup.class::cast);
  }

  /** A group of the consumer protocol. */
  Optional<ConsumerGroup> consumers(String id) {
    return Optional.ofNullable(groups.get(id))
        .filter(ConsumerGroup.class::isInstance)
        .map(ConsumerGroup.class::cast);
  }

  /** What a group committed. */
  Map<TopicPartition, CommittedOffset> offsetsOf(String group) {
    PMap<TopicPartition, CommittedOffset> found = offsets.get(group);
    return found == null ? Map.of() : found;
  }

  /** The ids of all groups. */
  Set<String> ids() {
    Set<String> ids = new HashSet<>(groups.keySet());
    ids.addAll(offsets.keySet());
    return ids;
  }

  GroupsState with(Group group) {
    return new GroupsState(groups.plus(group.id(), group), offsets);
  }

  GroupsState without(String group) {
    return new GroupsState(groups.minus(group), offsets);
  }

  GroupsState with(String group, TopicPartition partition, CommittedOffset offset) {
    PMap<TopicPartition, CommittedOffset> before =
        offsets.getOrDefault(group, HashTreePMap.empty());
    return new GroupsState(groups, offsets.plus(group, before.plus(partition, offset)));
  }

  GroupsState without(String group, TopicPartition partition) {
    PMap<TopicPartition, CommittedOffset> before = offsets.get(group);
    if (before == null) {
      return this;
    }
    PMap<TopicPartition, CommittedOffset> left = before.minus(partition);
    return new GroupsState(
        groups, left.isEmpty() ? offsets.minus(group) : offsets.plus(group, left));
  }
}
