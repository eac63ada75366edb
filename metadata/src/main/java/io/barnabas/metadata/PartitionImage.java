package io.barnabas.metadata;

import java.util.List;

/**
 * The state of one partition.
 *
 * @param replicas the assigned replicas, the preferred leader first
 * @param isr the in-sync replicas
 * @param leader the leading broker, or -1
 */
public record PartitionImage(
    List<Integer> replicas, List<Integer> isr, int leader, int leaderEpoch, int partitionEpoch) {
  /** Copies the lists. */
  public PartitionImage {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
  }
}
