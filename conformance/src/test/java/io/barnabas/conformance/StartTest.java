package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Starting and stopping a node at the prompt. */
class StartTest {

  @TempDir Path directory = Path.of("target");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nod.id=7                 | There is no setting named nod.id (node.id?).",
        "node.id=x                | node.id",
        "listeners=SSL://h:1      | set ssl.keystore.location.",
        "advertised.listeners=X:1 | NAME://host:port",
      })
  void aWrongSettingIsASentence(String setting, String says) throws Exception {
    refused(says, "-o", setting);
  }

  @Test
  void aMissingFileIsASentence() throws Exception {
    Path file = directory.resolve("nowhere.properties");
    refused("There is no file " + file + ".", "--config", file.toString());
  }

  @Test
  void aMissingKeyStoreIsASentence() throws Exception {
    refused(
        "stores of the listener SSL cannot be used",
        "-o",
        "listeners=SSL://127.0.0.1:0",
        "-o",
        "ssl.keystore.location=" + directory.resolve("nowhere.jks"));
  }

  @Test
  void aTakenPortIsASentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refused(
          Integer.toString(taken.getLocalPort()),
          "-o",
          "listeners=PLAINTEXT://127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void aNodeSaysWhenItIsReadyAndStopsWhenItIsTold() throws Exception {
    Path file = directory.resolve("node.properties");
    Files.writeString(file, "node.id=4\nlisteners=PLAINTEXT://127.0.0.1:0\n");
    Path own = Files.createDirectory(directory.resolve("own"));
    List<String> start = start("--config", file.toString(), "-o", "node.id=5");
    Process node = CommandLine.begin(own, start);
    try {
      while (!Files.readString(own.resolve("out")).contains("\n") && node.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(own.resolve("out"))
          .content()
          .matches(
              "ready node\\.id=5 listeners=PLAINTEXT://127\\.0\\.0\\.1:[1-9][0-9]*"
                  + " cluster\\.id=[A-Za-z0-9_-]{22} in [0-9]+ ms\n");
      refused("in use by another process.", "-o", "listeners=PLAINTEXT://127.0.0.1:0");
      node.destroy();
      assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(node.exitValue()).isZero();
    } finally {
      node.destroyForcibly();
    }
    refused("of cluster", "-o", "node.id=5", "-o", "cluster.id=AAAAAAAAAAAAAAAAAAAAAA");
    refused("node 5", "-o", "node.id=6");
  }

  /** One line on standard error, nothing else, and exit code 1. */
  private void refused(String says, String... arguments) throws Exception {
    CommandLine.Result result = CommandLine.run(directory, new byte[0], start(arguments));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).isEmpty();
    assertThat(result.errors()).contains(says).doesNotContain("Exception", "\tat ");
    assertThat(result.errors().lines()).hasSize(1);
  }

  private List<String> start(String... arguments) {
    List<String> all = new ArrayList<>(List.of("start"));
    all.addAll(List.of("-o", "log.dirs=" + directory.resolve("data")));
    all.addAll(List.of(arguments));
    return all;
  }
}
