package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes of a stopped broker's segment are turned over: what Apache Kafka does not promise. */
class DamagedSegmentTest {
  private static final int RECORDS = 500;
  private static final int RECORD_BYTES = 1_000;
  private static final int VICTIM = 1;

  static Stream<ClusterSubject> barnabas() {
    return ClusterSubject.all().filter(ClusterSubject::isBarnabas);
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("barnabas")
  void itIsFoundAndCopiedAnewAndNoWrongRecordIsServed(ClusterSubject subject) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of("min.insync.replicas", "2"));
    List<String> values = new ArrayList<>();
    for (int i = 0; i < RECORDS; i++) {
      values.add(i + "-".repeat(RECORD_BYTES));
    }
    subject.produce(topic, 0, values);
    subject.cluster().node(VICTIM).stop();
    try {
      flip(log(subject, VICTIM, topic));
    } finally {
      subject.cluster().node(VICTIM).restart();
    }
    ClusterSubject.await(
        "the damaged files are set aside", () -> !aside(subject, VICTIM, topic).isEmpty());
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 3);
    assertThat(aside(subject, VICTIM, topic)).hasSize(1);
    for (int node : List.of(VICTIM, 2)) {
      assertThat(Files.mismatch(log(subject, node, topic), log(subject, 3, topic)))
          .as("first byte of node %d that is not as on node 3", node)
          .isEqualTo(-1);
    }
    assertThat(subject.read(topic, 0)).isEqualTo(values);
    assertThat(subject.cluster().node(VICTIM).dataDirectory().resolveSibling("output.log"))
        .content()
        .contains(topic.name() + "-0 is damaged and out of service here");
  }

  private static Path log(ClusterSubject subject, int node, Topic topic) {
    return subject
        .cluster()
        .node(node)
        .dataDirectory()
        .resolve(topic.name() + "-0")
        .resolve("00000000000000000000.log");
  }

  /** A few bytes in the middle of the file, where no index entry makes a start look. */
  private static void flip(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(4);
      long middle = channel.size() / 2;
      channel.read(bytes, middle);
      bytes.flip();
      bytes.putInt(0, ~bytes.getInt(0));
      channel.write(bytes, middle);
    }
  }

  private static List<Path> aside(ClusterSubject subject, int node, Topic topic) {
    try (Stream<Path> folders = Files.list(subject.cluster().node(node).dataDirectory())) {
      return folders
          .filter(path -> path.getFileName().toString().startsWith(topic.name() + "-0."))
          .filter(path -> path.toString().endsWith("-damaged"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
