package io.barnabas.server.api;

import io.barnabas.log.OffsetAndTimestamp;
import io.barnabas.replica.ReadLimit;
import io.barnabas.replica.Replicas;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * ListOffsets, versions 1 to 11: finds offsets by time, or the first and last ones.
 *
 * <ul>
 *   <li>2: isolation level
 *   <li>4: leader epochs, asked and answered
 *   <li>6: compact encoding
 *   <li>7: -3, the record with the greatest timestamp
 *   <li>8: -4, the first offset on the local disk: the first of all
 *   <li>9: -5, the last offset in tiered storage: unknown, as there is none
 *   <li>10: how long to wait for tiered storage
 *   <li>11: -6, the first offset not in tiered storage yet: unknown, as from Kafka without it
 * </ul>
 *
 * A special timestamp that is newer than the request's version is UNSUPPORTED_VERSION; a partition
 * named twice is INVALID_REQUEST. So is whoever says to be a broker, as the request has nothing to
 * prove it with; brokers here do not ask.
 */
final class ListOffsetsHandler extends Handler<ListOffsetsRequestData> {
  /** The first versions that know -1, -2, and so on. */
  private static final int[] FIRST_WITH_SPECIAL = {1, 1, 7, 8, 9, 11};

  private static final int FIRST_WITH_EPOCHS = 4;

  private final Replicas replicas;

  ListOffsetsHandler(Replicas replicas) {
    super(ApiKeys.LIST_OFFSETS, 1, 11);
    this.replicas = replicas;
  }

  @Override
  public void handle(ListOffsetsRequestData request, Call call) {
    Set<TopicPartition> seen = new HashSet<>();
    Set<TopicPartition> repeated = new HashSet<>();
    for (ListOffsetsTopic topic : request.topics()) {
      for (ListOffsetsPartition partition : topic.partitions()) {
        TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
        if (!seen.add(name)) {
          repeated.add(name);
        }
      }
    }
    List<ListOffsetsTopicResponse> topics = new ArrayList<>(request.topics().size());
    for (ListOffsetsTopic topic : request.topics()) {
      List<ListOffsetsPartitionResponse> found = new ArrayList<>(topic.partitions().size());
      for (ListOffsetsPartition partition : topic.partitions()) {
        TopicPartition name = new TopicPartition(topic.name(), partition.partitionIndex());
        ListOffsetsPartitionResponse response =
            new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
        Errors error =
            repeated.contains(name)
                ? Errors.INVALID_REQUEST
                : find(name, partition, request, call.version(), response);
        found.add(response.setErrorCode(error.code()));
      }
      topics.add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(found));
    }
    call.answer(new ListOffsetsResponseData().setTopics(topics));
  }

  private Errors find(
      TopicPartition name,
      ListOffsetsPartition asked,
      ListOffsetsRequestData request,
      short version,
      ListOffsetsPartitionResponse response) {
    byte isolation = request.isolationLevel();
    if (isolation < 0 || isolation >= IsolationLevel.values().length) {
      return Errors.INVALID_REQUEST;
    }
    if (request.replicaId() != ListOffsetsRequest.CONSUMER_REPLICA_ID
        && request.replicaId() != ListOffsetsRequest.DEBUGGING_REPLICA_ID) {
      return Errors.INVALID_REQUEST;
    }
    if (!knows(asked.timestamp(), version)) {
      return Errors.UNSUPPORTED_VERSION;
    }
    try {
      OffsetAndTimestamp found =
          replicas
              .require(name)
              .listOffset(
                  asked.timestamp(),
                  limit(request),
                  asked.currentLeaderEpoch() < 0
                      ? OptionalInt.empty()
                      : OptionalInt.of(asked.currentLeaderEpoch()));
      response.setOffset(found.offset()).setTimestamp(found.timestampMs());
      if (version >= FIRST_WITH_EPOCHS) {
        response.setLeaderEpoch(found.leaderEpoch().orElse(-1));
      }
      return Errors.NONE;
    } catch (ApiException e) {
      return Errors.forException(e);
    }
  }

  private static boolean knows(long timestamp, short version) {
    return timestamp >= 0
        || (timestamp >= -FIRST_WITH_SPECIAL.length
            && version >= FIRST_WITH_SPECIAL[(int) -timestamp - 1]);
  }

  /** Only whoever looks for defects may know of records that are not replicated yet. */
  private static ReadLimit limit(ListOffsetsRequestData request) {
    if (request.replicaId() != ListOffsetsRequest.CONSUMER_REPLICA_ID) {
      return ReadLimit.LOG_END;
    }
    return request.isolationLevel() == IsolationLevel.READ_COMMITTED.id()
        ? ReadLimit.LAST_STABLE_OFFSET
        : ReadLimit.HIGH_WATERMARK;
  }
}
