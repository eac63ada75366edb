package io.barnabas.conformance.load;

import io.barnabas.conformance.load.NumberedProducer.Acknowledged;
import io.barnabas.conformance.load.NumberedProducer.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Compares what is in a topic with what was acknowledged. */
final class Ledger {
  private static final long SILENCE_LIMIT_NANOS = 60_000_000_000L;

  private final List<NumberedProducer> producers;
  private final List<String> complaints = new ArrayList<>();
  private long read;

  private Ledger(List<NumberedProducer> producers) {
    this.producers = producers;
  }

  /**
   * What came of the comparison.
   *
   * @param read records in the topic
   * @param complaints a sentence for each record that is lost, doubled, misplaced or out of order;
   *     the first hundred
   */
  record Verdict(long read, List<String> complaints) {}

  static Verdict check(
      String bootstrapServers, String topic, int partitions, List<NumberedProducer> producers)
      throws IOException {
    Ledger ledger = new Ledger(producers);
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", "false");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (int partition = 0; partition < partitions; partition++) {
        ledger.checkPartition(consumer, new TopicPartition(topic, partition));
      }
    }
    return new Verdict(ledger.read, List.copyOf(ledger.complaints));
  }

  private void checkPartition(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition)
      throws IOException {
    Map<Origin, Long> offsets = read(consumer, partition);
    for (int id = 0; id < producers.size(); id++) {
      for (Acknowledged promised : producers.get(id).acknowledged(partition.partition())) {
        Long offset = offsets.get(new Origin(id, promised.number()));
        if (offset == null) {
          complain(partition + ": lost " + promised + " of producer " + id);
        } else if (offset != promised.offset()) {
          complain(partition + ": " + promised + " of producer " + id + " is at " + offset);
        }
      }
    }
  }

  private Map<Origin, Long> read(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition)
      throws IOException {
    consumer.assign(List.of(partition));
    consumer.seek(partition, 0);
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    Map<Origin, Long> offsets = new HashMap<>();
    long[] lastNumber = new long[producers.size()];
    Arrays.fill(lastNumber, -1);
    long lastProgressNanos = System.nanoTime();
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
        Origin origin = Origin.of(record.key());
        read++;
        lastProgressNanos = System.nanoTime();
        if (offsets.put(origin, record.offset()) != null) {
          complain(partition + ": doubled " + origin + " at " + record.offset());
        } else if (origin.number() <= lastNumber[origin.producer()]) {
          complain(partition + ": out of order " + origin + " at " + record.offset());
        }
        lastNumber[origin.producer()] = Math.max(lastNumber[origin.producer()], origin.number());
      }
      if (System.nanoTime() - lastProgressNanos > SILENCE_LIMIT_NANOS) {
        throw new IOException("nothing comes at " + consumer.position(partition) + " of " + end);
      }
    }
    return offsets;
  }

  private void complain(String sentence) {
    if (complaints.size() < 100) {
      complaints.add(sentence);
    }
  }
}
