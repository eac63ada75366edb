package io.barnabas.cli.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A group: its members, and how far it is in each partition that it owns or has committed.
 *
 * @param members by their ids
 * @param rows by topic and partition
 */
record GroupView(ConsumerGroupDescription group, List<MemberDescription> members, List<Row> rows) {

  /**
   * How far a group is in a partition.
   *
   * @param committed the next offset that it reads; empty when it has not committed
   * @param end behind the last record; empty when nobody tells
   * @param owner who reads it now
   */
  record Row(
      TopicPartition id,
      OptionalLong committed,
      OptionalLong end,
      Optional<MemberDescription> owner) {

    /** How many offsets it has not read. */
    OptionalLong lag() {
      return committed.isPresent() && end.isPresent()
          ? OptionalLong.of(Math.max(0, end.getAsLong() - committed.getAsLong()))
          : OptionalLong.empty();
    }
  }

  /**
   * Asks for it.
   *
   * @throws io.barnabas.cli.CliException if there is no such group
   */
  static GroupView read(Admin admin, String name) {
    ConsumerGroupDescription group =
        GroupErrors.await(
            name,
            Objects.requireNonNull(
                admin.describeConsumerGroups(Set.of(name)).describedGroups().get(name)));
    Map<TopicPartition, Long> committed = committed(admin, name);
    Map<TopicPartition, MemberDescription> owners = new HashMap<>();
    for (MemberDescription member : group.members()) {
      member.assignment().topicPartitions().forEach(id -> owners.put(id, member));
    }
    SortedSet<TopicPartition> all = new TreeSet<>(PartitionOffsets.ORDER);
    all.addAll(committed.keySet());
    all.addAll(owners.keySet());
    Map<TopicPartition, Long> ends = PartitionOffsets.read(admin, all, OffsetSpec.latest());
    List<Row> rows = new ArrayList<>();
    for (TopicPartition id : all) {
      rows.add(
          new Row(
              id,
              PartitionOffsets.of(id, committed),
              PartitionOffsets.of(id, ends),
              Optional.ofNullable(owners.get(id))));
    }
    List<MemberDescription> members =
        group.members().stream()
            .sorted(Comparator.comparing(MemberDescription::consumerId))
            .toList();
    return new GroupView(group, members, rows);
  }

  /** What a group has committed; nothing if there is no such group. */
  static Map<TopicPartition, Long> committed(Admin admin, String group) {
    Map<TopicPartition, OffsetAndMetadata> answers =
        GroupErrors.await(
            group, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    return answers.entrySet().stream()
        .filter(answer -> answer.getValue() != null)
        .collect(Collectors.toMap(Map.Entry::getKey, answer -> answer.getValue().offset()));
  }

  /** How many offsets it has not read of what it has committed and somebody tells the end of. */
  long lag() {
    return rows.stream().map(Row::lag).mapToLong(lag -> lag.orElse(0)).sum();
  }
}
