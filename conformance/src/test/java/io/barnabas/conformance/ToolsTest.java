package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's command line tools, as they are, in processes of their own. */
@OnEverySubject
class ToolsTest {

  private final Subject subject;
  @TempDir Path directory = Path.of("target");

  ToolsTest(Subject subject) {
    this.subject = subject;
  }

  @Test
  void topics() throws Exception {
    String name = subject.newTopicName();
    String tool = "org.apache.kafka.tools.TopicCommand";
    List<String> create =
        List.of("--create", "--topic", name, "--partitions", "3", "--config", "retention.ms=12345");
    assertThat(tool(tool, create)).contains("Created topic " + name);
    subject.awaitTopic(name, 3);
    assertThat(tool(tool, List.of("--list")).lines()).contains(name);
    assertThat(tool(tool, List.of("--describe", "--topic", name)))
        .contains("PartitionCount: 3", "ReplicationFactor: 1", "retention.ms=12345");
    tool(tool, List.of("--alter", "--topic", name, "--partitions", "5"));
    subject.awaitTopic(name, 5);
    tool(tool, List.of("--delete", "--topic", name));
    assertThat(tool(tool, List.of("--list")).lines()).doesNotContain(name);
  }

  @Test
  void configs() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    String tool = "kafka.admin.ConfigCommand";
    List<String> entity = List.of("--entity-type", "topics", "--entity-name", topic.name());
    tool(tool, plus(entity, "--alter", "--add-config", "retention.ms=777"));
    assertThat(tool(tool, plus(entity, "--describe"))).contains("retention.ms=777");
    tool(tool, plus(entity, "--alter", "--delete-config", "retention.ms"));
    assertThat(tool(tool, plus(entity, "--describe"))).doesNotContain("retention.ms=777");
  }

  @Test
  void offsetsAndDeletedRecords() throws Exception {
    Topic topic = filledTopic();
    String offsets = "org.apache.kafka.tools.GetOffsetShell";
    assertThat(tool(offsets, List.of("--topic", topic.name(), "--time", "latest")))
        .contains(topic.name() + ":0:10");

    Path wanted = directory.resolve("delete.json");
    Files.writeString(
        wanted,
        """
        {"version": 1, "partitions": [{"topic": "%s", "partition": 0, "offset": 4}]}
        """
            .formatted(topic.name()));
    assertThat(
            tool(
                "org.apache.kafka.tools.DeleteRecordsCommand",
                List.of("--offset-json-file", wanted.toString())))
        .contains("low_watermark: 4");
    assertThat(tool(offsets, List.of("--topic", topic.name(), "--time", "earliest")))
        .contains(topic.name() + ":0:4");
  }

  @Test
  void logDirectories() throws Exception {
    Topic topic = filledTopic();
    assertThat(
            tool(
                "org.apache.kafka.tools.LogDirsCommand",
                List.of("--describe", "--topic-list", topic.name())))
        .contains(
            "\"logDir\":\"" + subject.broker().dataDirectory().toAbsolutePath() + "\"",
            "\"partition\":\"" + topic.name() + "-0\"",
            "\"offsetLag\":0");
  }

  @Test
  void consoleConsumer() throws Exception {
    Topic topic = filledTopic();
    assertThat(
            tool(
                    "org.apache.kafka.tools.consumer.ConsoleConsumer",
                    List.of(
                        "--topic",
                        topic.name(),
                        "--partition",
                        "0",
                        "--offset",
                        "6",
                        "--max-messages",
                        "4"))
                .lines())
        .contains("line 6", "line 7", "line 8", "line 9")
        .doesNotContain("line 5");
  }

  @Test
  void groups() throws Exception {
    Topic topic = filledTopic();
    String group = "group-of-" + topic.name();
    String tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    List<String> ofGroup = List.of("--group", group);
    List<String> ofTopic = plus(ofGroup, "--topic", topic.name());
    assertThat(tool(tool, plus(ofTopic, "--reset-offsets", "--to-offset", "4", "--execute")))
        .containsPattern(group + "\\s+" + topic.name() + "\\s+0\\s+4");
    assertThat(tool(tool, List.of("--list")).lines()).contains(group);
    assertThat(tool(tool, plus(ofGroup, "--describe")))
        .containsPattern(group + "\\s+" + topic.name() + "\\s+0\\s+4\\s+10\\s+6");
    assertThat(tool(tool, plus(ofTopic, "--reset-offsets", "--shift-by", "3", "--execute")))
        .containsPattern(topic.name() + "\\s+0\\s+7");
    assertThat(tool(tool, plus(ofGroup, "--describe", "--state"))).contains("Empty");
    assertThat(recordsOfGroups()).anyMatch(line -> line.contains(group));
    tool(tool, plus(ofTopic, "--delete-offsets"));
    assertThat(tool(tool, plus(ofTopic, "--reset-offsets", "--to-earliest", "--execute")))
        .containsPattern(topic.name() + "\\s+0\\s+0");
    assertThat(tool(tool, plus(ofGroup, "--delete"))).contains("was successful");
    assertThat(tool(tool, List.of("--list")).lines()).doesNotContain(group);
  }

  /** As Kafka's own formatter reads them. */
  private Stream<String> recordsOfGroups() throws Exception {
    return tool(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            List.of(
                "--topic",
                "__consumer_offsets",
                "--from-beginning",
                "--timeout-ms",
                "5000",
                "--formatter",
                "org.apache.kafka.tools.consumer.OffsetsMessageFormatter"))
        .lines()
        .filter(line -> line.contains("\"offset\":7"));
  }

  @Test
  void consoleConsumerOfAGroup() throws Exception {
    Topic topic = filledTopic();
    List<String> read =
        List.of(
            "--topic",
            topic.name(),
            "--group",
            "group-of-" + topic.name(),
            "--from-beginning",
            "--max-messages",
            "5");
    String tool = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    assertThat(tool(tool, read).lines()).contains("line 0", "line 4").doesNotContain("line 5");
    assertThat(tool(tool, read).lines()).contains("line 5", "line 9").doesNotContain("line 4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLASSIC", "CONSUMER"})
  void verifiableConsumer(String protocol) throws Exception {
    Topic topic = filledTopic();
    String group = "group-of-" + topic.name();
    assertThat(
            tool(
                "org.apache.kafka.tools.VerifiableConsumer",
                List.of(
                    "--topic",
                    topic.name(),
                    "--group-id",
                    group,
                    "--group-protocol",
                    protocol,
                    "--reset-policy",
                    "earliest",
                    "--max-messages",
                    "10",
                    "--verbose")))
        .contains(
            "\"name\":\"partitions_assigned\"",
            "line 0",
            "line 9",
            "\"name\":\"offsets_committed\"",
            "\"success\":true",
            "\"name\":\"shutdown_complete\"");
    assertThat(
            tool(
                "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                List.of("--describe", "--group", group)))
        .containsPattern(group + "\\s+" + topic.name() + "\\s+0\\s+10\\s+10\\s+0");
  }

  @Test
  void segmentDump() throws Exception {
    Topic topic = filledTopic();
    Path folder = subject.broker().dataDirectory().resolve(topic.name() + "-0");
    List<String> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.map(Path::toString).filter(f -> f.endsWith(".log")).toList();
    }
    assertThat(files).hasSize(1);
    String dump =
        run(
            "org.apache.kafka.tools.DumpLogSegments",
            List.of("--deep-iteration", "--print-data-log", "--files", files.getFirst()));
    assertThat(dump)
        .contains("payload: line 0", "payload: line 9", "isvalid: true")
        .doesNotContain("isvalid: false", "mismatch", "Found");
  }

  private Topic filledTopic() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", subject.broker().bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < 10; i++) {
        producer.send(new ProducerRecord<>(topic.name(), 0, "key", "line " + i)).get();
      }
    }
    return topic;
  }

  private static List<String> plus(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(List.of(more));
    return all;
  }

  private String tool(String mainClass, List<String> arguments) throws Exception {
    return run(
        mainClass, plus(arguments, "--bootstrap-server", subject.broker().bootstrapServers()));
  }

  private String run(String mainClass, List<String> arguments) throws Exception {
    File output = directory.resolve("tool.log").toFile();
    JavaProcess.Result result =
        JavaProcess.run(
            ClassPaths.readFrom(Path.of("target")).kafkaTools(), mainClass, arguments, output);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }
}
