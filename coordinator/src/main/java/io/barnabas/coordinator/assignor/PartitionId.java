package io.barnabas.coordinator.assignor;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/** A partition, by the id of its topic. Sorted by that and then by number. */
public record PartitionId(Uuid topic, int number) implements Comparable<PartitionId> {
  private static final Comparator<PartitionId> ORDER =
      Comparator.comparing(PartitionId::topic).thenComparingInt(PartitionId::number);

  @Override
  public int compareTo(PartitionId other) {
    return ORDER.compare(this, other);
  }
}
