package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * Groups of the consumer protocol as records, in Kafka's formats ConsumerGroupMetadata,
 * ConsumerGroupMemberMetadata, ConsumerGroupTargetAssignmentMetadata,
 * ConsumerGroupTargetAssignmentMember, ConsumerGroupCurrentMemberAssignment and
 * ConsumerGroupRegularExpression, each in version 0, as Kafka 4.4 writes them. {@link
 * ConsumerReplay} reads them.
 */
final class ConsumerRecords {
  private static final int VERSION = 0;
  private static final int ONLY_TAG = 0;
  private static final int PRESENT = 1;

  private ConsumerRecords() {}

  private static FieldWriter value() {
    return new FieldWriter().int16(VERSION);
  }

  private static CoordinatorRecord record(RecordKey key, FieldWriter value) {
    return new CoordinatorRecord(key.encode(), Optional.of(value.written()));
  }

  private static CoordinatorRecord gone(RecordKey key) {
    return new CoordinatorRecord(key.encode(), Optional.empty());
  }

  /** A group's epoch. */
  static CoordinatorRecord epoch(ConsumerGroup group) {
    FieldWriter value = value().int32(group.epoch());
    if (group.metadataHash() == 0) {
      value.varint(0);
    } else {
      value.onlyTagged(ONLY_TAG, new FieldWriter().int64(group.metadataHash()).written());
    }
    return record(new RecordKey.OfConsumers(group.id()), value);
  }

  /** The epoch that a group's targets are made for. */
  static CoordinatorRecord targetEpoch(ConsumerGroup group) {
    FieldWriter value = value().int32(group.assignmentEpoch());
    if (group.assignedMs() == 0) {
      value.varint(0);
    } else {
      value.onlyTagged(ONLY_TAG, new FieldWriter().int64(group.assignedMs()).written());
    }
    return record(new RecordKey.OfTargetEpoch(group.id()), value);
  }

  /** What a member says of itself. */
  static CoordinatorRecord member(String group, ConsumerMember member) {
    MemberMetadata said = member.metadata();
    FieldWriter value =
        value()
            .compactOptional(said.instanceId())
            .compactOptional(said.rackId())
            .compactString(said.clientId())
            .compactString(said.clientHost());
    strings(value, said.topics());
    value
        .compactOptional(said.regex())
        .int32(said.rebalanceTimeoutMs())
        .compactOptional(said.assignor());
    if (said.classic().isPresent()) {
      value.onlyTagged(ONLY_TAG, classic(said.classic().get()));
    } else {
      value.varint(0);
    }
    return record(new RecordKey.OfMember(group, member.id()), value);
  }

  private static Bytes classic(MemberMetadata.Classic classic) {
    FieldWriter value =
        new FieldWriter()
            .int8(PRESENT)
            .int32(classic.sessionTimeoutMs())
            .compactCount(classic.protocols().size());
    for (Protocol protocol : classic.protocols()) {
      value.compactString(protocol.name()).compactBytes(protocol.metadata()).varint(0);
    }
    return value.varint(0).written();
  }

  private static void strings(FieldWriter value, Collection<String> strings) {
    value.compactCount(strings.size());
    strings.forEach(value::compactString);
  }

  /** What a member is to have. */
  static CoordinatorRecord target(String group, String member, SortedSet<PartitionId> target) {
    SortedMap<Uuid, List<Integer>> byTopic = new TreeMap<>();
    for (PartitionId each : target) {
      byTopic.computeIfAbsent(each.topic(), _ -> new ArrayList<>()).add(each.number());
    }
    FieldWriter value = value().compactCount(byTopic.size());
    byTopic.forEach(
        (topic, numbers) -> {
          value.uuid(topic).compactCount(numbers.size());
          numbers.forEach(value::int32);
          value.varint(0);
        });
    return record(new RecordKey.OfTarget(group, member), value.varint(0));
  }

  /** Where a member has got to. */
  static CoordinatorRecord current(String group, ConsumerMember member) {
    CurrentAssignment current = member.current();
    FieldWriter value =
        value()
            .int32(current.epoch())
            .int32(current.previousEpoch())
            .int8(current.state().number());
    partitions(value, current.assigned());
    partitions(value, current.revoking());
    return record(new RecordKey.OfCurrent(group, member.id()), value.varint(0));
  }

  private static void partitions(FieldWriter value, SortedMap<PartitionId, Integer> partitions) {
    SortedMap<Uuid, SortedMap<Integer, Integer>> byTopic = new TreeMap<>();
    partitions.forEach(
        (each, epoch) ->
            byTopic.computeIfAbsent(each.topic(), _ -> new TreeMap<>()).put(each.number(), epoch));
    value.compactCount(byTopic.size());
    byTopic.forEach(
        (topic, epochs) -> {
          value.uuid(topic).compactCount(epochs.size());
          epochs.keySet().forEach(value::int32);
          FieldWriter tagged = new FieldWriter().compactCount(epochs.size());
          epochs.values().forEach(tagged::int32);
          value.onlyTagged(ONLY_TAG, tagged.written());
        });
  }

  /** What a regular expression matches. */
  static CoordinatorRecord regex(String group, String regex, ResolvedRegex resolved) {
    FieldWriter value = value();
    strings(value, resolved.topics());
    value.int64(resolved.version()).int64(resolved.resolvedMs()).varint(0);
    return record(new RecordKey.OfRegex(group, regex), value);
  }

  static CoordinatorRecord regexGone(String group, String regex) {
    return gone(new RecordKey.OfRegex(group, regex));
  }

  static CoordinatorRecord targetGone(String group, String member) {
    return gone(new RecordKey.OfTarget(group, member));
  }

  /** The records that there is no such member any more. */
  static List<CoordinatorRecord> memberGone(String group, String member) {
    return List.of(
        gone(new RecordKey.OfCurrent(group, member)),
        targetGone(group, member),
        gone(new RecordKey.OfMember(group, member)));
  }

  /** The records that there is no such group any more. */
  static List<CoordinatorRecord> gone(ConsumerGroup group) {
    List<CoordinatorRecord> records = new ArrayList<>();
    group.regexes().keySet().stream()
        .sorted()
        .forEach(regex -> records.add(regexGone(group.id(), regex)));
    Set<String> targets = group.targets().keySet();
    targets.stream()
        .filter(member -> !group.members().containsKey(member))
        .sorted()
        .forEach(member -> records.add(targetGone(group.id(), member)));
    group.members().keySet().forEach(member -> records.addAll(memberGone(group.id(), member)));
    records.add(gone(new RecordKey.OfTargetEpoch(group.id())));
    records.add(gone(new RecordKey.OfConsumers(group.id())));
    return records;
  }
}
