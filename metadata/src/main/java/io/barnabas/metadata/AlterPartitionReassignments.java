package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Moves partitions to other brokers, or stops that, each for itself. What moves has the replicas
 * that it had and those that it is to have, until the latter are all in sync.
 *
 * @param allowReplicationFactorChange whether a partition may get more or fewer replicas than it
 *     has
 */
public record AlterPartitionReassignments(
    List<Target> targets, boolean allowReplicationFactorChange)
    implements Command<List<AlterPartitionReassignments.Result>> {
  /** Copies the list. */
  public AlterPartitionReassignments {
    targets = List.copyOf(targets);
  }

  /** One result for each target, in their order. */
  @Override
  public Decision<List<Result>> decide(ClusterImage image, long nowMs) {
    return new ReassignmentAlteration(image, this).decide();
  }

  /**
   * Where a partition is to be.
   *
   * @param replicas the preferred leader first; empty for the protocol's null: back to the brokers
   *     that it was on
   */
  public record Target(TopicPartition partition, Optional<List<Integer>> replicas) {}

  /**
   * What became of one target.
   *
   * @param message why it was refused
   */
  public record Result(TopicPartition partition, Errors error, Optional<String> message) {}
}
