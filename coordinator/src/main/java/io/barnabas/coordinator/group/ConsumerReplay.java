package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * What records of {@link ConsumerRecords} say. As the cleaner leaves only the last record of each
 * key, they may come in any order: one about a group or a member that is not there yet begins it.
 */
final class ConsumerReplay {
  private static final int TAG = 0;

  private ConsumerReplay() {}

  /** The group as it is, or a new one; a classic one of that id is gone by this record. */
  private static ConsumerGroup group(GroupsState state, String id) {
    return state.consumers(id).orElseGet(() -> ConsumerGroup.empty(id));
  }

  private static FieldReader reader(Bytes value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.array());
    int version = bytes.getShort();
    if (version != 0) {
      throw new IllegalArgumentException("a record of a consumer group has version " + version);
    }
    return new FieldReader(bytes, version, 0);
  }

  static GroupsState epoch(GroupsState state, String id, Optional<Bytes> value) {
    if (value.isEmpty()) {
      return state.consumers(id).isPresent() ? state.without(id) : state;
    }
    FieldReader in = reader(value.get());
    int epoch = in.int32();
    return state.with(group(state, id).in(epoch, onlyLong(in)));
  }

  static GroupsState targetEpoch(GroupsState state, String id, Optional<Bytes> value) {
    if (value.isEmpty()) {
      return state.consumers(id).map(group -> state.with(group.assigned(0, 0))).orElse(state);
    }
    FieldReader in = reader(value.get());
    int epoch = in.int32();
    return state.with(group(state, id).assigned(epoch, onlyLong(in)));
  }

  private static long onlyLong(FieldReader in) {
    long[] read = {0};
    in.tagged(
        (tag, field) -> {
          if (tag == TAG) {
            read[0] = field.getLong();
          }
        });
    return read[0];
  }

  static GroupsState member(GroupsState state, String id, String memberId, Optional<Bytes> value) {
    if (value.isEmpty()) {
      return state.consumers(id).map(group -> state.with(group.without(memberId))).orElse(state);
    }
    ConsumerGroup group = group(state, id);
    ConsumerMember member = group.member(memberId).orElseGet(() -> ConsumerMember.named(memberId));
    return state.with(group.with(member.with(metadata(reader(value.get())))));
  }

  private static MemberMetadata metadata(FieldReader in) {
    Optional<String> instanceId = in.optional();
    Optional<String> rackId = in.optional();
    String clientId = in.string();
    String clientHost = in.string();
    SortedSet<String> topics = strings(in);
    Optional<String> regex = in.optional();
    int rebalanceTimeoutMs = in.int32();
    Optional<String> assignor = in.optional();
    List<MemberMetadata.Classic> classic = new ArrayList<>();
    in.tagged(
        (tag, field) -> {
          if (tag == TAG && field.get() > 0) {
            classic.add(classic(new FieldReader(field, 0, 0)));
          }
        });
    return new MemberMetadata(
        instanceId,
        rackId,
        clientId,
        clientHost,
        topics,
        regex,
        rebalanceTimeoutMs,
        assignor,
        classic.stream().findFirst());
  }

  private static MemberMetadata.Classic classic(FieldReader in) {
    int sessionTimeoutMs = in.int32();
    List<Protocol> protocols = new ArrayList<>();
    int count = in.count();
    for (int i = 0; i < count; i++) {
      protocols.add(new Protocol(in.string(), in.bytes()));
      in.skipTagged();
    }
    return new MemberMetadata.Classic(sessionTimeoutMs, protocols);
  }

  private static SortedSet<String> strings(FieldReader in) {
    SortedSet<String> strings = new TreeSet<>();
    int count = in.count();
    for (int i = 0; i < count; i++) {
      strings.add(in.string());
    }
    return strings;
  }

  static GroupsState target(GroupsState state, String id, String memberId, Optional<Bytes> value) {
    if (value.isEmpty()) {
      return state
          .consumers(id)
          .map(group -> state.with(group.withoutTarget(memberId)))
          .orElse(state);
    }
    FieldReader in = reader(value.get());
    NavigableSet<PartitionId> target = new TreeSet<>();
    int topics = in.count();
    for (int i = 0; i < topics; i++) {
      Uuid topic = in.uuid();
      int count = in.count();
      for (int j = 0; j < count; j++) {
        target.add(new PartitionId(topic, in.int32()));
      }
      in.skipTagged();
    }
    return state.with(group(state, id).withTarget(memberId, target));
  }

  static GroupsState current(GroupsState state, String id, String memberId, Optional<Bytes> value) {
    if (value.isEmpty()) {
      return state
          .consumers(id)
          .flatMap(
              group -> group.member(memberId).map(m -> group.with(m.with(CurrentAssignment.NEW))))
          .map(state::with)
          .orElse(state);
    }
    ConsumerGroup group = group(state, id);
    ConsumerMember member = group.member(memberId).orElseGet(() -> ConsumerMember.named(memberId));
    FieldReader in = reader(value.get());
    int epoch = in.int32();
    int previousEpoch = in.int32();
    CurrentAssignment.State at = CurrentAssignment.State.of(in.int8());
    SortedMap<PartitionId, Integer> assigned = partitions(in, epoch);
    SortedMap<PartitionId, Integer> revoking = partitions(in, epoch);
    return state.with(
        group.with(
            member.with(new CurrentAssignment(epoch, previousEpoch, at, assigned, revoking))));
  }

  /** What was written without epochs may be committed for in the epoch of the member only. */
  private static SortedMap<PartitionId, Integer> partitions(FieldReader in, int otherwise) {
    SortedMap<PartitionId, Integer> partitions = new TreeMap<>();
    int topics = in.count();
    for (int i = 0; i < topics; i++) {
      Uuid topic = in.uuid();
      int count = in.count();
      List<PartitionId> numbers = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        numbers.add(new PartitionId(topic, in.int32()));
      }
      List<Integer> epochs = new ArrayList<>();
      in.tagged(
          (tag, field) -> {
            if (tag == TAG) {
              epochs.addAll(epochs(new FieldReader(field, 0, 0), count));
            }
          });
      for (int j = 0; j < count; j++) {
        partitions.put(numbers.get(j), j < epochs.size() ? epochs.get(j) : otherwise);
      }
    }
    return partitions;
  }

  private static List<Integer> epochs(FieldReader in, int expected) {
    int count = in.count();
    List<Integer> epochs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      epochs.add(in.int32());
    }
    return count == expected ? epochs : List.of();
  }

  static GroupsState regex(GroupsState state, String id, String regex, Optional<Bytes> value) {
    ConsumerGroup group = group(state, id);
    if (value.isEmpty()) {
      return state.consumers(id).isPresent()
          ? state.with(group.withRegexes(group.regexes().minus(regex)))
          : state;
    }
    FieldReader in = reader(value.get());
    ResolvedRegex resolved = new ResolvedRegex(strings(in), in.int64(), in.int64());
    return state.with(group.withRegexes(group.regexes().plus(regex, resolved)));
  }
}
