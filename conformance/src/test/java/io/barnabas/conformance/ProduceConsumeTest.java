package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java client's producer and (assigned) consumer. */
@OnEverySubject
class ProduceConsumeTest {

  private static final int RECORDS = 500;
  private static final long FIRST_TIMESTAMP_MS = 1_700_000_000_000L;

  private final Subject subject;

  ProduceConsumeTest(Subject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @CsvSource({
    "none,0,false", "none,1,false", "none,all,false", "none,all,true",
    "gzip,all,true", "snappy,all,true", "lz4,all,true", "zstd,all,true"
  })
  void whatWentInComesOut(String compression, String acks, boolean idempotent) throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    List<ProducerRecord<String, String>> sent = records(partition);
    produce(
        sent,
        Map.of("compression.type", compression, "acks", acks, "enable.idempotence", idempotent));

    List<ConsumerRecord<String, String>> received = consume(partition, 0, RECORDS);

    assertThat(received).hasSize(RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      ConsumerRecord<String, String> record = received.get(i);
      ProducerRecord<String, String> original = sent.get(i);
      assertThat(record.offset()).isEqualTo(i);
      assertThat(record.key()).isEqualTo(original.key());
      assertThat(record.value()).isEqualTo(original.value());
      assertThat(record.timestamp()).isEqualTo(original.timestamp());
      assertThat(record.headers()).isEqualTo(original.headers());
      assertThat(record.leaderEpoch()).contains(0);
    }
  }

  @Test
  void readingStartsAtAnyOffset() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    produce(records(partition), Map.of("compression.type", "lz4", "linger.ms", "50"));

    List<ConsumerRecord<String, String>> received = consume(partition, 333, RECORDS - 333);

    assertThat(received.getFirst().offset()).isEqualTo(333);
    assertThat(received).hasSize(RECORDS - 333);
  }

  @Test
  void theConsumerFindsOffsetsByTime() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    produce(records(partition), Map.of());
    try (KafkaConsumer<String, String> consumer = consumer()) {
      OffsetAndTimestamp found =
          Objects.requireNonNull(
              consumer.offsetsForTimes(Map.of(partition, FIRST_TIMESTAMP_MS + 123)).get(partition));

      assertThat(found.offset()).isEqualTo(123);
      assertThat(found.timestamp()).isEqualTo(FIRST_TIMESTAMP_MS + 123);
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, (long) RECORDS);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 900_000})
  void largeAndSmallValues(int size) throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    String value = "v".repeat(size);
    produce(List.of(new ProducerRecord<>(partition.topic(), 0, "k", value)), Map.of());

    assertThat(consume(partition, 0, 1).getFirst().value()).isEqualTo(value);
  }

  @Test
  void aTopicIsCreatedByProducingToIt() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopicName(), 0);
    produce(records(partition), Map.of());

    assertThat(consume(partition, 0, RECORDS)).hasSize(RECORDS);
  }

  private static List<ProducerRecord<String, String>> records(TopicPartition partition) {
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      records.add(
          new ProducerRecord<>(
              partition.topic(),
              partition.partition(),
              FIRST_TIMESTAMP_MS + i,
              i % 3 == 0 ? null : "key-" + i,
              i % 7 == 0 ? null : "value-" + "x".repeat(i),
              List.of(new RecordHeader("n", ("" + i).getBytes(StandardCharsets.UTF_8)))));
    }
    return records;
  }

  private void produce(List<ProducerRecord<String, String>> records, Map<String, ?> settings)
      throws Exception {
    Map<String, Object> config = new HashMap<>(settings);
    config.put("bootstrap.servers", subject.broker().bootstrapServers());
    config.putIfAbsent("linger.ms", "5");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> answers = new ArrayList<>();
      for (ProducerRecord<String, String> record : records) {
        answers.add(producer.send(record));
      }
      producer.flush();
      for (int i = 0; i < answers.size(); i++) {
        RecordMetadata answer = answers.get(i).get();
        assertThat(answer.offset()).isEqualTo(answer.hasOffset() ? i : -1);
      }
    }
  }

  private List<ConsumerRecord<String, String>> consume(
      TopicPartition partition, long from, int count) {
    List<ConsumerRecord<String, String>> received = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long deadline = System.currentTimeMillis() + 20_000;
      while (received.size() < count && System.currentTimeMillis() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(received::add);
      }
    }
    return received;
  }

  private KafkaConsumer<String, String> consumer() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            subject.broker().bootstrapServers(),
            "auto.offset.reset",
            "none",
            "enable.auto.commit",
            "false");
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }
}
