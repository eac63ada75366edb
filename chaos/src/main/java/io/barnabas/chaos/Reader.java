package io.barnabas.chaos;

import io.barnabas.chaos.check.AnomalyKind;
import io.barnabas.chaos.check.PartitionHistory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers with all partitions, one after the other, each from the beginning. One thread. */
final class Reader implements Runnable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Workload work;
  private final int index;
  private final Random random;
  private int lives;

  Reader(Workload work, int index) {
    this.work = work;
    this.index = index;
    this.random = new Random(work.seed() * 37 + index);
  }

  @Override
  public void run() {
    while (!work.isStopped()) {
      try {
        live();
      } catch (OffsetOutOfRangeException e) {
        // Nothing is deleted, so a place that a reader has come to must be there.
        work.findings().add(AnomalyKind.WATERMARK_BACK, "reader " + index + ": " + e.getMessage());
      } catch (KafkaException e) {
        work.trouble().add("consumer", e);
      }
    }
  }

  private void live() {
    lives++;
    long endMs = work.acks().nowMs() + work.lifeMs() / 2 + random.nextInt(work.lifeMs());
    List<PartitionHistory.Session> sessions =
        work.parts().sessions("reader " + index + ", life " + lives);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(work.bootstrapServers())) {
      consumer.assign(work.parts().ids());
      consumer.seekToBeginning(work.parts().ids());
      while (!work.isStopped() && work.acks().nowMs() < endMs) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Part part = work.parts().of(new TopicPartition(record.topic(), record.partition()));
          sessions.get(part.index()).read(record.offset(), value(record));
          record.leaderEpoch().ifPresent(epoch -> part.ends().read(record.offset(), epoch));
        }
      }
    }
  }

  /** A consumer without a group. */
  static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
    Map<String, Object> config = new HashMap<>();
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_000);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    config.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
    config.put(ConsumerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 2_000);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** What a record holds. */
  static long value(ConsumerRecord<byte[], byte[]> record) {
    return ByteBuffer.wrap(record.value()).getLong();
  }
}
