package io.barnabas.coordinator.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.CoordinatorRecord;
import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import io.barnabas.coordinator.group.ConsumerGroup.ResolvedRegex;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.junit.jupiter.api.Test;

/** Records of consumer groups are, byte for byte, what Kafka's own classes write. */
class ConsumerRecordsTest {
  private static final Uuid TOPIC = new Uuid(3, 4);
  private static final PartitionId FIRST = new PartitionId(TOPIC, 1);
  private static final PartitionId SECOND = new PartitionId(TOPIC, 2);

  private static Bytes bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Bytes written(ApiMessage message, int version) {
    return Bytes.of(
        MessageUtil.byteBufferToArray(
            MessageUtil.toVersionPrefixedByteBuffer((short) version, message)));
  }

  private static void check(CoordinatorRecord record, ApiMessage key, ApiMessage value) {
    // The key's number is its version.
    assertThat(record.key()).isEqualTo(written(key, key.apiKey()));
    assertThat(record.value()).contains(written(value, 0));
  }

  private static ConsumerMember member(Optional<MemberMetadata.Classic> classic) {
    return new ConsumerMember(
        "m",
        new MemberMetadata(
            Optional.of("i"),
            Optional.of("rack"),
            "client",
            "/10.0.0.1",
            new TreeSet<>(Set.of("töpic", "a")),
            Optional.of("x.*"),
            30_000,
            Optional.of("range"),
            classic),
        new CurrentAssignment(
            7,
            6,
            CurrentAssignment.State.UNREVOKED,
            new TreeMap<>(Map.of(FIRST, 5)),
            new TreeMap<>(Map.of(SECOND, 6))));
  }

  private static ConsumerGroupMemberMetadataValue kafkas() {
    return new ConsumerGroupMemberMetadataValue()
        .setInstanceId("i")
        .setRackId("rack")
        .setClientId("client")
        .setClientHost("/10.0.0.1")
        .setSubscribedTopicNames(List.of("a", "töpic"))
        .setSubscribedTopicRegex("x.*")
        .setRebalanceTimeoutMs(30_000)
        .setServerAssignor("range");
  }

  @Test
  void whatMembersSay() {
    ConsumerGroupMemberMetadataKey key =
        new ConsumerGroupMemberMetadataKey().setGroupId("g").setMemberId("m");
    check(ConsumerRecords.member("g", member(Optional.empty())), key, kafkas());
    MemberMetadata.Classic classic =
        new MemberMetadata.Classic(10_000, List.of(new Protocol("range", bytes("wants"))));
    check(
        ConsumerRecords.member("g", member(Optional.of(classic))),
        key,
        kafkas()
            .setClassicMemberMetadata(
                new ConsumerGroupMemberMetadataValue.ClassicMemberMetadata()
                    .setSessionTimeoutMs(10_000)
                    .setSupportedProtocols(
                        List.of(
                            new ConsumerGroupMemberMetadataValue.ClassicProtocol()
                                .setName("range")
                                .setMetadata(bytes("wants").array())))));
  }

  @Test
  void whereMembersAre() {
    check(
        ConsumerRecords.current("g", member(Optional.empty())),
        new ConsumerGroupCurrentMemberAssignmentKey().setGroupId("g").setMemberId("m"),
        new ConsumerGroupCurrentMemberAssignmentValue()
            .setMemberEpoch(7)
            .setPreviousMemberEpoch(6)
            .setState((byte) 1)
            .setAssignedPartitions(List.of(partitions(1, 5)))
            .setPartitionsPendingRevocation(List.of(partitions(2, 6))));
    check(
        ConsumerRecords.target("g", "m", new TreeSet<>(Set.of(FIRST, SECOND))),
        new ConsumerGroupTargetAssignmentMemberKey().setGroupId("g").setMemberId("m"),
        new ConsumerGroupTargetAssignmentMemberValue()
            .setTopicPartitions(
                List.of(
                    new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                        .setTopicId(TOPIC)
                        .setPartitions(List.of(1, 2)))));
  }

  private static ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions partitions(
      int number, int epoch) {
    return new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
        .setTopicId(TOPIC)
        .setPartitions(List.of(number))
        .setAssignmentEpochs(List.of(epoch));
  }

  @Test
  void groups() {
    for (long hash : new long[] {0, -5}) {
      ConsumerGroup group = ConsumerGroup.empty("g").in(9, hash).assigned(8, hash * -1_000);
      check(
          ConsumerRecords.epoch(group),
          new ConsumerGroupMetadataKey().setGroupId("g"),
          new ConsumerGroupMetadataValue().setEpoch(9).setMetadataHash(hash));
      check(
          ConsumerRecords.targetEpoch(group),
          new ConsumerGroupTargetAssignmentMetadataKey().setGroupId("g"),
          new ConsumerGroupTargetAssignmentMetadataValue()
              .setAssignmentEpoch(8)
              .setAssignmentTimestamp(hash * -1_000));
    }
    check(
        ConsumerRecords.regex("g", "x.*", new ResolvedRegex(Set.of("xa", "xb"), 3, 4)),
        new ConsumerGroupRegularExpressionKey().setGroupId("g").setRegularExpression("x.*"),
        new ConsumerGroupRegularExpressionValue()
            .setTopics(List.of("xa", "xb"))
            .setVersion(3)
            .setTimestamp(4));
  }

  /** Whatever the order of the records: the cleaner leaves only the last one of each key. */
  @Test
  void groupsComeBackAsTheyWere() {
    ConsumerMember member =
        member(
            Optional.of(
                new MemberMetadata.Classic(10_000, List.of(new Protocol("range", bytes("w"))))));
    ConsumerGroup group =
        ConsumerGroup.empty("g")
            .in(9, 77)
            .assigned(8, 1_000)
            .with(member)
            .withTarget("m", new TreeSet<>(Set.of(FIRST, SECOND)));
    List<CoordinatorRecord> records =
        List.of(
            ConsumerRecords.current("g", member),
            ConsumerRecords.target("g", "m", group.targetOf("m")),
            ConsumerRecords.epoch(group),
            ConsumerRecords.targetEpoch(group),
            ConsumerRecords.member("g", member));
    GroupMachine machine =
        new GroupMachine(
            new GroupLimits(6_000, 60_000, 0, 3, 10, 1_000, 1_000), MachineDriver.CONSUMERS);
    for (List<CoordinatorRecord> order : List.of(records, records.reversed())) {
      GroupsState state = machine.initial();
      for (CoordinatorRecord record : order) {
        state = machine.replay(state, record.key(), record.value());
      }
      assertThat(state.consumers("g")).contains(group);
      for (CoordinatorRecord record : ConsumerRecords.gone(group)) {
        state = machine.replay(state, record.key(), record.value());
      }
      assertThat(state.groups()).isEmpty();
    }
  }
}
