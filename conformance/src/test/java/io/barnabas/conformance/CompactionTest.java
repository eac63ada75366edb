package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same batches, in brokers of their own that compact without a pause: what stays must be the
 * same, record by record and offset by offset.
 */
class CompactionTest {
  private static final Path TARGET = Path.of("target");
  private static final int MAX_WAIT_MS = 120_000;
  private static final int SEGMENTS = 8;
  private static final int BATCHES = 10;
  private static final int KEYS = 25;
  private static final long PRODUCER_ID = 4_711;

  /** By their times batches of different groups come into different segments. */
  private static final long SEGMENT_MS = 10_000;

  private static final long DAY_MS = 86_400_000;

  /** What was sent, by offset; the value of one that deletes its key is "-". */
  private record Sent(int group, String key, String value) {}

  private final List<Sent> sent = new ArrayList<>();
  private int sequence;
  private int choices = 1;

  static List<Kind> kinds() {
    return Kind.wanted("APACHE_KAFKA,BARNABAS").toList();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatStaysIsTheNewestOfEachKey(Kind kind) throws Exception {
    try (BrokerProcess broker = start(kind);
        RawClient client = RawClient.connect(broker.address())) {
      Topic topic = newTopic(broker, "compacted", Map.of("cleanup.policy", "compact"));
      long day = System.currentTimeMillis() - DAY_MS;
      for (int group = 0; group < SEGMENTS; group++) {
        send(client, topic, group, day + 2 * SEGMENT_MS * group);
      }
      awaitContent(broker, topic, expected(0, SEGMENTS - 1, true));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void deletionsGoWhenTheirTimeIsOver(Kind kind) throws Exception {
    try (BrokerProcess broker = start(kind);
        RawClient client = RawClient.connect(broker.address())) {
      Map<String, String> configs = Map.of("cleanup.policy", "compact", "delete.retention.ms", "1");
      Topic topic = newTopic(broker, "deletions", configs);
      long day = System.currentTimeMillis() - DAY_MS;
      for (int group = 0; group < SEGMENTS + 4; group++) {
        send(client, topic, group, day + 2 * SEGMENT_MS * group);
        if (group >= SEGMENTS - 1) {
          // A pass over all that is there, which is noticed by what it removes.
          awaitWithoutDeletions(broker, topic, group);
        }
      }
      // The last of them may have been met by one pass only.
      long last = sent.stream().filter(one -> one.group < SEGMENTS).count();
      assertThat(read(broker, topic))
          .filteredOn(text -> offsetOf(text) < last)
          .noneMatch(text -> text.endsWith("=-"))
          .isEqualTo(
              expected(0, SEGMENTS + 3, false).stream()
                  .filter(text -> offsetOf(text) < last)
                  .toList());
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void bothPoliciesTogether(Kind kind) throws Exception {
    try (BrokerProcess broker = start(kind);
        RawClient client = RawClient.connect(broker.address())) {
      Map<String, String> configs =
          Map.of("cleanup.policy", "compact,delete", "retention.ms", "3600000");
      Topic topic = newTopic(broker, "both", configs);
      long old = System.currentTimeMillis() - DAY_MS;
      for (int group = 0; group < SEGMENTS; group++) {
        send(client, topic, group, old + 2 * SEGMENT_MS * group);
      }
      awaitContent(broker, topic, List.of());
      long recent = System.currentTimeMillis() - DAY_MS / 48;
      for (int group = SEGMENTS; group < 2 * SEGMENTS; group++) {
        send(client, topic, group, recent + 2 * SEGMENT_MS * group);
      }
      awaitContent(broker, topic, expected(SEGMENTS, 2 * SEGMENTS - 1, true));
    }
  }

  private static BrokerProcess start(Kind kind) throws Exception {
    ClassPaths classPaths = ClassPaths.readFrom(TARGET);
    Path directory =
        TARGET.resolve("subjects").resolve("compaction-" + kind + "-" + System.nanoTime());
    Map<String, String> settings = new TreeMap<>();
    settings.put("log.cleaner.backoff.ms", "100");
    settings.put("log.retention.check.interval.ms", "500");
    if (kind == Kind.BARNABAS) {
      return BrokerProcess.barnabas(classPaths, directory, List.of("-Xmx512m"), settings);
    }
    settings.put("log.initial.task.delay.ms", "500");
    settings.put("log.cleaner.dedupe.buffer.size", "4000000");
    return BrokerProcess.kafka(classPaths, directory, settings);
  }

  private static Topic newTopic(BrokerProcess broker, String name, Map<String, String> configs)
      throws Exception {
    Map<String, String> all = new HashMap<>(configs);
    all.put("segment.ms", Long.toString(SEGMENT_MS));
    all.put("min.cleanable.dirty.ratio", "0");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(all))).all().get();
      while (true) {
        try {
          return new Topic(
              name,
              Objects.requireNonNull(
                      admin.describeTopics(List.of(name)).allTopicNames().get().get(name))
                  .topicId());
        } catch (ExecutionException e) {
          Thread.sleep(50);
        }
      }
    }
  }

  /** The next of some numbers that look random. */
  private int choice(int bound) {
    choices = choices * 1_103_515_245 + 12_345;
    return (choices >>> 8) % bound;
  }

  /** Sends a segment's batches: of all codecs, some of them by a producer with an id. */
  private void send(RawClient client, Topic topic, int group, long timestampMs) throws IOException {
    for (int i = 0; i < BATCHES; i++) {
      SimpleRecord[] records = new SimpleRecord[1 + choice(4)];
      for (int j = 0; j < records.length; j++) {
        records[j] = record(group, timestampMs + i);
      }
      CompressionType[] types = CompressionType.values();
      Compression codec = Compression.of(types[choice(types.length)]).build();
      MemoryRecords batch = MemoryRecords.withRecords(codec, records);
      if (choice(2) == 0) {
        batch =
            MemoryRecords.withIdempotentRecords(codec, PRODUCER_ID, (short) 0, sequence, records);
        sequence += records.length;
      }
      append(client, topic, batch);
    }
  }

  private SimpleRecord record(int group, long timestampMs) {
    String key = "k" + choice(KEYS);
    boolean deletes = choice(5) == 0;
    String value = "v" + sent.size();
    sent.add(new Sent(group, key, deletes ? "-" : value));
    return new SimpleRecord(
        timestampMs,
        key.getBytes(StandardCharsets.UTF_8),
        deletes ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private static void append(RawClient client, Topic topic, MemoryRecords batch)
      throws IOException {
    Errors error;
    do {
      ProduceResponseData answer =
          client.call(
              ApiKeys.PRODUCE,
              13,
              Requests.produce(topic, 0, -1, batch),
              ProduceResponseData.class);
      error = Errors.forCode(Requests.only(answer).errorCode());
      // A broker may say that a topic is there before it serves it.
    } while (error == Errors.UNKNOWN_TOPIC_ID || error == Errors.NOT_LEADER_OR_FOLLOWER);
    error.maybeThrow();
  }

  /** The newest of each key in some groups, and all of the last of them. */
  private List<String> expected(int firstGroup, int lastGroup, boolean deletions) {
    Map<String, Integer> newest = new HashMap<>();
    for (int offset = 0; offset < sent.size(); offset++) {
      if (sent.get(offset).group < lastGroup) {
        newest.put(sent.get(offset).key, offset);
      }
    }
    List<String> expected = new ArrayList<>();
    for (int offset = 0; offset < sent.size(); offset++) {
      Sent one = sent.get(offset);
      boolean stays =
          one.group == lastGroup
              || (one.group >= firstGroup
                  && one.group < lastGroup
                  && Objects.equals(newest.get(one.key), offset)
                  && (deletions || !one.value.equals("-")));
      if (stays) {
        expected.add(offset + " " + one.key + "=" + one.value);
      }
    }
    return expected;
  }

  private void awaitContent(BrokerProcess broker, Topic topic, List<String> expected)
      throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!read(broker, topic).equals(expected) && System.currentTimeMillis() < deadline) {
      Thread.sleep(200);
    }
    assertThat(read(broker, topic)).isEqualTo(expected);
  }

  private void awaitWithoutDeletions(BrokerProcess broker, Topic topic, int lastGroup)
      throws Exception {
    List<String> expected = withoutDeletions(expected(0, lastGroup, true));
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!withoutDeletions(read(broker, topic)).equals(expected)
        && System.currentTimeMillis() < deadline) {
      Thread.sleep(200);
    }
    assertThat(withoutDeletions(read(broker, topic))).isEqualTo(expected);
  }

  private static long offsetOf(String text) {
    return Long.parseLong(text.substring(0, text.indexOf(' ')));
  }

  private static List<String> withoutDeletions(List<String> texts) {
    return texts.stream().filter(text -> !text.endsWith("=-")).toList();
  }

  /** All records that are there. */
  private static List<String> read(BrokerProcess broker, Topic topic) {
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "earliest");
    List<String> texts = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
          String value = record.value() == null ? "-" : record.value();
          texts.add(record.offset() + " " + record.key() + "=" + value);
        }
      }
    }
    return texts;
  }
}
