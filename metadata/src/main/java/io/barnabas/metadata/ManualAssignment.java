package io.barnabas.metadata;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;

/** Checks what a client says about where replicas go. */
final class ManualAssignment {
  private ManualAssignment() {}

  /**
   * Checks the brokers of one partition.
   *
   * @param expectedReplicas how many the topic's other partitions have; -1 if this is the first
   * @throws InvalidReplicaAssignmentException with a sentence for the client
   */
  static void check(ClusterImage image, List<Integer> brokers, int expectedReplicas) {
    if (brokers.isEmpty()) {
      throw new InvalidReplicaAssignmentException(
          "The manual partition assignment includes an empty replica list.");
    }
    Set<Integer> seen = new HashSet<>();
    for (int broker : brokers.stream().sorted().toList()) {
      if (!image.brokers().containsKey(broker)) {
        throw new InvalidReplicaAssignmentException(
            "The manual partition assignment includes broker %d, but no such broker is registered."
                .formatted(broker));
      }
      if (!seen.add(broker)) {
        throw new InvalidReplicaAssignmentException(
            "The manual partition assignment includes the broker %d more than once."
                .formatted(broker));
      }
    }
    if (expectedReplicas >= 0 && brokers.size() != expectedReplicas) {
      throw new InvalidReplicaAssignmentException(
          ("The manual partition assignment includes a partition with %d replica(s), but this is"
                  + " not consistent with previous partitions, which have %d replica(s).")
              .formatted(brokers.size(), expectedReplicas));
    }
  }

  /**
   * A new partition on these brokers, all that are active in sync since it is empty, the first of
   * them leading.
   *
   * @throws InvalidReplicaAssignmentException if none is active, with a sentence for the client
   */
  static PartitionImage newPartition(ClusterImage image, int number, List<Integer> brokers) {
    return Elections.newPartition(image, brokers)
        .orElseThrow(
            () ->
                new InvalidReplicaAssignmentException(
                    ("All brokers specified in the manual partition assignment for partition %d"
                            + " are fenced or in controlled shutdown.")
                        .formatted(number)));
  }
}
