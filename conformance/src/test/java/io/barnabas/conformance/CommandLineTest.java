package io.barnabas.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
