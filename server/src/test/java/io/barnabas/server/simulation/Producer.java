package io.barnabas.server.simulation;

import io.barnabas.server.simulation.Client.Route;
import io.barnabas.server.simulation.History.Impossible;
import io.barnabas.server.simulation.History.Outcome;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Send;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
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
import org.jspecify.annotations.Nullable;

/**
 * Sends batches of unique values to one partition, several at a time over one connection. An
 * idempotent one sends again until it knows what became of a batch; others never do.
 *
 * <p>Of a producer of which it knows nothing, a broker takes the first batch that it can, whatever
 * its sequence, as Kafka does: when the very first is refused, for a leader has only just been
 * elected, say, one behind it may be taken, and the first never will. Then this one takes another
 * producer id, as Kafka's Java client does when it has waited for long enough. Once something was
 * acknowledged, brokers know, and must not find a gap any more.
 */
final class Producer implements Runnable {
  private static final int MOST_IN_FLIGHT = 5;
  private static final int MOST_RECORDS = 3;

  /** Some hours ago, as clocks jump back and what is far ahead is refused. */
  private static final long TIMESTAMP = 1_799_980_000_000L;

  /** What it sends to, and how. */
  record Task(String topic, int partition, int acks, boolean idempotent) {}

  private static final class Batch {
    final int number;
    final int sequence;
    final List<String> values;
    long beganNanos = -1;

    Batch(int number, int sequence, List<String> values) {
      this.number = number;
      this.sequence = sequence;
      this.values = values;
    }
  }

  private final WholeClusterRun run;
  private final Client client;
  private final Task task;
  private final Deque<Batch> window = new ArrayDeque<>();
  private @Nullable Uuid topic;
  private long producerId = -1;

  /** The first batch that was acknowledged with this producer id. */
  private int firstAcknowledged = Integer.MAX_VALUE;

  private boolean gap;
  private int nextNumber;
  private int nextSequence;
  private long lastAcknowledgedNanos = -1;
  private Errors lastError = Errors.NONE;

  Producer(WholeClusterRun run, String name, Task task) {
    this.run = run;
    this.client = new Client(run, name);
    this.task = task;
  }

  /** Whether something that it sent after a time was acknowledged. */
  boolean hasGoneOnSince(long nanos) {
    return task.acks() == 0 || lastAcknowledgedNanos - nanos > 0;
  }

  String state() {
    return "%s %s: %s, window %d, last %s"
        .formatted(
            client.name(),
            task,
            client.route(task.topic(), task.partition()),
            window.size(),
            lastError);
  }

  @Override
  public void run() {
    try (client) {
      while (!run.isOver() || !window.isEmpty()) {
        Optional<Route> route = route();
        if (route.isPresent() && (!task.idempotent() || hasProducerId())) {
          round(route.get());
        }
        client.sleep(client.below(80));
      }
    }
  }

  private Optional<Route> route() {
    Optional<Route> route = client.route(task.topic(), task.partition());
    if (route.isEmpty() || route.get().leader() < 0) {
      client.refresh(task.topic());
      route = client.route(task.topic(), task.partition());
    }
    route.filter(known -> !known.topic().equals(topic)).ifPresent(this::beginAnew);
    return route.filter(known -> known.leader() >= 0);
  }

  /** The topic is another one now: what was under way to the last one will never be known. */
  private void beginAnew(Route route) {
    giveUp();
    topic = route.topic();
  }

  /** What is under way has no outcome, and what comes after it is of another producer id. */
  void giveUp() {
    Uuid last = topic;
    if (last != null) {
      window.forEach(batch -> record(last, batch, Outcome.UNKNOWN, -1));
    }
    window.clear();
    producerId = -1;
    firstAcknowledged = Integer.MAX_VALUE;
    gap = false;
    nextSequence = 0;
  }

  private boolean hasProducerId() {
    if (producerId < 0) {
      Optional<ApiMessage> answer =
          client.ask(
              client.anyNode(),
              ApiKeys.INIT_PRODUCER_ID,
              4,
              new InitProducerIdRequestData()
                  .setTransactionalId(null)
                  .setTransactionTimeoutMs(Client.TIMEOUT_MS));
      if (answer.isPresent()) {
        InitProducerIdResponseData data = (InitProducerIdResponseData) answer.get();
        client.note(ApiKeys.INIT_PRODUCER_ID, Errors.forCode(data.errorCode()));
        producerId = data.producerId();
      }
    }
    return producerId >= 0;
  }

  // --- a round: sends all that is in the window, and takes what becomes of it

