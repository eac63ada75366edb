package io.barnabas.server.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.server.peers.Peers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * An idempotent producer with acks=all that has five requests in flight on one connection, as
 * Kafka's own has: when one fails, it and all after it are sent again in their order, until all are
 * acknowledged. For one thread.
 */
final class PipelinedProducer {
  private static final int IN_FLIGHT = 5;
  private static final int TIMEOUT_MS = 800;
  private static final int ANSWER_MS = 1_000;

  private record Batch(int sequence, List<String> values) {}

  private record Sent(Batch batch, CompletableFuture<ApiMessage> answer) {}

  /** Hears what was acknowledged. */
  interface Acknowledged {
    void at(long offset, List<String> values);
  }

  private final String name;
  private final long producerId;
  private final TopicIdPartition partition;
  private final Peers peers;
  private final Acknowledged acknowledged;
  private final Deque<Batch> unacknowledged = new ArrayDeque<>();
  private int nextSequence;
  private boolean isKnown;

  PipelinedProducer(
      String name,
      long producerId,
      TopicIdPartition partition,
      Peers peers,
      Acknowledged acknowledged) {
    this.name = name;
    this.producerId = producerId;
    this.partition = partition;
    this.peers = peers;
    this.acknowledged = acknowledged;
  }

  /** All that it ever sent, in order. */
  List<String> sent() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < nextSequence; i++) {
      all.add(value(i));
    }
    return all;
  }

  private String value(int sequence) {
    return name + "-" + sequence;
  }

  boolean hasAllAcknowledged() {
    return unacknowledged.isEmpty();
  }

  /**
   * Sends to one leader until something fails or there is nothing more to send.
   *
   * @param recordsOfNext how many records the next batch has; none when there is to be no more
   */
  void sendTo(Endpoint leader, Supplier<Optional<Integer>> recordsOfNext) {
    Deque<Sent> flight = new ArrayDeque<>();
    unacknowledged.forEach(batch -> flight.add(send(leader, batch)));
    while (true) {
      // Before it is known to the partition, a broker cannot tell that its first batch is missing.
      while (flight.size() < (isKnown ? IN_FLIGHT : 1)) {
        Optional<Integer> count = recordsOfNext.get();
        if (count.isEmpty()) {
          break;
        }
        Batch batch = next(count.get());
        unacknowledged.add(batch);
        flight.add(send(leader, batch));
      }
      if (flight.isEmpty()) {
        return;
      }
      if (!isAcknowledged(flight.removeFirst())) {
        // None is sent again as long as another may be under way.
        flight.forEach(sent -> sent.answer().handle((answer, failure) -> true).join());
        return;
      }
    }
  }

  private Batch next(int count) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(value(nextSequence + i));
    }
    Batch batch = new Batch(nextSequence, values);
    nextSequence += count;
    return batch;
  }

  private Sent send(Endpoint leader, Batch batch) {
    SimpleRecord[] records =
        batch.values().stream()
            .map(v -> new SimpleRecord(1_800_000_000_000L, v.getBytes(StandardCharsets.UTF_8)))
            .toArray(SimpleRecord[]::new);
    MemoryRecords stored =
        MemoryRecords.withIdempotentRecords(
            Compression.NONE, producerId, (short) 0, batch.sequence(), records);
    ProduceRequestData request =
        new ProduceRequestData()
            .setAcks((short) -1)
            .setTimeoutMs(TIMEOUT_MS)
            .setTransactionalId(null);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setTopicId(partition.topicId())
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setIndex(partition.partition())
                            .setRecords(stored))));
    return new Sent(batch, peers.send(leader, ApiKeys.PRODUCE, (short) 13, request, ANSWER_MS));
  }

  /** The oldest that is in flight: all before it is in the log for good. */
  private boolean isAcknowledged(Sent oldest) {
    ProduceResponseData answer;
    try {
      answer = (ProduceResponseData) oldest.answer().join();
    } catch (CompletionException e) {
      return false;
    }
    PartitionProduceResponse response =
        answer.responses().iterator().next().partitionResponses().getFirst();
    Errors error = Errors.forCode(response.errorCode());
    assertThat(error)
        .as("%s at %s", name, oldest.batch())
        .isNotIn(
            Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
            Errors.DUPLICATE_SEQUENCE_NUMBER,
            Errors.UNKNOWN_PRODUCER_ID,
            Errors.INVALID_PRODUCER_EPOCH);
    if (error != Errors.NONE) {
      return false;
    }
    acknowledged.at(response.baseOffset(), oldest.batch().values());
    unacknowledged.removeFirst();
    isKnown = true;
    return true;
  }
}
