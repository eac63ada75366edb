package io.barnabas.chaos;

import io.barnabas.chaos.check.Value;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Idempotent producers with acks=all, one after the other, on one thread: a new one when the old
 * one cannot go on, and from time to time so; some are closed, others forgotten with what they had
 * not sent.
 */
final class Writer implements Runnable {
  private static final int MOST_IN_FLIGHT = 1_000;
  private static final int MOST_PADDING_BYTES = 200;
  private static final List<Integer> DELIVERY_TIMEOUTS_MS = List.of(120_000, 8_000, 30_000);

  private final Workload work;
  private final int index;
  private final int perSecond;
  private final Random random;
  private final List<Part> parts;

  /**
   * A writer.
   *
   * @param perSecond records, at most
   */
  Writer(Workload work, int index, int perSecond) {
    this.work = work;
    this.index = index;
    this.perSecond = perSecond;
    this.random = new Random(work.seed() * 31 + index);
    this.parts = work.parts().all();
  }

  @Override
  public void run() {
    while (!work.isStopped()) {
      try {
        live();
      } catch (KafkaException e) {
        work.trouble().add("producer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void live() throws InterruptedException {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config(), new ByteArraySerializer(), new ByteArraySerializer());
    try {
      new Life(producer, work.producers().getAndIncrement()).live();
    } finally {
      boolean forgotten = !work.isStopped() && random.nextBoolean();
      producer.close(forgotten ? Duration.ZERO : Duration.ofSeconds(30));
    }
  }

  private Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>();
    config.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, work.bootstrapServers());
    config.put(ProducerConfig.CLIENT_ID_CONFIG, "writer-" + index);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
    config.put(ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 2_000);
    config.put(
        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
        DELIVERY_TIMEOUTS_MS.get(index % DELIVERY_TIMEOUTS_MS.size()));
    return config;
  }

  /** One producer from its beginning to its end. */
  private final class Life {
    private final KafkaProducer<byte[], byte[]> producer;
    private final int id;
    private final Semaphore room = new Semaphore(MOST_IN_FLIGHT);
    private final AtomicBoolean broken = new AtomicBoolean();

    Life(KafkaProducer<byte[], byte[]> producer, int id) {
      this.producer = producer;
      this.id = id;
    }

    void live() throws InterruptedException {
      long endMs = work.acks().nowMs() + work.lifeMs() / 2 + random.nextInt(work.lifeMs());
      long dueNanos = System.nanoTime();
      while (!work.isStopped() && !broken.get() && work.acks().nowMs() < endMs) {
        if (room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
          send(parts.get(random.nextInt(parts.size())));
          // What was missed in a fault is not made up for.
          dueNanos =
              Math.max(dueNanos + 1_000_000_000L / perSecond, System.nanoTime() - 50_000_000);
        }
        TimeUnit.NANOSECONDS.sleep(dueNanos - System.nanoTime());
      }
    }

    private void send(Part part) {
      Value value = part.history().send(id);
      byte[] bytes =
          ByteBuffer.allocate(Long.BYTES + random.nextInt(MOST_PADDING_BYTES))
              .putLong(value.packed())
              .array();
      var _ =
          producer.send(
              new ProducerRecord<>(part.id().topic(), part.id().partition(), null, bytes),
              (where, error) -> completed(part, value, where, error));
    }

    private void completed(
        Part part, Value value, RecordMetadata where, @Nullable Exception error) {
      room.release();
      if (error == null) {
        part.history().acknowledged(value, where.hasOffset() ? where.offset() : -1);
        work.acks().acknowledged(part.index());
      } else {
        work.trouble().add("producer", error);
        if (!(error instanceof TimeoutException || error instanceof RetriableException)) {
          broken.set(true);
        }
      }
    }
  }
}