  private void round(Route route) {
    if (window.isEmpty()) {
      for (int i = run.isOver() ? 0 : 1 + client.below(MOST_IN_FLIGHT); i > 0; i--) {
        window.add(next());
      }
    }
    if (task.acks() == 0) {
      tell(route);
      return;
    }
    // What is sent again goes one by one, as brokers recognise only the last five.
    boolean again = !window.isEmpty() && window.getFirst().beganNanos >= 0;
    List<Batch> sent = again ? List.of(window.getFirst()) : List.copyOf(window);
    List<CompletableFuture<ApiMessage>> answers = new ArrayList<>(sent.size());
    for (Batch batch : sent) {
      batch.beganNanos = batch.beganNanos < 0 ? client.now() : batch.beganNanos;
      answers.add(client.send(route.leader(), ApiKeys.PRODUCE, 13, request(route, batch)));
    }
    boolean refresh = false;
    for (int i = 0; i < sent.size(); i++) {
      refresh |= !take(route, sent.get(i), Client.await(answers.get(i)));
    }
    if (gap) {
      giveUp();
    }
    if (refresh) {
      client.refresh(task.topic());
    }
  }

  private void tell(Route route) {
    for (Batch batch : List.copyOf(window)) {
      batch.beganNanos = client.now();
      client.tell(route.leader(), ApiKeys.PRODUCE, 13, request(route, batch));
      failed(route, batch, Outcome.UNKNOWN);
    }
    if (client.below(10) == 0) {
      client.refresh(task.topic());
    }
  }

  private Batch next() {
    List<String> values = new ArrayList<>();
    for (int i = client.below(MOST_RECORDS); i >= 0; i--) {
      values.add("%s-%d-%d".formatted(client.name(), nextNumber, i));
    }
    Batch batch = new Batch(nextNumber++, nextSequence, values);
    nextSequence += values.size();
    return batch;
  }

  private ProduceRequestData request(Route route, Batch batch) {
    SimpleRecord[] records =
        batch.values.stream()
            .map(value -> new SimpleRecord(TIMESTAMP, value.getBytes(StandardCharsets.UTF_8)))
            .toArray(SimpleRecord[]::new);
    ProduceRequestData request =
        new ProduceRequestData()
            .setAcks((short) task.acks())
            .setTimeoutMs(Client.TIMEOUT_MS - 50)
            .setTransactionalId(null);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setTopicId(route.topic())
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setIndex(task.partition())
                            .setRecords(
                                task.idempotent()
                                    ? MemoryRecords.withIdempotentRecords(
                                        Compression.NONE,
                                        producerId,
                                        (short) 0,
                                        batch.sequence,
                                        records)
                                    : MemoryRecords.withRecords(Compression.NONE, records)))));
    return request;
  }

  /** Whether all is well. */
  private boolean take(Route route, Batch batch, Optional<ApiMessage> answer) {
    Optional<PartitionProduceResponse> response =
        answer.map(
            message ->
                ((ProduceResponseData) message)
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .getFirst());
    Errors error =
        response.map(r -> Errors.forCode(r.errorCode())).orElse(Errors.NETWORK_EXCEPTION);
    lastError = error;
    switch (error) {
      case NONE -> {
        acknowledged(route, batch, response.orElseThrow().baseOffset());
        return true;
      }
      case DUPLICATE_SEQUENCE_NUMBER -> acknowledged(route, batch, -1);
      case NETWORK_EXCEPTION -> failed(route, batch, Outcome.UNKNOWN);
      case NOT_ENOUGH_REPLICAS, UNKNOWN_TOPIC_ID -> failed(route, batch, Outcome.REFUSED);
      case OUT_OF_ORDER_SEQUENCE_NUMBER -> outOfOrder(batch);
      default -> {
        client.note(ApiKeys.PRODUCE, error);
        failed(route, batch, Outcome.UNKNOWN);
      }
    }
    return false;
  }

  /** Only to be expected of one that follows another of which it is not known what became of it. */
  private void outOfOrder(Batch batch) {
    if (batch == window.peekFirst()) {
      gap = true;
      if (firstAcknowledged < batch.number && !mayBeForgotten()) {
        run.history()
            .add(new Impossible("a gap before number %d of %s".formatted(batch.number, state())));
      }
    }
  }

  /** Whether brokers may have forgotten it, as its records are deleted or lost. */
  private boolean mayBeForgotten() {
    return topic == null
        || run.history().trimmedTo(new Part(topic, task.partition())) > 0
        || (run.isUnforced(task.topic()) && run.nodes().isPowerLost());
  }

  private void acknowledged(Route route, Batch batch, long offset) {
    window.remove(batch);
    firstAcknowledged = Math.min(firstAcknowledged, batch.number);
    record(route.topic(), batch, Outcome.ACKNOWLEDGED, offset);
    if (batch.beganNanos - lastAcknowledgedNanos > 0 || lastAcknowledgedNanos < 0) {
      lastAcknowledgedNanos = batch.beganNanos;
    }
  }

  /**
   * An idempotent one keeps what it is not certain of; it may have been appended by an earlier try.
   */
  private void failed(Route route, Batch batch, Outcome outcome) {
    if (!task.idempotent()) {
      window.remove(batch);
      record(route.topic(), batch, outcome, -1);
    }
  }

  private void record(Uuid id, Batch batch, Outcome outcome, long offset) {
    run.history()
        .add(
            new Send(
                client.name(),
                new Part(id, task.partition()),
                batch.number,
                task.acks(),
                producerId,
                batch.values,
                outcome,
                offset,
                run.newestEpoch(id, task.partition()),
                batch.beganNanos,
                client.now()));
  }
}
