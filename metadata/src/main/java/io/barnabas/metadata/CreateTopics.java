package io.barnabas.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Creates topics, each for itself: one that cannot be does not stop the others.
 *
 * @param validateOnly whether to answer only, and change nothing
 * @param ids where ids of new topics come from; ids that mean something in the protocol are skipped
 */
public record CreateTopics(
    List<NewTopic> topics, boolean validateOnly, TopicDefaults defaults, Supplier<Uuid> ids)
    implements Command<List<CreateTopics.TopicResult>> {
  /** Copies the list. */
  public CreateTopics {
    topics = List.copyOf(topics);
  }

  /** One result for each name, in the order in which the request first names it. */
  @Override
  public Decision<List<TopicResult>> decide(ClusterImage image, long nowMs) {
    return new TopicCreation(image, this).decide();
  }

  /**
   * A topic as the client wants it.
   *
   * @param partitions how many, or -1 for the default or with assignments
   * @param replicationFactor how many replicas, or -1 for the default or with assignments
   * @param assignments where the replicas go, all partitions or none
   * @param configs the topic's own settings; an empty value stands for the protocol's null
   */
  public record NewTopic(
      String name,
      int partitions,
      int replicationFactor,
      List<Assignment> assignments,
      Map<String, Optional<String>> configs) {
    /** Copies the collections. */
    public NewTopic {
      assignments = List.copyOf(assignments);
      configs = Map.copyOf(configs);
    }
  }

  /** The brokers of one partition, the preferred leader first. */
  public record Assignment(int partition, List<Integer> brokers) {
    /** Copies the list. */
    public Assignment {
      brokers = List.copyOf(brokers);
    }
  }

  /**
   * What became of one topic.
   *
   * @param id empty if refused, or only validated
   * @param message why it was refused
   * @param partitions how many, or -1 if refused
   * @param replicationFactor how many replicas, or -1 if refused
   * @param configs all settings as they are in effect; none if refused
   */
  public record TopicResult(
      String name,
      Optional<Uuid> id,
      Errors error,
      Optional<String> message,
      int partitions,
      int replicationFactor,
      List<TopicSetting> configs) {
    /** Copies the list. */
    public TopicResult {
      configs = List.copyOf(configs);
    }
  }
}
