package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka Streams counts words, in two processes, while one node after the other is killed. */
@OnEveryCluster
class ClusterStreamsTest {
  private static final Map<Integer, List<Integer>> PARTITIONS =
      Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1), 2, List.of(3, 1, 2));

  private static final int LINES = 500;
  private static final int WORDS = 40;

  private final ClusterSubject subject;
  private final Map<String, Long> written = new HashMap<>();
  private final Map<String, Long> counted = new HashMap<>();
  private int lines;

  @TempDir Path directory = Path.of("target");

  ClusterStreamsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  private Frameworks counter(String name, Subject.Topic from, Subject.Topic to) throws Exception {
    return Frameworks.start(
        "io.barnabas.frameworks.WordCount",
        List.of(
            subject.cluster().bootstrapServers(),
            "counting-" + from.name(),
            from.name(),
            to.name(),
            directory.resolve(name).toString()),
        Path.of("target", "word-count-%s-%s.log".formatted(subject, name)));
  }

  /** Lines of two words, one frequent and one less so. */
  private void write(KafkaProducer<String, String> producer, Subject.Topic topic) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      List<String> words = List.of("word" + lines % WORDS, "rare" + lines % (7 * WORDS));
      words.forEach(word -> written.merge(word, 1L, Long::sum));
      sent.add(
          producer.send(
              new ProducerRecord<>(
                  topic.name(), lines % PARTITIONS.size(), null, String.join(" ", words))));
      lines++;
    }
    for (Future<RecordMetadata> each : sent) {
      each.get();
    }
  }

  @Test
  void wordsAreCounted() throws Exception {
    Subject.Topic from = subject.newTopic(PARTITIONS, Map.of("min.insync.replicas", "2"));
    Subject.Topic to = subject.newTopic(PARTITIONS, Map.of("min.insync.replicas", "2"));
    try (Frameworks first = counter("first", from, to);
        Frameworks second = counter("second", from, to);
        KafkaProducer<String, String> producer = producer();
        KafkaConsumer<String, Long> counts = counts(to)) {
      write(producer, from);
      awaitCounts(counts, first, second);
      for (int node : subject.cluster().ids()) {
        write(producer, from);
        subject.cluster().node(node).kill();
        try {
          write(producer, from);
          awaitCounts(counts, first, second);
        } finally {
          subject.cluster().node(node).restart();
        }
        subject.awaitOnEveryNode(
            from.name(),
            told ->
                told.partitions().stream()
                    .allMatch(each -> each.isrNodes().size() == subject.cluster().size()));
      }
      awaitCounts(counts, first, second);
      // Each at least as often as it was written, which is what was waited for: a task that moves
      // may
      // count again what it had not committed.
      assertThat(counted.keySet()).isEqualTo(written.keySet());
    }
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", subject.cluster().bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  private KafkaConsumer<String, Long> counts(Subject.Topic topic) {
    KafkaConsumer<String, Long> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", subject.cluster().bootstrapServers()),
            new StringDeserializer(),
            new LongDeserializer());
    List<TopicPartition> all =
        PARTITIONS.keySet().stream().map(each -> new TopicPartition(topic.name(), each)).toList();
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  /** A word's partition has its counts in their order, so the last one holds. */
  private void awaitCounts(KafkaConsumer<String, Long> counts, Frameworks... counters)
      throws Exception {
    ClusterSubject.await(
        "all words are counted",
        () -> {
          for (Frameworks each : counters) {
            each.check();
          }
          counts
              .poll(Duration.ofMillis(200))
              .forEach(record -> counted.put(record.key(), record.value()));
          return written.entrySet().stream()
              .allMatch(
                  each ->
                      Objects.requireNonNullElse(counted.get(each.getKey()), 0L)
                          >= each.getValue());
        });
  }
}
