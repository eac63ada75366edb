package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that show a cluster and even it out, with three brokers. */
@OnEveryCluster
class ClusterCommandLineTest {
  private static final int PARTITIONS = 12;

  private final ClusterSubject subject;

  @TempDir private Path directory = Path.of("none");

  ClusterCommandLineTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @Test
  void theStatusNamesNodesAndTheActiveController() throws Exception {
    String status = run("cluster", "status", "--json").output();
    assertThat(status).contains("\"node\":1,", "\"node\":2,", "\"node\":3,");
    assertThat(status).containsPattern("\"activeController\":[123],");
    assertThat(status).contains("\"roles\":[\"broker\",\"controller\"]", "\"metadataLag\":0");
    assertThat(status).contains("\"healthy\":true");
    assertThat(run("cluster", "status").exitCode()).isZero();
  }

  @Test
  void whatIsOnTwoNodesIsSpreadOverThreeByTheCommandAndItsThrottleIsGoneThen() throws Exception {
    Map<Integer, List<Integer>> skewed = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      skewed.put(i, List.of(1, 2));
    }
    String topic = subject.newTopic(skewed, Map.of()).name();
    run("produce", topic, Path.of("pom.xml").toString(), "-q");
    String before = run("consume", topic, "--json").output();

    assertThat(run("cluster", "balance").output())
        .contains(topic, " replicas, broker 3 has ", "Do it with --execute.");
    assertThat(onNode(topic, 3)).as("it was only asked").isZero();

    CommandLine.Result result =
        run("cluster", "balance", "--execute", "--throttle", "50MiB", "--at-once", "5");
    assertThat(result.errors()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(result.output())
        .contains(topic + "-", " is where it should be (", "The cluster is balanced.");
    assertThat(onNode(topic, 3)).isPositive();
    assertThat(run("cluster", "balance", "--json").output()).contains("\"moves\":[]");
    assertThat(records(run("consume", topic, "--json").output())).isEqualTo(records(before));
    try (Admin admin = subject.admin()) {
      List<ConfigResource> resources = new ArrayList<>();
      resources.add(new ConfigResource(ConfigResource.Type.TOPIC, topic));
      for (int id = 1; id <= 3; id++) {
        resources.add(new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id)));
      }
      assertThat(admin.describeConfigs(resources).all().get().values())
          .flatExtracting(config -> config.entries())
          .filteredOn(entry -> entry.name().contains("throttled") && !entry.isDefault())
          .isEmpty();
    }
  }

  @Test
  void eachReplicaTellsHowFarItIs() throws Exception {
    Subject.Topic topic =
        subject.newTopic(Map.of(0, List.of(2, 3, 1)), Map.of("min.insync.replicas", "2"));
    subject.produce(topic, 0, List.of("one", "two", "three"));
    // Followers hear of the high watermark a moment later.
    awaitReplicas(topic, replica(2, true, 0, 3), replica(3, false, 0, 3), replica(1, false, 0, 3));
    subject.cluster().node(2).kill();
    try {
      subject.produce(topic, 0, List.of("four"));
      awaitReplicas(
          topic,
          "{\"node\":2,\"leader\":false,\"state\":\"behind\",\"leaderEpoch\":null,",
          replica(3, true, 1, 4),
          replica(1, false, 1, 4));
      assertThat(run("topics", "describe", topic.name(), "--replicas").output())
          .containsPattern("0 +3  leader    in sync +1 +0 +4 +4 +0\n");
    } finally {
      subject.cluster().node(2).restart();
    }
    awaitReplicas(topic, replica(2, false, 1, 4));
  }

  private void awaitReplicas(Subject.Topic topic, String... told) throws Exception {
    ClusterSubject.await(
        "replicas " + List.of(told),
        () -> {
          String output = run("topics", "describe", topic.name(), "--replicas", "--json").output();
          return List.of(told).stream().allMatch(output::contains);
        });
  }

  private static String replica(int node, boolean leads, int epoch, int end) {
    return ("{\"node\":%d,\"leader\":%b,\"state\":\"in sync\",\"leaderEpoch\":%d,"
            + "\"startOffset\":0,\"endOffset\":%d,\"highWatermark\":%d,\"lag\":0}")
        .formatted(node, leads, epoch, end, end);
  }

  private long onNode(String topic, int node) throws Exception {
    try (Admin admin = subject.admin()) {
      List<TopicPartitionInfo> partitions =
          Objects.requireNonNull(
                  admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
              .partitions();
      return partitions.stream()
          .filter(partition -> partition.replicas().stream().anyMatch(r -> r.id() == node))
          .count();
    }
  }

  private static long records(String json) {
    Matcher offsets = Pattern.compile("\"offset\":").matcher(json);
    return offsets.results().count();
  }

  private CommandLine.Result run(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--bootstrap", subject.cluster().bootstrapServers()));
    return CommandLine.run(directory, new byte[0], all);
  }
}
