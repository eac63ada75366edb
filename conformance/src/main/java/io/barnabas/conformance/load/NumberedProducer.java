package io.barnabas.conformance.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent producer with acks=all on a thread of its own. Each record's key says which
 * producer sent it and its number in its partition; what was acknowledged is remembered with its
 * offset.
 */
final class NumberedProducer {
  private static final int KEY_BYTES = Integer.BYTES + Long.BYTES;
  private static final int BURST = 50;

  private final int id;
  private final String topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread;
  private final Random random;
  private final int perSecond;
  private final long[] nextNumber;
  private final List<List<Acknowledged>> acknowledged = new ArrayList<>();
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  /** A record that the broker promised to keep. */
  record Acknowledged(long number, long offset) {}

  /** What a key says. */
  record Origin(int producer, long number) {
    static Origin of(byte[] key) {
      ByteBuffer buffer = ByteBuffer.wrap(key);
      return new Origin(buffer.getInt(), buffer.getLong());
    }
  }

  /**
   * What to send.
   *
   * @param compression Kafka's name of it
   * @param perSecond records, about
   */
  record Load(String topic, int partitions, String compression, int perSecond, long seed) {}

  NumberedProducer(int id, String bootstrapServers, Load load) {
    this.id = id;
    this.topic = load.topic();
    this.perSecond = load.perSecond();
    this.random = new Random(load.seed());
    this.nextNumber = new long[load.partitions()];
    for (int i = 0; i < load.partitions(); i++) {
      acknowledged.add(new ArrayList<>());
    }
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "acks", "all",
            "enable.idempotence", "true",
            "compression.type", load.compression(),
            "delivery.timeout.ms", "600000",
            "request.timeout.ms", "5000",
            "max.block.ms", "600000",
            "reconnect.backoff.max.ms", "100");
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.thread = Thread.ofPlatform().name("producer-" + id).start(this::run);
  }

  private void run() {
    byte[] value = new byte[1 << 10];
    long startNanos = System.nanoTime();
    long sent = 0;
    while (!stopped && failure.get() == null) {
      for (int i = 0; i < BURST; i++) {
        send(value);
      }
      sent += BURST;
      LockSupport.parkNanos(startNanos + sent * 1_000_000_000L / perSecond - System.nanoTime());
    }
  }

  private void send(byte[] scratch) {
    int partition = random.nextInt(nextNumber.length);
    long number = nextNumber[partition]++;
    byte[] key = ByteBuffer.allocate(KEY_BYTES).putInt(id).putLong(number).array();
    random.nextBytes(scratch);
    byte[] value = new byte[random.nextInt(scratch.length)];
    System.arraycopy(scratch, 0, value, 0, value.length);
    var _ =
        producer.send(
            new ProducerRecord<>(topic, partition, key, value),
            (metadata, exception) -> {
              // The producer's one sender thread runs all of these.
              if (exception != null) {
                failure.compareAndSet(null, exception);
              } else {
                acknowledged.get(partition).add(new Acknowledged(number, metadata.offset()));
                acknowledgedCount.incrementAndGet();
              }
            });
  }

  /** How many records have been acknowledged so far; any thread. */
  long acknowledgedCount() {
    return acknowledgedCount.get();
  }

  /** Stops sending and waits until everything sent is acknowledged. */
  void finish() throws IOException, InterruptedException {
    stopped = true;
    thread.join();
    producer.close();
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("producer " + id + " was refused a record", failed);
    }
  }

  /** What was acknowledged in a partition, in the order of acknowledgement; after the finish. */
  List<Acknowledged> acknowledged(int partition) {
    return acknowledged.get(partition);
  }
}
