package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * Has leaders elected, each partition for itself: the preferred ones, or any replica at all for
 * partitions without a leader, which may lose acknowledged records.
 *
 * @param partitions empty for all partitions
 */
public record ElectLeaders(ElectionType type, Optional<List<TopicPartition>> partitions)
    implements Command<List<ElectLeaders.Result>> {
  /** Copies the list. */
  public ElectLeaders {
    partitions = partitions.map(List::copyOf);
  }

  /** One result for each partition; of all partitions, only for those that need an election. */
  @Override
  public Decision<List<Result>> decide(ClusterImage image, long nowMs) {
    Elections elections = new Elections(image);
    List<Fact> facts = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    for (TopicPartition partition : new LinkedHashSet<>(partitions.orElseGet(() -> all(image)))) {
      Result result = elect(image, elections, partition, facts);
      if (partitions.isPresent() || result.error() != Errors.ELECTION_NOT_NEEDED) {
        results.add(result);
      }
    }
    return new Decision<>(elections.inShort(facts), results);
  }

  private static List<TopicPartition> all(ClusterImage image) {
    List<TopicPartition> all = new ArrayList<>();
    for (String name : new TreeMap<>(image.topicIds()).keySet()) {
      int count = image.topicByName(name).orElseThrow().partitions().size();
      for (int number = 0; number < count; number++) {
        all.add(new TopicPartition(name, number));
      }
    }
    return all;
  }

  private Result elect(
      ClusterImage image, Elections elections, TopicPartition partition, List<Fact> facts) {
    Optional<TopicImage> topic = image.topicByName(partition.topic());
    if (topic.isEmpty()) {
      return new Result(
          partition,
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          Optional.of("No such topic as " + partition.topic()));
    }
    PartitionImage before = topic.get().partitions().get(partition.partition());
    if (before == null) {
      return new Result(
          partition,
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          Optional.of("No such partition as " + partition));
    }
    if (isAsWanted(before)) {
      return result(partition, Errors.ELECTION_NOT_NEEDED);
    }
    Optional<Fact> fact =
        new PartitionChange(elections, topic.get(), partition.partition())
            .electing(
                type == ElectionType.PREFERRED
                    ? PartitionChange.Election.PREFERRED
                    : PartitionChange.Election.UNCLEAN)
            .electedFact();
    fact.ifPresent(facts::add);
    return result(partition, fact.isPresent() ? Errors.NONE : notAvailable());
  }

  private boolean isAsWanted(PartitionImage partition) {
    return type == ElectionType.PREFERRED
        ? partition.leader() == partition.replicas().getFirst()
        : partition.leader() != PartitionImage.NO_LEADER;
  }

  private Errors notAvailable() {
    return type == ElectionType.PREFERRED
        ? Errors.PREFERRED_LEADER_NOT_AVAILABLE
        : Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE;
  }

  private static Result result(TopicPartition partition, Errors error) {
    return new Result(
        partition, error, error == Errors.NONE ? Optional.empty() : Optional.of(error.message()));
  }

  /**
   * What became of one partition.
   *
   * @param message why there was no election
   */
  public record Result(TopicPartition partition, Errors error, Optional<String> message) {}
}
