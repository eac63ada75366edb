package io.barnabas.bench;

import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Records per second and the broker's CPU for reading records of 1 KB that were just written, so
 * from the page cache: by the Java consumer with assigned partitions, and by the raw client.
 */
final class ConsumeMeasure implements NodeMeasure {
  private static final String TOPIC = "consume";
  private static final int PARTITIONS = 6;
  private static final int LOAD_LIMIT_SECONDS = 120;
  private static final int RECORD_BYTES = 1_000;

  @Override
  public String name() {
    return "consume";
  }

  @Override
  public boolean dependsOnFlushing() {
    return false;
  }

  @Override
  public void run(Trial trial) throws Exception {
    trial.createTopic(TOPIC, PARTITIONS, Map.of());
    long records =
        RawProducer.run(
                trial.broker().address(),
                new RawProducer.Load(TOPIC, PARTITIONS, RECORD_BYTES, 16_384, (short) -1, 5),
                trial.sizes().rawRecords(RECORD_BYTES),
                LOAD_LIMIT_SECONDS)
            .records();
    RawReader.read(trial.broker().address(), TOPIC, PARTITIONS, records);
    trial.metered("raw reader, 1000 B", () -> raw(trial, records));
    trial.metered("Java consumer, 1000 B", () -> java(trial, records));
  }

  private static long raw(Trial trial, long records) throws Exception {
    long startNanos = System.nanoTime();
    long read = RawReader.read(trial.broker().address(), TOPIC, PARTITIONS, records);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    trial.add("raw reader, 1000 B: records/s", read / seconds);
    return read * RECORD_BYTES;
  }

  private static long java(Trial trial, long records) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            trial.broker().bootstrapServers(),
            "enable.auto.commit",
            "false",
            "auto.offset.reset",
            "earliest");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(
          IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(TOPIC, p)).toList());
      long startNanos = System.nanoTime();
      long read = 0;
      while (read < records) {
        read += consumer.poll(Duration.ofSeconds(1)).count();
      }
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      trial.add("Java consumer, 1000 B: records/s", read / seconds);
      return read * RECORD_BYTES;
    }
  }
}
