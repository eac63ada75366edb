package io.barnabas.server.api;

import io.barnabas.log.EpochEnd;
import io.barnabas.replica.Replicas;
import io.barnabas.server.net.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochRequest;

/**
 * OffsetForLeaderEpoch, versions 2 to 4: where a leader epoch ended, so that a reader finds out
 * whether what it has read was cut away.
 *
 * <ul>
 *   <li>2: the leader epoch that the reader believes in, and is fenced by
 *   <li>3: whether a broker asks: INVALID_REQUEST, as there is nothing to prove it with
 *   <li>4: compact encoding
 * </ul>
 *
 * Epoch and offset are -1 where nothing is known of that epoch or an earlier one.
 */
final class OffsetForLeaderEpochHandler extends Handler<OffsetForLeaderEpochRequestData> {
  private static final int DEBUGGING_REPLICA_ID = -2;

  private final Replicas replicas;

  OffsetForLeaderEpochHandler(Replicas replicas) {
    super(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 2, 4);
    this.replicas = replicas;
  }

  @Override
  public void handle(OffsetForLeaderEpochRequestData request, Call call) {
    OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
    for (OffsetForLeaderTopic topic : request.topics()) {
      List<EpochEndOffset> ends = new ArrayList<>(topic.partitions().size());
      for (OffsetForLeaderPartition partition : topic.partitions()) {
        ends.add(
            isConsumer(request.replicaId())
                ? end(topic.topic(), partition)
                : new EpochEndOffset()
                    .setPartition(partition.partition())
                    .setErrorCode(Errors.INVALID_REQUEST.code()));
      }
      response
          .topics()
          .add(new OffsetForLeaderTopicResult().setTopic(topic.topic()).setPartitions(ends));
    }
    call.answer(response);
  }

  private static boolean isConsumer(int replicaId) {
    return replicaId == OffsetsForLeaderEpochRequest.CONSUMER_REPLICA_ID
        || replicaId == DEBUGGING_REPLICA_ID;
  }

  private EpochEndOffset end(String topic, OffsetForLeaderPartition asked) {
    EpochEndOffset response = new EpochEndOffset().setPartition(asked.partition());
    try {
      EpochEnd end =
          replicas
              .require(new TopicPartition(topic, asked.partition()))
              .endOffsetForEpoch(
                  asked.leaderEpoch(),
                  asked.currentLeaderEpoch() < 0
                      ? OptionalInt.empty()
                      : OptionalInt.of(asked.currentLeaderEpoch()));
      return response.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
    } catch (ApiException e) {
      return response.setErrorCode(Errors.forException(e).code());
    }
  }
}
