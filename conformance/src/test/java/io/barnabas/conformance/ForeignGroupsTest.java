package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Groups of clients in Python (Debian's python3-confluent-kafka and python3-kafka) and in
 * JavaScript (kafkajs): two members share the partitions, and when one is killed the other has all.
 */
@OnEverySubject
class ForeignGroupsTest {
  private static final int PARTITIONS = 4;
  private static final long LIMIT_MS = 120_000;
  private static final Path SOURCES = Path.of("src", "test");

  private final Subject subject;
  @TempDir Path directory = Path.of("target");

  ForeignGroupsTest(Subject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @CsvSource({
    "/usr/bin/python3, python/group_confluent.py",
    "/usr/bin/python3, python/group_kafka_python.py",
    "node, javascript/group_kafkajs.js"
  })
  void whatADeadMemberHadGoesToTheOther(String interpreter, String program) throws Exception {
    assertThat(isThere(program)).as("kafkajs is installed, as .ci/run does it").isTrue();
    Topic topic = subject.newTopic(PARTITIONS, Map.of());
    String group = "group-of-" + topic.name();
    List<String> command =
        List.of(
            interpreter,
            SOURCES.resolve(program).toString(),
            subject.broker().bootstrapServers(),
            topic.name(),
            group);
    try (Member first = new Member(command, directory.resolve("first.log"));
        Member second = new Member(command, directory.resolve("second.log"))) {
      await(
          "both share",
          () ->
              first.owned().size() == PARTITIONS / 2
                  && owned(first, second).equals(everyPartition()));
      produce(topic, "one");
      await("all is read", () -> read(first, second).equals(readOnce("one")));
      first.kill();
      await("the other has all", () -> second.owned().equals(everyPartition()));
      produce(topic, "two");
      await("all is read again", () -> second.read("two").equals(readOnce("two")));
      await("all is committed", () -> committed(group).equals(allCommitted(topic)));
      assertThat(read(first, second)).isEqualTo(readOnce("one"));
    }
  }

  private static boolean isThere(String program) {
    return !program.endsWith(".js")
        || Files.isDirectory(SOURCES.resolve("javascript/node_modules/kafkajs"));
  }

  private static void await(String what, Await.Condition condition) throws Exception {
    Await.until(what, LIMIT_MS, condition);
  }

  private static List<Integer> everyPartition() {
    return IntStream.range(0, PARTITIONS).boxed().toList();
  }

  private static List<Integer> owned(Member first, Member second) throws IOException {
    List<Integer> owned = new ArrayList<>(first.owned());
    owned.addAll(second.owned());
    return owned.stream().sorted().toList();
  }

  private static List<String> read(Member first, Member second) throws IOException {
    List<String> read = new ArrayList<>(first.read("one"));
    read.addAll(second.read("one"));
    return read.stream().sorted().toList();
  }

  private static List<String> readOnce(String value) {
    return everyPartition().stream()
        .map(partition -> "read %d %s".formatted(partition, value))
        .toList();
  }

  private void produce(Topic topic, String value) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", subject.broker().bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int partition : everyPartition()) {
        producer.send(new ProducerRecord<>(topic.name(), partition, "", value)).get();
      }
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
    try (Admin admin = subject.admin()) {
      Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
      // Some clients say the leader epoch, too, or metadata.
      admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((id, offset) -> committed.put(id, new OffsetAndMetadata(offset.offset())));
      return committed;
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> allCommitted(Topic topic) {
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
    everyPartition()
        .forEach(
            partition ->
                all.put(new TopicPartition(topic.name(), partition), new OffsetAndMetadata(2)));
    return all;
  }

  /** A member in a process of its own, and what it has printed. */
  private static final class Member implements AutoCloseable {
    private final Process process;
    private final Path log;

    Member(List<String> command, Path log) throws IOException {
      this.log = log;
      this.process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    }

    /** What it owned last, in order; fails if it has ended by itself. */
    List<Integer> owned() throws IOException {
      List<Integer> owned = List.of();
      for (String line : lines()) {
        if (line.startsWith("owns")) {
          owned =
              List.of(line.substring("owns".length()).strip().split(" ")).stream()
                  .filter(partition -> !partition.isEmpty())
                  .map(Integer::valueOf)
                  .toList();
        }
      }
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      return owned;
    }

    /** The lines about records with a value, in the order of their partitions. */
    List<String> read(String value) throws IOException {
      return lines().stream()
          .filter(line -> line.startsWith("read ") && line.endsWith(" " + value))
          .sorted()
          .toList();
    }

    private List<String> lines() throws IOException {
      String text = Files.readString(log);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    @Override
    public void close() {
      kill();
    }

    /** It says nothing to its group. */
    void kill() {
      process.destroyForcibly().onExit().join();
    }
  }
}
