package io.barnabas.coordinator.group;

import io.barnabas.metadata.ClusterImage;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;

/**
 * What can be asked of a partition's groups. Requests are as clients send them, with topics by
 * name, and nobody changes them any more; the answer of each is what clients get.
 */
public sealed interface GroupCommand {
  /**
   * Joins a group; answered with a JoinGroupResponseData when all have joined.
   *
   * @param client who asks
   * @param needsKnownId whether a newcomer has to come back with the id that it is given
   * @param takesAssignmentAsItIs whether the client knows that a leader need not assign anew
   * @param uniquePart of the id of a newcomer
   * @param image of the cluster, with the topics that consumers read
   */
  record Join(
      JoinGroupRequestData request,
      Client client,
      boolean needsKnownId,
      boolean takesAssignmentAsItIs,
      String uniquePart,
      ClusterImage image)
      implements GroupCommand {}

  /**
   * Joins a group of the consumer protocol, reports to it or leaves it; answered with a
   * ConsumerGroupHeartbeatResponseData.
   *
   * @param version of the request
   * @param client who asks
   * @param uniquePart the id of a newcomer that brings none
   * @param image of the cluster, with the topics that consumers read
   * @param matches what its regular expression matches there, if that was found out
   */
  record ConsumerHeartbeat(
      ConsumerGroupHeartbeatRequestData request,
      int version,
      Client client,
      String uniquePart,
      ClusterImage image,
      Optional<RegexMatches> matches)
      implements GroupCommand {}

  /** Brings or fetches assignments; answered with a SyncGroupResponseData. */
  record Sync(SyncGroupRequestData request, ClusterImage image) implements GroupCommand {}

  /** Says that a member lives; answered with a HeartbeatResponseData. */
  record Heartbeat(HeartbeatRequestData request) implements GroupCommand {}

  /** Takes members out; answered with a LeaveGroupResponseData. */
  record Leave(LeaveGroupRequestData request) implements GroupCommand {}

  /**
   * Commits offsets; answered with an OffsetCommitResponseData.
   *
   * @param version of the request
   */
  record Commit(OffsetCommitRequestData request, int version) implements GroupCommand {}

  /** Forgets some offsets; answered with an OffsetDeleteResponseData. */
  record DeleteOffsets(OffsetDeleteRequestData request) implements GroupCommand {}

  /** Forgets a group; answered with the {@code Errors}. */
  record DeleteGroup(String group) implements GroupCommand {}

  /** Forgets the offsets of topics that are gone; answered with whether none is left. */
  record ForgetTopics(Set<String> topics) implements GroupCommand {}

  /**
   * Who asks.
   *
   * @param id the client's name for itself
   * @param host where it is, as Kafka shows it: {@code /10.0.0.1}
   */
  record Client(String id, String host) {}
}
