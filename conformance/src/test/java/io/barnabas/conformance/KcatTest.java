package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The C client librdkafka, by way of kcat. */
@OnEverySubject
class KcatTest {

  private static final int LINES = 5000;

  private final Subject subject;
  @TempDir Path directory = Path.of("target");

  KcatTest(Subject subject) {
    this.subject = subject;
  }

  @BeforeAll
  static void isInstalled() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kcat"))),
        "kcat is not on the PATH: librdkafka is not tested here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void whatWentInComesOut(String compression) throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    Path input = directory.resolve("input.txt");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add("line " + i + " of some text that repeats, and repeats");
    }
    Files.write(input, lines);
    kcat("-P", "-t", topic, "-p", "0", "-z", compression, "-X", "acks=all", "-l", input.toString());
    assertThat(kcat("-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q")).isEqualTo(lines);
  }

  @Test
  void aGroupReadsEachLineOnce() throws Exception {
    String topic = subject.newTopic(3, Map.of()).name();
    Path input = directory.resolve("input.txt");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      lines.add("line " + i);
    }
    Files.write(input, lines);
    kcat("-P", "-t", topic, "-X", "acks=all", "-l", input.toString());
    String[] read = {
      "-G", "group-of-" + topic, "-X", "auto.offset.reset=earliest", "-e", "-q", topic
    };
    assertThat(kcat(read)).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(kcat(read)).isEmpty();
  }

  private List<String> kcat(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("kcat", "-b"));
    command.add(subject.broker().bootstrapServers());
    command.addAll(List.of(arguments));
    File output = directory.resolve("kcat.out").toFile();
    File errors = directory.resolve("kcat.err").toFile();
    Process process =
        new ProcessBuilder(command).redirectOutput(output).redirectError(errors).start();
    process.getOutputStream().close();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kcat ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(errors.toPath())).isZero();
    return Files.readAllLines(output.toPath());
  }
}
