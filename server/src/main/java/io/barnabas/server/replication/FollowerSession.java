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

  private record Key(Uuid topicId, int partition) {
    static Key of(TopicIdPartition id) {
      return new Key(id.topicId(), id.partition());
    }
  }

  private final int nodeId;
  private final PeerFetch.Bounds bounds;
  private Map<Key, Wanted> known = Map.of();
  private FetchMetadata next = FetchMetadata.INITIAL;

  FollowerSession(int nodeId, PeerFetch.Bounds bounds) {
    this.nodeId = nodeId;
    this.bounds = bounds;
  }

  /** The leader has no such session any more. */
  void forget() {
    known = Map.of();
    next = FetchMetadata.INITIAL;
  }

  FetchRequestData request(FetchOrder order) {
    Map<Key, Wanted> wanted = LinkedHashMap.newLinkedHashMap(order.wanted().size());
    Map<Uuid, FetchTopic> topics = new LinkedHashMap<>();
    for (Wanted each : order.wanted()) {
      Key key = Key.of(each.id());
      wanted.put(key, each);
      if (next.isFull() || !each.equals(known.get(key))) {
        topics
            .computeIfAbsent(key.topicId(), id -> new FetchTopic().setTopicId(id))
            .partitions()
            .add(partition(each));
      }
    }
    Map<Uuid, ForgottenTopic> forgotten = new LinkedHashMap<>();
    if (!next.isFull()) {
      for (Key key : known.keySet()) {
        if (!wanted.containsKey(key)) {
          forgotten
              .computeIfAbsent(key.topicId(), id -> new ForgottenTopic().setTopicId(id))
              .partitions()
              .add(key.partition());
        }
      }
    }
    known = wanted;
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
        Wanted wanted = known.get(new Key(topic.topicId(), partition.partitionIndex()));
        if (wanted != null) {
          fetched.add(fetched(wanted.id(), partition));
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
