package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Gives topics more partitions, each for itself: one that cannot be does not stop the others.
 *
 * @param validateOnly whether to answer only, and change nothing
 */
public record CreatePartitions(List<Growth> topics, boolean validateOnly)
    implements Command<List<CreatePartitions.TopicResult>> {
  /** Copies the list. */
  public CreatePartitions {
    topics = List.copyOf(topics);
  }

  /** One result for each name, in the order in which the request first names it. */
  @Override
  public Decision<List<TopicResult>> decide(ClusterImage image, long nowMs) {
    return new PartitionCreation(image, this).decide();
  }

  /**
   * How a topic is to grow.
   *
   * @param partitions how many it has afterwards
   * @param assignments the brokers of each new partition, the preferred leader first; empty leaves
   *     it to the controller
   */
  public record Growth(String topic, int partitions, Optional<List<List<Integer>>> assignments) {}

  /**
   * What became of one topic.
   *
   * @param message why it was refused
   */
  public record TopicResult(String topic, Errors error, Optional<String> message) {}
}
