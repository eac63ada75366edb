package io.barnabas.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Barnabas's own command line against both brokers. */
@OnEverySubject
class CommandLineTest {

  private static final int LINES = 3000;

  private final Subject subject;
  @TempDir Path directory = Path.of("target");

  CommandLineTest(Subject subject) {
    this.subject = subject;
  }

  @Test
  void aTopicsLife() throws Exception {
    String name = subject.newTopicName();
    assertThat(good("topics", "create", name, "-p", "3", "-c", "retention.ms=12345"))
        .isEqualTo("Created %s: 3 partitions, 1 replica.\n".formatted(name));
    subject.awaitTopic(name, 3);
    assertThat(good("topics", "list").lines()).anyMatch(line -> line.matches(name + " +3 +1 +ok"));
    assertThat(bad("topics", "create", name)).isEqualTo("The topic " + name + " exists already.\n");
    assertThat(good("topics", "create", name, "--if-not-exists")).isEmpty();

    good("topics", "add-partitions", name, "4");
    subject.awaitTopic(name, 4);
    assertThat(good("topics", "describe", name)).contains("4 partitions", "retention.ms=12345");

    good("topics", "config", "set", name, "retention.ms=777");
    assertThat(good("topics", "config", "get", name, "retention.ms", "--json"))
        .isEqualTo("[{\"setting\":\"retention.ms\",\"value\":\"777\",\"from\":\"topic\"}]\n");
    assertThat(bad("topics", "config", "set", name, "no.such=1")).contains("INVALID_CONFIG");
    assertThat(good("topics", "config", "unset", name, "retention.ms"))
        .isEqualTo(name + " has no settings of its own.\n");

    assertThat(good("topics", "delete", name)).isEqualTo("Deleted " + name + ".\n");
    assertThat(bad("topics", "delete", name)).isEqualTo("There is no topic " + name + ".\n");
    assertThat(bad("consume", name)).isEqualTo("There is no topic " + name + ".\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "zstd"})
  void bytesComeOutAsTheyWentIn(String compression) throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      text.append("line ").append(i).append(" ü € \r\n\n");
    }
    Path file = directory.resolve("lines");
    Files.writeString(file, text);
    good("produce", topic, file.toString(), "--compression", compression);
    assertThat(good("consume", topic)).isEqualTo(text.toString());
    assertThat(good("consume", topic, "--from", "-2")).isEqualTo("line 2999 ü € \r\n\n");
    assertThat(good("consume", topic, "--from", "2", "--max", "1")).isEqualTo("line 1 ü € \r\n");
    assertThat(good("consume", topic, "--from", "2000-01-01", "--max", "1"))
        .isEqualTo("line 0 ü € \r\n");
    assertThat(good("consume", topic, "--from", "end")).isEmpty();
    assertThat(bad("consume", topic, "--from", "99999")).contains("There is no such offset");
  }

