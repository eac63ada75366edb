package io.barnabas.replica;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What differs between two states of a topic; what is the same object is not looked into. */
final class TopicChanges {
  private TopicChanges() {}

  /**
   * The numbers of the partitions that are not as before, in order.
   *
   * @param before null if all are asked for
   */
  static List<Integer> partitions(@Nullable TopicImage before, TopicImage now) {
    List<Integer> changed = new ArrayList<>();
    now.partitions()
        .forEach(
            (number, partition) -> {
              if (before == null || !partition.equals(before.partitions().get(number))) {
                changed.add(number);
              }
            });
    changed.sort(null);
    return changed;
  }

  /** Whether a topic has a partition with a replica on a node. */
  static boolean isOn(int nodeId, @Nullable TopicImage topic, int number) {
    PartitionImage partition = topic == null ? null : topic.partitions().get(number);
    return partition != null && partition.replicas().contains(nodeId);
  }
}
