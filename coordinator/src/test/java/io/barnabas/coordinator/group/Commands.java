package io.barnabas.coordinator.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.jspecify.annotations.Nullable;

/** Commands as tests need them, for one group. */
final class Commands {
  static final String GROUP = "g";
  static final int SESSION_MS = 10_000;
  static final int REBALANCE_MS = 60_000;
  private static final int NEWEST_COMMIT = 10;

  private int ids;

  /** A newcomer's, or of one who has an id. */
  GroupCommand.Join join(String memberId, @Nullable String instanceId, String... protocols) {
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setGroupInstanceId(instanceId)
            .setProtocolType("consumer")
            .setSessionTimeoutMs(SESSION_MS)
            .setRebalanceTimeoutMs(REBALANCE_MS);
    for (String protocol : protocols) {
      request
          .protocols()
          .add(
              new JoinGroupRequestProtocol()
                  .setName(protocol)
                  .setMetadata(("of " + protocol).getBytes(UTF_8)));
    }
    return new GroupCommand.Join(
        request,
        new GroupCommand.Client("client", "/10.0.0.1"),
        true,
        true,
        "id" + ids++,
        Topics.NONE);
  }

  static GroupCommand.Sync sync(String memberId, int generation, Map<String, String> assignments) {
    List<SyncGroupRequestAssignment> given = new ArrayList<>();
    assignments.forEach(
        (id, text) ->
            given.add(
                new SyncGroupRequestAssignment()
                    .setMemberId(id)
                    .setAssignment(text.getBytes(UTF_8))));
    return new GroupCommand.Sync(
        new SyncGroupRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setGenerationId(generation)
            .setAssignments(given),
        Topics.NONE);
  }

  static GroupCommand.Heartbeat heartbeat(String memberId, int generation) {
    return new GroupCommand.Heartbeat(
        new HeartbeatRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setGenerationId(generation));
  }

  static GroupCommand.Leave leave(String memberId) {
    return new GroupCommand.Leave(
        new LeaveGroupRequestData()
            .setGroupId(GROUP)
            .setMembers(List.of(new MemberIdentity().setMemberId(memberId))));
  }

  static GroupCommand.Commit commit(
      String memberId, int generation, TopicPartition partition, long offset, String metadata) {
    OffsetCommitRequestTopic topic =
        new OffsetCommitRequestTopic()
            .setName(partition.topic())
            .setPartitions(
                List.of(
                    new OffsetCommitRequestPartition()
                        .setPartitionIndex(partition.partition())
                        .setCommittedOffset(offset)
                        .setCommittedMetadata(metadata)));
    return new GroupCommand.Commit(
        new OffsetCommitRequestData()
            .setGroupId(GROUP)
            .setMemberId(memberId)
            .setGenerationIdOrMemberEpoch(generation)
            .setTopics(List.of(topic)),
        NEWEST_COMMIT);
  }
}
