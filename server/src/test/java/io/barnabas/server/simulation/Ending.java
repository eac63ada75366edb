package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.server.simulation.History.Part;
import io.barnabas.server.simulation.History.Seen;
import io.barnabas.server.simulation.HistoryChecker.Anomaly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** How a cluster must be once all faults have ended, and what is then compared. */
final class Ending {
  private static final String FIRST_SEGMENT = "00000000000000000000.log";

  private final WholeClusterRun run;
  private final Operator operator;

  Ending(WholeClusterRun run, Operator operator) {
    this.run = run;
    this.operator = operator;
  }

  // --- waiting

  /**
   * Whether all nodes know the same, all brokers take part, and all partitions are led and in sync.
   */
  boolean isWhole() {
    operator.restoreTopics();
    ClusterImage newest = run.nodes().newest();
    return run.nodes().running().size() == run.nodes().ids().size()
        && run.topics().stream().allMatch(topic -> newest.topicByName(topic).isPresent())
        && newest.brokers().values().stream().allMatch(BrokerImage::isActive)
        && newest.brokers().size() == run.nodes().ids().size()
        && newest.topics().values().stream().allMatch(Ending::isWhole);
  }

  private static boolean isWhole(TopicImage topic) {
    return topic.partitions().values().stream()
        .allMatch(
            partition ->
                partition.leader() >= 0
                    && !partition.isReassigning()
                    && partition.isr().size() == partition.replicas().size());
  }

  /** Whether all replicas of each partition have the same bytes, and all nodes the same image. */
  boolean isSettled() {
    ClusterImage newest = run.nodes().newest();
    return isWhole()
        && run.nodes().ids().stream()
            .allMatch(id -> run.nodes().image(id).filter(newest::equals).isPresent())
        && newest.topics().values().stream().allMatch(this::isTheSame);
  }

  private boolean isTheSame(TopicImage topic) {
    return topic.partitions().keySet().stream()
        .allMatch(number -> bytes(topic, number).isPresent());
  }

  /** What all replicas of a partition have; empty as long as they differ. */
  private Optional<byte[]> bytes(TopicImage topic, int number) {
    PartitionImage partition = topic.partitions().get(number);
    if (partition == null) {
      return Optional.empty();
    }
    Optional<byte[]> first = bytes(partition.leader(), topic, number);
    return first.filter(
        expected ->
            partition.replicas().stream()
                .map(replica -> bytes(replica, topic, number))
                .allMatch(
                    bytes -> bytes.filter(each -> Arrays.equals(each, expected)).isPresent()));
  }

  private Optional<byte[]> bytes(int node, TopicImage topic, int number) {
    Path file = Path.of(Nodes.DATA, topic.name() + "-" + number, FIRST_SEGMENT);
    try {
      return Optional.of(run.nodes().on(node).disk().content(file));
    } catch (IOException e) {
      // It is not there yet.
      return Optional.empty();
    }
  }

  // --- comparing

  void check() {
    Map<Part, List<Seen>> logs = new HashMap<>();
    ClusterImage image = run.nodes().newest();
    for (TopicImage topic : image.topics().values()) {
      for (int number : topic.partitions().keySet()) {
        byte[] bytes = bytes(topic, number).orElseThrow();
        logs.put(
            new Part(topic.id(), number),
            Consumer.seen(MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)), 0));
      }
    }
    List<Anomaly> anomalies = HistoryChecker.check(run.history().events(), logs);
    assertThat(anomalies.stream().limit(3).map(Anomaly::toString))
        .as("%d anomalies", anomalies.size())
        .isEmpty();
    for (History.Event event : run.history().events()) {
      if (event instanceof History.Send send && !logs.containsKey(send.part())) {
        assertThat(operator.wasDeleted(send.part().topic())).as("%s is gone", send.part()).isTrue();
      }
    }
  }

  @Override
  public String toString() {
    ClusterImage image = run.nodes().newest();
    return image.topics().values().stream()
            .map(topic -> topic.name() + " " + topic.partitions())
            .collect(Collectors.joining("; "))
        + "; "
        + image.brokers()
        + "; images "
        + run.nodes().ids().stream()
            .map(id -> id + "@" + run.nodes().image(id).map(ClusterImage::version))
            .toList();
  }
}
