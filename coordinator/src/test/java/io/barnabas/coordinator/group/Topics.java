package io.barnabas.coordinator.group;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Images of clusters that have topics of these names. */
final class Topics {
  static final ClusterImage NONE = ClusterImage.empty("c");

  private Topics() {}

  /** The id that a topic of this name has here. */
  static Uuid id(String name) {
    return new Uuid(0x4000L, 0x8000_0000_0000_0000L | (name.hashCode() & 0xffff_ffffL));
  }

  /** With one topic more, or one that has grown. */
  static ClusterImage with(ClusterImage image, String name, int partitions) {
    ClusterImage changed = image;
    int there = 0;
    if (image.topicByName(name).isEmpty()) {
      changed = changed.apply(List.of(new Fact.TopicCreated(name, id(name))));
    } else {
      there = image.topicByName(name).get().partitions().size();
    }
    for (int i = there; i < partitions; i++) {
      PartitionImage partition = new PartitionImage(List.of(1), List.of(1), 1, 0, 0);
      changed = changed.apply(List.of(new Fact.PartitionAdded(id(name), i, partition)));
    }
    return changed;
  }

  static ClusterImage without(ClusterImage image, String name) {
    return image.apply(List.of(new Fact.TopicDeleted(id(name))));
  }
}
