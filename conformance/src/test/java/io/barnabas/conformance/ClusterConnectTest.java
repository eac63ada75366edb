package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka Connect, in two workers that share the work, copies lines from one file to a topic and from
 * there to another file, while one node after the other is killed.
 */
@OnEveryCluster
class ClusterConnectTest {
  private static final Map<Integer, List<Integer>> PARTITIONS =
      Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1));

  private static final int LINES = 200;

  private final ClusterSubject subject;
  private final List<String> written = new ArrayList<>();
  @TempDir Path directory = Path.of("target");

  ClusterConnectTest(ClusterSubject subject) {
    this.subject = subject;
  }

  /** One worker, and where it listens. */
  private record Worker(Frameworks process, URI address) {}

  private Worker worker(String name, String group) throws IOException {
    Map<String, String> settings = new HashMap<>();
    URI address = URI.create("http://127.0.0.1:" + freePort());
    settings.put("bootstrap.servers", subject.cluster().bootstrapServers());
    settings.put("group.id", group);
    settings.put("listeners", address.toString());
    settings.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    settings.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
    settings.put("offset.flush.interval.ms", "1000");
    settings.put("scheduled.rebalance.max.delay.ms", "1000");
    settings.put("plugin.discovery", "service_load");
    for (String topic : List.of("offset", "config", "status")) {
      settings.put(topic + ".storage.topic", group + "-" + topic);
      settings.put(topic + ".storage.replication.factor", "3");
    }
    settings.put("offset.storage.partitions", "5");
    Path file = directory.resolve(name + ".properties");
    Files.writeString(
        file,
        settings.entrySet().stream()
            .map(each -> each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining("\n")));
    return new Worker(
        Frameworks.start(
            "org.apache.kafka.connect.cli.ConnectDistributed",
            List.of(file.toString()),
            Path.of("target", "connect-%s-%s.log".formatted(subject, name))),
        address);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Connectors are made by whoever leads the group, which the others pass it on to. */
  private static void create(HttpClient client, Worker worker, String name, String config)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(worker.address().resolve("/connectors/" + name + "/config"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(config))
            .build();
    ClusterSubject.await(
        "the connector " + name + " is there",
        () -> {
          worker.process().check();
          try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            return answer.statusCode() / 100 == 2;
          } catch (IOException e) {
            // It does not listen yet.
            return false;
          }
        });
  }

  private void write(Path file) throws IOException {
    List<String> more = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      more.add("line " + (written.size() + i));
    }
    Files.write(file, more, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    written.addAll(more);
  }

  private void awaitCopied(Path to, Worker... workers) throws Exception {
    ClusterSubject.await(
        "all lines have come",
        () -> {
          for (Worker each : workers) {
            each.process().check();
          }
          return Files.exists(to) && new HashSet<>(Files.readAllLines(to)).containsAll(written);
        });
  }

  @Test
  void aFileIsCopied() throws Exception {
    Subject.Topic topic = subject.newTopic(PARTITIONS, Map.of("min.insync.replicas", "2"));
    Path from = directory.resolve("from.txt");
    Path to = directory.resolve("to.txt");
    String group = "connect-" + topic.name();
    Worker first = worker("first", group);
    try (Frameworks _ = first.process();
        HttpClient client = HttpClient.newHttpClient()) {
      Worker second = worker("second", group);
      try (Frameworks _ = second.process()) {
        write(from);
        create(client, first, "source-" + topic.name(), connector("Source", "topic", topic, from));
        create(client, second, "sink-" + topic.name(), connector("Sink", "topics", topic, to));
        awaitCopied(to, first, second);
        for (int node : subject.cluster().ids()) {
          write(from);
          subject.cluster().node(node).kill();
          try {
            write(from);
            awaitCopied(to, first, second);
          } finally {
            subject.cluster().node(node).restart();
          }
          subject.awaitOnEveryNode(
              topic.name(),
              told ->
                  told.partitions().stream()
                      .allMatch(each -> each.isrNodes().size() == subject.cluster().size()));
        }
      }
    }
    // Connect promises each line once at least.
    assertThat(new HashSet<>(Files.readAllLines(to))).isEqualTo(new HashSet<>(written));
  }

  private static String connector(String kind, String topicKey, Subject.Topic topic, Path file) {
    return """
    {"connector.class": "org.apache.kafka.connect.file.FileStream%sConnector",
     "tasks.max": "1", "%s": "%s", "file": "%s"}\
    """
        .formatted(kind, topicKey, topic.name(), file.toAbsolutePath());
  }
}
