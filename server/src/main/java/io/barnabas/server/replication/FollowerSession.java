package io.barnabas.server.replication;

import io.barnabas.log.EpochEnd;
import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Fetched;
import io.barnabas.replica.LeaderFetch.Wanted;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * A follower's side of a fetch session: requests say only what has changed since the last one. For
 * one request at a time.
 */
final class FollowerSession {
  private static final ByteBuffer NO_RECORDS = ByteBuffer.allocate(0);

  private final int nodeId;
  private final PeerFetch.Bounds bounds;
  private final WantedPartitions wanted;
  private FetchMetadata next = FetchMetadata.INITIAL;

  FollowerSession(int nodeId, PeerFetch.Bounds bounds, WantedPartitions wanted) {
    this.nodeId = nodeId;
    this.bounds = bounds;
    this.wanted = wanted;
  }

  /** The leader has no such session any more, or does not know all that is wanted. */
  void forget() {
    next = FetchMetadata.INITIAL;
  }

  /** What to send for an order that {@link WantedPartitions} has taken. */
  FetchRequestData request(FetchOrder order) {
    Map<Uuid, FetchTopic> topics = new LinkedHashMap<>();
    for (Wanted each : next.isFull() ? wanted.all() : order.changed()) {
      topics
          .computeIfAbsent(each.id().topicId(), id -> new FetchTopic().setTopicId(id))
          .partitions()
          .add(partition(each));
    }
    Map<Uuid, ForgottenTopic> forgotten = new LinkedHashMap<>();
    for (TopicIdPartition each : next.isFull() ? List.<TopicIdPartition>of() : order.unwanted()) {
      forgotten
          .computeIfAbsent(each.topicId(), id -> new ForgottenTopic().setTopicId(id))
          .partitions()
          .add(each.partition());
    }
    return new FetchRequestData()
        .setReplicaState(
            new ReplicaState().setReplicaId(nodeId).setReplicaEpoch(order.brokerEpoch()))
        .setMaxWaitMs(order.maxWaitMs())
        .setMinBytes(bounds.minBytes())
        .setMaxBytes(bounds.maxBytes())
        .setSessionId(next.sessionId())
        .setSessionEpoch(next.epoch())
        .setTopics(List.copyOf(topics.values()))
        .setForgottenTopicsData(List.copyOf(forgotten.values()));
  }

  private FetchPartition partition(Wanted wanted) {
    return new FetchPartition()
        .setPartition(wanted.id().partition())
        .setCurrentLeaderEpoch(wanted.leaderEpoch())
        .setFetchOffset(wanted.fetchOffset())
        .setLastFetchedEpoch(wanted.lastFetchedEpoch())
        .setLogStartOffset(wanted.logStartOffset())
        .setPartitionMaxBytes(bounds.partitionMaxBytes())
        .setHighWatermark(wanted.highWatermark());
  }

  /** What a good answer says of the partitions that were asked for. */
  List<Fetched> take(FetchResponseData response) {
    next =
        response.sessionId() == FetchMetadata.INVALID_SESSION_ID
            ? FetchMetadata.INITIAL
            : new FetchMetadata(
                response.sessionId(),
                next.isFull()
                    ? FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH)
                    : FetchMetadata.nextEpoch(next.epoch()));
    List<Fetched> fetched = new ArrayList<>();
    for (FetchableTopicResponse topic : response.responses()) {
      for (PartitionData partition : topic.partitions()) {
        Wanted asked = wanted.get(topic.topicId(), partition.partitionIndex());
        if (asked != null) {
          fetched.add(fetched(asked.id(), partition));
        }
      }
    }
    return fetched;
  }

  private static Fetched fetched(TopicIdPartition id, PartitionData partition) {
    FetchResponseData.EpochEndOffset end = partition.divergingEpoch();
    return new Fetched(
        id,
        Errors.forCode(partition.errorCode()),
        partition.records() instanceof MemoryRecords records ? records.buffer() : NO_RECORDS,
        partition.highWatermark(),
        partition.logStartOffset(),
        end.endOffset() < 0
            ? Optional.empty()
            : Optional.of(new EpochEnd(end.epoch(), end.endOffset())));
  }
}
