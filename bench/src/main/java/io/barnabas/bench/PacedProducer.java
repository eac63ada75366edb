package io.barnabas.bench;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Kafka's Java producer, given records of 1,000 B at a fixed rate, evenly spaced; acks=all. */
final class PacedProducer {
  static final int RECORD_BYTES = 1_000;
  static final int PER_SECOND = 5_000;
  static final long INTERVAL_NANOS = 1_000_000_000L / PER_SECOND;

  private PacedProducer() {}

  /**
   * Sends records to the partitions in turn, without a linger, and waits for all acknowledgements.
   *
   * @return the time of each from when it was due
   */
  static Latencies run(String bootstrapServers, String topic, int partitions, int records)
      throws Exception {
    Latencies latencies = new Latencies(records);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    CountDownLatch acknowledged = new CountDownLatch(records);
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", "0");
    byte[] value = new byte[RECORD_BYTES];
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.partitionsFor(topic);
      long firstDue = System.nanoTime();
      for (int i = 0; i < records; i++) {
        long due = firstDue + i * INTERVAL_NANOS;
        awaitTime(due);
        var _ =
            producer.send(
                new ProducerRecord<>(topic, i % partitions, null, value),
                (metadata, exception) -> {
                  // The producer's one sender thread runs all of these.
                  latencies.add(System.nanoTime() - due);
                  if (exception != null) {
                    failure.set(exception);
                  }
                  acknowledged.countDown();
                });
      }
      acknowledged.await();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return latencies;
  }

  /** Waits for a moment of {@link System#nanoTime()}. */
  static void awaitTime(long dueNanos) {
    long wait = dueNanos - System.nanoTime();
    while (wait > 0) {
      LockSupport.parkNanos(wait);
      wait = dueNanos - System.nanoTime();
    }
  }
}
