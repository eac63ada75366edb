package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcollections.HashTreePSet;
import org.pcollections.TreePMap;

/** Records are, byte for byte, what Kafka's own classes read and write. */
class RecordsTest {
  private static final TopicPartition PARTITION = new TopicPartition("töpic", 7);
  private static final Uuid TOPIC_ID = new Uuid(3, -4);

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Bytes written(ApiMessage message, int version) {
    ByteBuffer buffer = MessageUtil.toVersionPrefixedByteBuffer((short) version, message);
    return Bytes.of(MessageUtil.byteBufferToArray(buffer));
  }

  private static ByteBufferAccessor afterVersion(Bytes value, int version) {
    ByteBuffer buffer = ByteBuffer.wrap(value.array());
    assertThat(buffer.getShort()).isEqualTo((short) version);
    return new ByteBufferAccessor(buffer);
  }

  private static ClassicMember member(String id, Optional<String> instance) {
    return new ClassicMember(
        id,
        instance,
        "client",
        "/10.0.0.1",
        60_000,
        10_000,
        List.of(new ClassicMember.Protocol("range", bytes("wants"))),
        bytes("has"),
        false,
        ClassicMember.NOBODY,
        ClassicMember.NOBODY);
  }

  private static ClassicGroup group(ClassicMember... members) {
    TreePMap<String, ClassicMember> byId = TreePMap.empty();
    for (ClassicMember member : members) {
      byId = byId.plus(member.id(), member);
    }
    boolean isEmpty = members.length == 0;
    return new ClassicGroup(
        "group",
        isEmpty ? ClassicGroup.State.EMPTY : ClassicGroup.State.STABLE,
        Optional.of("consumer"),
        5,
        isEmpty ? Optional.empty() : Optional.of("range"),
        isEmpty ? Optional.empty() : Optional.of(members[0].id()),
        byId,
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        Optional.empty(),
        1234);
  }

  @Test
  void keysAreKafkas() {
    assertThat(new RecordKey.OfOffset("g", PARTITION).encode())
        .isEqualTo(
            written(
                new OffsetCommitKey()
                    .setGroup("g")
                    .setTopic(PARTITION.topic())
                    .setPartition(PARTITION.partition()),
                RecordKey.OFFSET_TYPE));
    assertThat(new RecordKey.OfGroup("g").encode())
        .isEqualTo(written(new GroupMetadataKey().setGroup("g"), RecordKey.GROUP_TYPE));
    for (RecordKey key :
        List.of(new RecordKey.OfOffset("g", PARTITION), new RecordKey.OfGroup("g"))) {
      assertThat(RecordKey.decode(key.encode())).isEqualTo(key);
    }
    Bytes later = Bytes.of(new byte[] {0, 99, 1});
    assertThat(RecordKey.decode(later)).isEqualTo(new RecordKey.Unknown(99, later));
  }

  @Test
  void offsetsAreKafkas() {
    CommittedOffset plain =
        new CommittedOffset(42, 3, "metadätä", 1000, OptionalLong.empty(), TOPIC_ID);
    CommittedOffset expiring =
        new CommittedOffset(42, -1, "", 1000, OptionalLong.of(2000), Uuid.ZERO_UUID);
    OffsetCommitValue kafkas =
        new OffsetCommitValue()
            .setOffset(42)
            .setLeaderEpoch(3)
            .setMetadata("metadätä")
            .setCommitTimestamp(1000)
            .setTopicId(TOPIC_ID);
    assertThat(OffsetRecords.of("g", PARTITION, plain).value()).contains(written(kafkas, 4));
    assertThat(OffsetRecords.of("g", PARTITION, expiring).value())
        .contains(
            written(
                new OffsetCommitValue()
                    .setOffset(42)
                    .setMetadata("")
                    .setCommitTimestamp(1000)
                    .setExpireTimestamp(2000),
                1));
    for (CommittedOffset offset : List.of(plain, expiring)) {
      Bytes value = OffsetRecords.of("g", PARTITION, offset).value().orElseThrow();
      assertThat(OffsetRecords.decode(value)).isEqualTo(offset);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void offsetsOfAllVersionsAreRead(int version) {
    OffsetCommitValue kafkas =
        new OffsetCommitValue().setOffset(42).setMetadata("m").setCommitTimestamp(1000);
    if (version == 1) {
      kafkas.setExpireTimestamp(2000);
    }
    if (version >= 3) {
      kafkas.setLeaderEpoch(3);
    }
    assertThat(OffsetRecords.decode(written(kafkas, version)))
        .isEqualTo(
            new CommittedOffset(
                42,
                version >= 3 ? 3 : -1,
                "m",
                1000,
                version == 1 ? OptionalLong.of(2000) : OptionalLong.empty(),
                Uuid.ZERO_UUID));
  }

  @Test
  void groupsAreReadByKafka() {
    CoordinatorRecord record =
        GroupRecords.of(group(member("a", Optional.of("i")), member("b", Optional.empty())));
    GroupMetadataValue read =
        new GroupMetadataValue(afterVersion(record.value().orElseThrow(), 3), (short) 3);
    assertThat(written(read, 3)).isEqualTo(record.value().orElseThrow());
    assertThat(read.protocolType()).isEqualTo("consumer");
    assertThat(read.generation()).isEqualTo(5);
    assertThat(read.protocol()).isEqualTo("range");
    assertThat(read.leader()).isEqualTo("a");
    assertThat(read.currentStateTimestamp()).isEqualTo(1234);
    assertThat(read.members())
        .extracting(m -> m.memberId() + m.groupInstanceId() + m.clientHost())
        .containsExactly("ai/10.0.0.1", "bnull/10.0.0.1");
    assertThat(read.members().getFirst().subscription()).isEqualTo(bytes("wants").array());
    assertThat(read.members().getFirst().assignment()).isEqualTo(bytes("has").array());
  }

  @Test
  void groupsComeBackAsTheyWere() {
    for (ClassicGroup group :
        List.of(group(), group(member("a", Optional.of("i")), member("b", Optional.empty())))) {
      Bytes value = GroupRecords.of(group).value().orElseThrow();
      assertThat(GroupRecords.decode("group", value)).isEqualTo(group);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void groupsOfAllVersionsAreRead(int version) {
    GroupMetadataValue.MemberMetadata member =
        new GroupMetadataValue.MemberMetadata()
            .setMemberId("a")
            .setClientId("client")
            .setClientHost("/10.0.0.1")
            .setSessionTimeout(10_000)
            .setSubscription(bytes("wants").array())
            .setAssignment(bytes("has").array());
    if (version >= 1) {
      member.setRebalanceTimeout(60_000);
    }
    GroupMetadataValue kafkas =
        new GroupMetadataValue()
            .setProtocolType("consumer")
            .setGeneration(5)
            .setProtocol("range")
            .setLeader("a")
            .setMembers(List.of(member));
    ClassicGroup read = GroupRecords.decode("group", written(kafkas, version));
    assertThat(read.generation()).isEqualTo(5);
    assertThat(read.isLeader("a")).isTrue();
    ClassicMember found = read.member("a").orElseThrow();
    assertThat(found.rebalanceTimeoutMs()).isEqualTo(version >= 1 ? 60_000 : 10_000);
    assertThat(found.metadata("range")).isEqualTo(bytes("wants"));
    assertThat(found.assignment()).isEqualTo(bytes("has"));
  }
}
