package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.group.ClassicGroup.State;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashTreePSet;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Groups of the classic protocol as records, in Kafka's format GroupMetadataValue: a generation
 * with its members and their assignments. Versions 0 to 4 are read, and 3 is written, the newest in
 * the encoding that all tools know.
 */
final class GroupRecords {
  private static final int WRITTEN = 3;
  private static final int FIRST_COMPACT = 4;
  private static final int FIRST_WITH_REBALANCE_TIMEOUT = 1;
  private static final int FIRST_WITH_TIME = 2;
  private static final int FIRST_WITH_INSTANCE = 3;

  private GroupRecords() {}

  /** The record of a group that is empty or stable. */
  static CoordinatorRecord of(ClassicGroup group) {
    FieldWriter out =
        new FieldWriter()
            .int16(WRITTEN)
            .string(group.protocolType().orElse(""))
            .int32(group.generation())
            .optional(group.protocol())
            .optional(group.leader())
            .int64(group.stateSinceMs())
            .int32(group.members().size());
    for (ClassicMember member : group.members().values()) {
      out.string(member.id())
          .optional(member.instanceId())
          .string(member.clientId())
          .string(member.clientHost())
          .int32(member.rebalanceTimeoutMs())
          .int32(member.sessionTimeoutMs())
          .bytes(group.metadataOf(member))
          .bytes(member.assignment());
    }
    return new CoordinatorRecord(
        new RecordKey.OfGroup(group.id()).encode(), Optional.of(out.written()));
  }

  /** The record that there is no such group any more. */
  static CoordinatorRecord gone(String group) {
    return new CoordinatorRecord(new RecordKey.OfGroup(group).encode(), Optional.empty());
  }

  /** Reads a record's value. */
  static ClassicGroup decode(String id, Bytes value) {
    ByteBuffer bytes = ByteBuffer.wrap(value.array());
    int version = bytes.getShort();
    if (version < 0 || version > FIRST_COMPACT) {
      throw new IllegalArgumentException("GroupMetadataValue has no version " + version);
    }
    FieldReader in = new FieldReader(bytes, version, FIRST_COMPACT);
    Optional<String> type = Optional.of(in.string()).filter(text -> !text.isEmpty());
    int generation = in.int32();
    Optional<String> protocol = in.optional();
    Optional<String> leader = in.optional();
    long since = version >= FIRST_WITH_TIME ? in.int64() : -1;
    PSortedMap<String, ClassicMember> members = TreePMap.empty();
    int count = in.count();
    for (int i = 0; i < count; i++) {
      ClassicMember member = member(in, version, protocol.orElse(""));
      members = members.plus(member.id(), member);
    }
    in.skipTagged();
    return new ClassicGroup(
        id,
        members.isEmpty() ? State.EMPTY : State.STABLE,
        type,
        generation,
        protocol,
        leader,
        members,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        Optional.empty(),
        since);
  }

  private static ClassicMember member(FieldReader in, int version, String protocol) {
    String id = in.string();
    Optional<String> instanceId = version >= FIRST_WITH_INSTANCE ? in.optional() : Optional.empty();
    String clientId = in.string();
    String clientHost = in.string();
    int rebalanceTimeoutMs = version >= FIRST_WITH_REBALANCE_TIMEOUT ? in.int32() : -1;
    int sessionTimeoutMs = in.int32();
    Bytes subscription = in.bytes();
    Bytes assignment = in.bytes();
    in.skipTagged();
    return new ClassicMember(
        id,
        instanceId,
        clientId,
        clientHost,
        rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
        sessionTimeoutMs,
        List.of(new Protocol(protocol, subscription)),
        assignment,
        false,
        ClassicMember.NOBODY,
        ClassicMember.NOBODY);
  }
}