  @Test
  void keysAndHeaders() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    CommandLine.Result produced =
        run("a=1\nb=2".getBytes(UTF_8), "produce", topic, "-k", "=", "-H", "h=x", "--json");
    assertThat(produced.exitCode()).as(produced.errors()).isZero();
    assertThat(produced.output())
        .startsWith("{\"topic\":\"" + topic + "\",\"records\":2,\"bytes\":6,")
        .contains("[{\"partition\":0,\"firstOffset\":0,\"lastOffset\":1}]");
    assertThat(good("consume", topic, "--keys", "--headers", "--offsets"))
        .isEqualTo("0\t0\th=x\ta\t1\n0\t1\th=x\tb\t2\n");
    assertThat(good("consume", topic, "--json", "--from", "1"))
        .contains(
            "\"offset\":1,",
            "\"key\":\"b\",\"value\":\"2\",\"headers\":[{\"name\":\"h\",\"value\":");
    assertThat(run("no separator".getBytes(UTF_8), "produce", topic, "-k", "=").errors())
        .isEqualTo("Line 1 has no key: it does not contain '='.\n");
  }

  @Test
  void aGroupsOffsets() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    String group = "group-of-" + topic;
    assertThat(run("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n".getBytes(UTF_8), "produce", topic).exitCode())
        .isZero();
    assertThat(bad("groups", "describe", group)).isEqualTo("There is no group " + group + ".\n");
    assertThat(bad("groups", "reset", group, "--to", "end"))
        .isEqualTo(
            "The group %s has committed nothing: say which topics with --topic.\n"
                .formatted(group));
    assertThat(bad("groups", "reset", group, "-t", topic + ":0,1", "--to", "end"))
        .isEqualTo(topic + " has no partition 1.\n");

    assertThat(good("groups", "reset", group, "-t", topic, "--to", "4"))
        .contains("Do it with --execute.");
    assertThat(bad("groups", "describe", group)).isEqualTo("There is no group " + group + ".\n");
    good("groups", "reset", group, "-t", topic + ":0", "--to", "4", "--execute");
    assertThat(good("groups", "describe", group))
        .contains(group + ": Classic, Empty, 0 members, lag 6,")
        .containsPattern(topic + " +0 +4 +10 +6  -\n");

    assertThat(then(group, "--to", "beginning")).isZero();
    assertThat(then(group, "--to", "end")).isEqualTo(10);
    assertThat(then(group, "--to", "99")).isEqualTo(10);
    assertThat(then(group, "--to", "-3")).isEqualTo(7);
    assertThat(then(group, "--to", "2000-01-01")).isZero();
    assertThat(then(group, "--to", "PT1H")).isZero();
    assertThat(then(group, "--to", "2100-01-01")).isEqualTo(10);
    assertThat(then(group, "--shift-by", "3")).isEqualTo(7);
    assertThat(then(group, "--shift-by", "-5")).isZero();
    good("groups", "reset", group, "--shift-by", "-1", "--execute");
    assertThat(good("groups", "describe", group, "--json"))
        .contains(
            "\"state\":\"Empty\",",
            "\"lag\":7,\"members\":[],",
            "\"committed\":3,\"end\":10,\"lag\":7,\"member\":null}");
    CommandLine.Result oneOfTwo =
        run(new byte[0], "groups", "describe", group, "no-" + group, "--json");
    assertThat(oneOfTwo.exitCode()).isEqualTo(1);
    assertThat(oneOfTwo.errors()).contains("There is no group no-" + group);
    assertThat(oneOfTwo.output()).startsWith("[{\"group\":\"" + group + "\",").endsWith("]\n");

    assertThat(good("groups", "list", "--state", "empty", "--type", "classic").lines())
        .anyMatch(line -> line.matches(group + " +Classic +- +Empty"));
    assertThat(good("groups", "list", "--state", "stable,dead")).doesNotContain(group);
    assertThat(good("groups", "list", "--type", "consumer")).doesNotContain(group);
    assertThat(good("groups", "delete", group)).isEqualTo("Deleted " + group + ".\n");
    assertThat(bad("groups", "delete", group)).isEqualTo("There is no group " + group + ".\n");
  }

  /** Where a reset would set the only partition of a group. */
  private int then(String group, String... where) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("groups", "reset", group, "--json"));
    arguments.addAll(List.of(where));
    Matcher then =
        Pattern.compile("\"executed\":false,.*\"then\":(\\d+),")
            .matcher(good(arguments.toArray(String[]::new)));
    assertThat(then.find()).isTrue();
    return Integer.parseInt(then.group(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void aGroupsMembers(String protocol) throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    String group = protocol + "-group-of-" + topic;
    Map<String, String> settings = Map.of("group.protocol", protocol, "client.id", "seen");
    try (GroupMember member =
        new GroupMember(subject.broker().bootstrapServers(), group, topic, settings)) {
      Await.until("it has all", 60_000, () -> GroupMember.isShared(2, List.of(member)));
      assertThat(good("groups", "describe", group, "--members"))
          .containsPattern(member.memberId() + " +- +seen +127.0.0.1 .* " + topic + "-0," + topic)
          .containsPattern(topic + " +1 +- +0 +- +" + member.memberId() + "\n");
      assertThat(good("groups", "list", "--type", protocol, "--json"))
          .contains("{\"group\":\"" + group + "\",");
      String refusal = "The group " + group + " has members: stop them first.\n";
      assertThat(bad("groups", "reset", group, "-t", topic, "--to", "0")).isEqualTo(refusal);
      assertThat(bad("groups", "delete", group)).isEqualTo(refusal);
    }
  }

  @Test
  void aGroupIsWatchedUntilTheCommandIsEnded() throws Exception {
    TopicPartition partition = new TopicPartition(subject.newTopic(1, Map.of()).name(), 0);
    String group = "group-of-" + partition.topic();
    try (Admin admin = subject.admin()) {
      commit(admin, group, partition, 17);
      Process watching =
          CommandLine.begin(
              directory,
              List.of(
                  "groups",
                  "describe",
                  group,
                  "--watch",
                  "--interval",
                  "1",
                  "--bootstrap",
                  subject.broker().bootstrapServers()));
      try {
        Path seen = directory.resolve("out");
        Await.until("17 is seen", 60_000, () -> Files.readString(seen).contains(" 17 "));
        commit(admin, group, partition, 18);
        Await.until("18 is seen", 60_000, () -> Files.readString(seen).contains(" 18 "));
        admin.deleteConsumerGroups(List.of(group)).all().get();
        Await.until(
            "it goes on without the group",
            60_000,
            () -> Files.readString(seen).contains("There is no group " + group + ".\n"));
        assertThat(watching.isAlive()).isTrue();
      } finally {
        watching.destroy();
      }
      assertThat(CommandLine.end(directory, watching).errors()).isEmpty();
    }
  }

  private static void commit(Admin admin, String group, TopicPartition partition, long offset)
      throws Exception {
    admin
        .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
        .all()
        .get();
  }

  @Test
  void theCluster() throws Exception {
    String topic = subject.newTopic(2, Map.of()).name();
    good("produce", topic, Path.of("pom.xml").toString(), "-q");
    assertThat(good("cluster", "status"))
        .contains("1 node,", subject.broker().bootstrapServers(), "All partitions have a leader");
    assertThat(good("cluster", "disks", "--json"))
        .contains(
            "\"directory\":\"" + subject.broker().dataDirectory().toAbsolutePath() + "\"",
            "\"state\":\"ok\"",
            "\"" + topic + "\":");
  }

  private String good(String... arguments) throws Exception {
    CommandLine.Result result = run(new byte[0], arguments);
    assertThat(result.exitCode()).as(result.errors()).isZero();
    assertThat(result.errors()).isEmpty();
    return result.output();
  }

  private String bad(String... arguments) throws Exception {
    CommandLine.Result result = run(new byte[0], arguments);
    assertThat(result.exitCode()).as(result.output()).isEqualTo(1);
    return result.errors();
  }

  private CommandLine.Result run(byte[] input, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap", subject.broker().bootstrapServers()));
    return CommandLine.run(directory, input, all);
  }
}
