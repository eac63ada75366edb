package io.barnabas.server.simulation;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import io.barnabas.world.simulated.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.record.internal.Records;

/** How a cluster must be once all faults have ended. */
final class Wholeness {
  private static final int LAST_OFFSET_DELTA = 23;

  private final ClusterRun run;
  private final Runnable restoreTopics;

  /** With what makes topics again that are gone and are to be there. */
  Wholeness(ClusterRun run, Runnable restoreTopics) {
    this.run = run;
    this.restoreTopics = restoreTopics;
  }

  /**
   * Whether all nodes know the same, all brokers take part, and all partitions are led and in sync.
   */
  boolean isWhole() {
    restoreTopics.run();
    ClusterImage newest = run.nodes().newest();
    return run.nodes().running().size() == run.nodes().ids().size()
        && run.topics().stream().allMatch(topic -> newest.topicByName(topic).isPresent())
        && newest.brokers().values().stream().allMatch(BrokerImage::isActive)
        && newest.brokers().size() == run.nodes().ids().size()
        && newest.topics().values().stream().allMatch(Wholeness::isWhole);
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

  /** What all replicas of a partition have from where all have it; empty as long as they differ. */
  Optional<ByteBuffer> bytes(TopicImage topic, int number) {
    PartitionImage partition = topic.partitions().get(number);
    if (partition == null) {
      return Optional.empty();
    }
    List<Stored> all = new ArrayList<>();
    for (int replica : partition.replicas()) {
      stored(replica, topic, number).ifPresent(all::add);
    }
    long start = all.stream().mapToLong(Stored::start).max().orElse(0);
    ByteBuffer expected = all.isEmpty() ? ByteBuffer.allocate(0) : all.getFirst().from(start);
    return all.size() == partition.replicas().size()
            && all.stream().allMatch(each -> each.from(start).equals(expected))
        ? Optional.of(expected)
        : Optional.empty();
  }

  /**
   * A replica's log. Where records were deleted, each may begin elsewhere.
   *
   * @param start the first offset that it may have
   */
  private record Stored(long start, ByteBuffer batches) {
    /** The batches from an offset on, that one's batch included. */
    ByteBuffer from(long offset) {
      int at = 0;
      while (at < batches.limit()
          && batches.getLong(at) + batches.getInt(at + LAST_OFFSET_DELTA) < offset) {
        at += batches.getInt(at + Records.SIZE_OFFSET) + Records.LOG_OVERHEAD;
      }
      return batches.slice(at, batches.limit() - at);
    }
  }

  private Optional<Stored> stored(int node, TopicImage topic, int number) {
    SimulatedDisk disk = run.nodes().on(node).disk();
    Path folder = Path.of(Nodes.DATA, topic.name() + "-" + number);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      List<Path> segments =
          disk.list(folder).stream()
              .filter(name -> name.toString().endsWith(".log"))
              .sorted()
              .toList();
      for (Path segment : segments) {
        bytes.write(disk.content(folder.resolve(segment)));
      }
      return segments.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Stored(offset(segments.getFirst()), ByteBuffer.wrap(bytes.toByteArray())));
    } catch (IOException e) {
      // It is not there yet.
      return Optional.empty();
    }
  }

  private static long offset(Path segment) {
    String name = segment.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - ".log".length()));
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
