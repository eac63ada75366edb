package io.barnabas.server.api;

import io.barnabas.log.Origin;
import io.barnabas.log.RefusedRecordsException;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Refusal;
import io.barnabas.replica.Acks;
import io.barnabas.replica.AppendTicket;
import io.barnabas.replica.Replica;
import io.barnabas.replica.Replicas;
import io.barnabas.server.net.Call;
import io.barnabas.world.World;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * Produce, versions 3 to 13: appends record batches and answers when they are as safe as the
 * producer asked.
 *
 * <ul>
 *   <li>3: record batches of version 2 only, exactly one per partition; transactional id
 *   <li>4: KAFKA_STORAGE_ERROR may be answered
 *   <li>5: the answer has the log start offset
 *   <li>7: zstd may be used; before it is UNSUPPORTED_COMPRESSION_TYPE
 *   <li>8: the answer names the bad records of a batch
 *   <li>9: compact encoding
 *   <li>10: NOT_LEADER_OR_FOLLOWER comes with the leader and where it is (KIP-951)
 *   <li>12: a transactional producer may leave AddPartitionsToTxn to the broker
 *   <li>13: topic ids instead of names
 * </ul>
 *
 * acks=1 waits for the leader's disk, which Kafka does not, unless the topic's flush.messages says
 * otherwise. A partition that is named twice in a request is appended to and answered twice, where
 * Kafka takes the last entry and drops the others without a word.
 *
 * <p>A producer that comes to a follower in sync may have heard of the new leader before that has
 * itself. It waits for a moment instead of hearing that it came to the wrong place, which it would
 * take for news from the old one and pause. What its connection brings next waits, too, or it would
 * overtake.
 *
 * <p>There are no transactions yet, so no producer can have added a partition to one: a
 * transactional batch is INVALID_TXN_STATE, as from Apache Kafka when that was left out. The
 * request's transactional id alone changes nothing.
 */
final class ProduceHandler extends Handler<ProduceRequestData> {
  private static final int FIRST_WITH_TOPIC_IDS = 13;
  private static final int FIRST_WITH_ZSTD = 7;

  /** The only client that may write to internal topics. */
  private static final String ADMIN_CLIENT = "__admin_client";

  /** News of a leader that was elected is at every node that lives long before. */
  private static final long NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final World world;
  private final Replicas replicas;
  private final CurrentLeaders leaders;
  private final ComingLeader comingLeader;

  ProduceHandler(World world, Replicas replicas, Supplier<ClusterImage> images) {
    super(ApiKeys.PRODUCE, 3, 13);
    this.world = world;
    this.replicas = replicas;
    leaders = new CurrentLeaders(images, replicas::standsAside);
    comingLeader = new ComingLeader(world);
  }

  @Override
  public void handle(ProduceRequestData request, Call call) {
    Acks acks = acks(request.acks());
    long newsNanos = world.clock().nanoTime() + NEWS_NANOS;
    ProduceAnswer answer = new ProduceAnswer(call, leaders, acks, request.topicData().size());
    for (TopicProduceData topic : request.topicData()) {
      TopicProduceResponse answered = answer.topic(topic);
      for (PartitionProduceData partition : topic.partitionData()) {
        PartitionProduceResponse response = answer.partition(answered, partition.index());
        if (acks == null) {
          response.setErrorCode(Errors.INVALID_REQUIRED_ACKS.code());
        } else {
          append(topic, partition, acks, newsNanos, response, answer);
        }
      }
    }
    answer.start(world.clock(), request.timeoutMs());
  }

  private static @Nullable Acks acks(short acks) {
    return switch (acks) {
      case 0 -> Acks.NONE;
      case 1 -> Acks.LEADER;
      case -1 -> Acks.ALL;
      default -> null;
    };
  }

  private void append(
      TopicProduceData topic,
      PartitionProduceData data,
      Acks acks,
      long newsNanos,
      PartitionProduceResponse response,
      ProduceAnswer answer) {
    Replica replica = null;
    try {
      replica = replica(topic, data.index(), answer.call());
      ByteBuffer batches = ((MemoryRecords) ProducedBatch.present(data.records())).buffer();
      ProducedBatch.check(batches, answer.call().version(), FIRST_WITH_ZSTD);
      comingLeader.await(replica, newsNanos);
      AppendTicket ticket = replica.append(batches, Origin.CLIENT, acks);
      response
          .setBaseOffset(ticket.appended().firstOffset())
          .setLogAppendTimeMs(ticket.appended().logAppendTimeMs())
          .setLogStartOffset(ticket.appended().logStartOffset());
      answer.await(response, ticket);
    } catch (RefusedRecordsException e) {
      refuse(response, e.error(), e, replica);
      for (RefusedRecordsException.RecordError record : e.records()) {
        response
            .recordErrors()
            .add(
                new BatchIndexAndErrorMessage()
                    .setBatchIndex(record.batchIndex())
                    .setBatchIndexErrorMessage(record.message()));
      }
    } catch (ApiException e) {
      refuse(response, Errors.forException(e), e, replica);
    }
  }

  private Replica replica(TopicProduceData topic, int partition, Call call) {
    Replica replica =
        call.version() >= FIRST_WITH_TOPIC_IDS
            ? replicas.require(topic.topicId(), partition)
            : replicas.require(new TopicPartition(topic.name(), partition));
    String name = replica.id().topic();
    if (Topic.isInternal(name) && !ADMIN_CLIENT.equals(call.clientId())) {
      throw new InvalidTopicException("Clients cannot write to the internal topic " + name);
    }
    return replica;
  }

  /** Whatever the records are to blame for comes with the log start offset, as from Kafka. */
  private static void refuse(
      PartitionProduceResponse response,
      Errors error,
      ApiException reason,
      @Nullable Replica replica) {
    response.setErrorCode(error.code()).setErrorMessage(Refusal.messageOf(reason));
    switch (error) {
      case UNKNOWN_TOPIC_OR_PARTITION,
          UNKNOWN_TOPIC_ID,
          NOT_LEADER_OR_FOLLOWER,
          MESSAGE_TOO_LARGE,
          RECORD_LIST_TOO_LARGE,
          CORRUPT_MESSAGE,
          INVALID_TOPIC_EXCEPTION,
          KAFKA_STORAGE_ERROR -> {}
      default -> {
        if (replica != null) {
          response.setLogStartOffset(replica.view().logStartOffset());
        }
      }
    }
  }
}
