package io.barnabas.bench;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A producer that sends small records to one partition at a steady rate, whatever happens, and a
 * consumer that reads them: Kafka's Java clients, with acks=all, as idempotent as by default.
 */
final class SteadyClients implements Closeable {
  private static final long INTERVAL_NANOS = 2_000_000;
  private static final int VALUE_BYTES = 100;
  private static final int POLL_MS = 100;

  /** Acknowledgements or records that come in at least this often flow. */
  private static final long PAUSE_NANOS = 250_000_000;

  private static final long FLOW_NANOS = 1_000_000_000;
  private static final long LOOK_MS = 10;
  private static final long CATCH_UP_MS = 60_000;

  private final TopicPartition partition;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Moments acknowledged = new Moments();
  private final Moments consumed = new Moments();
  private final AtomicLong nextAcknowledged = new AtomicLong();
  private final AtomicLong nextConsumed = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread sending;
  private final Thread reading;
  private volatile boolean stopSending;
  private volatile boolean stopReading;

  /**
   * Starts both.
   *
   * @param requestTimeoutMs how long either waits for an answer before it asks somebody else
   */
  SteadyClients(String bootstrapServers, String topic, int requestTimeoutMs) {
    partition = new TopicPartition(topic, 0);
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "acks",
                "all",
                "linger.ms",
                1,
                "request.timeout.ms",
                requestTimeoutMs,
                "socket.connection.setup.timeout.ms",
                requestTimeoutMs,
                "socket.connection.setup.timeout.max.ms",
                requestTimeoutMs),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "request.timeout.ms",
                requestTimeoutMs,
                "socket.connection.setup.timeout.ms",
                requestTimeoutMs,
                "socket.connection.setup.timeout.max.ms",
                requestTimeoutMs),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    sending = Thread.ofPlatform().name("steady-producer").start(this::send);
    reading = Thread.ofPlatform().name("steady-consumer").start(this::read);
  }

  private void send() {
    byte[] value = new byte[VALUE_BYTES];
    long due = System.nanoTime();
    try {
      while (!stopSending) {
        PacedProducer.awaitTime(due);
        due += INTERVAL_NANOS;
        var _ =
            producer.send(
                new ProducerRecord<>(partition.topic(), partition.partition(), null, value),
                (metadata, exception) -> {
                  if (exception == null) {
                    nextAcknowledged.accumulateAndGet(metadata.offset() + 1, Math::max);
                    acknowledged.add();
                  } else {
                    refused.incrementAndGet();
                  }
                });
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void read() {
    try {
      consumer.assign(List.of(partition));
      while (!stopReading) {
        if (!consumer.poll(Duration.ofMillis(POLL_MS)).isEmpty()) {
          consumed.add();
          nextConsumed.set(consumer.position(partition));
        }
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** When records were acknowledged. */
  Moments acknowledged() {
    return acknowledged;
  }

  /** When records were received. */
  Moments consumed() {
    return consumed;
  }

  /** How many records the producer gave up. */
  long refused() {
    return refused.get();
  }

  /**
   * Waits until both have done well for a second.
   *
   * @return false if they have not within the limit
   */
  boolean awaitFlow(int limitSeconds) throws IOException, InterruptedException {
    long from = System.nanoTime();
    while (System.nanoTime() - from < limitSeconds * 1_000_000_000L) {
      throwFailure();
      long since = System.nanoTime() - FLOW_NANOS;
      if (since - from >= 0
          && acknowledged.flowsSince(since, PAUSE_NANOS)
          && consumed.flowsSince(since, PAUSE_NANOS)) {
        return true;
      }
      Thread.sleep(LOOK_MS);
    }
    return false;
  }

  /** Stops sending, and waits until everything acknowledged has been read. */
  void finish() throws IOException, InterruptedException {
    stopSending = true;
    sending.join();
    producer.close();
    long deadline = System.nanoTime() + CATCH_UP_MS * 1_000_000;
    while (nextConsumed.get() < nextAcknowledged.get()) {
      throwFailure();
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s: acknowledged below %d, read below %d only"
                .formatted(partition, nextAcknowledged.get(), nextConsumed.get()));
      }
      Thread.sleep(LOOK_MS);
    }
  }

  private void throwFailure() throws IOException {
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("a client failed", failed);
    }
  }

  @Override
  public void close() {
    stopSending = true;
    stopReading = true;
    try {
      sending.join();
      reading.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(Duration.ZERO);
    consumer.close();
  }
}
