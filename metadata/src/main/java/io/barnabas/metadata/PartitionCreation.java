package io.barnabas.metadata;

import io.barnabas.metadata.CreatePartitions.Growth;
import io.barnabas.metadata.CreatePartitions.TopicResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.protocol.Errors;

/** Decides one {@link CreatePartitions}. For one use. */
final class PartitionCreation {
  private final ClusterImage image;
  private final CreatePartitions command;
  private final ReplicaPlacer placer;
  private final List<Fact> facts = new ArrayList<>();
  private int partitionsAdded;

  PartitionCreation(ClusterImage image, CreatePartitions command) {
    this.image = image;
    this.command = command;
    this.placer = new ReplicaPlacer(image.brokers().values());
  }

  Decision<List<TopicResult>> decide() {
    Map<String, Long> mentions =
        command.topics().stream()
            .collect(Collectors.groupingBy(Growth::topic, Collectors.counting()));
    Map<String, TopicResult> results = new LinkedHashMap<>();
    for (Growth growth : command.topics()) {
      if (!results.containsKey(growth.topic())) {
        results.put(growth.topic(), result(growth, mentions.getOrDefault(growth.topic(), 0L)));
      }
    }
    return new Decision<>(
        command.validateOnly() ? List.of() : facts, List.copyOf(results.values()));
  }

  private TopicResult result(Growth growth, long mentions) {
    try {
      if (mentions > 1) {
        throw new InvalidRequestException("Duplicate topic name.");
      }
      grow(growth);
      return new TopicResult(growth.topic(), Errors.NONE, Optional.empty());
    } catch (ApiException e) {
      return new TopicResult(
          growth.topic(), Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e)));
    }
  }

  private void grow(Growth growth) {
    TopicImage topic =
        image
            .topicByName(growth.topic())
            .orElseThrow(
                () ->
                    new UnknownTopicOrPartitionException(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION.message()));
    int existing = topic.partitions().size();
    if (growth.partitions() == existing) {
      throw new InvalidPartitionsException(
          "Topic already has %d partition(s).".formatted(existing));
    }
    if (growth.partitions() < existing) {
      throw new InvalidPartitionsException(
          "The topic %s currently has %d partition(s); %d would not be an increase."
              .formatted(topic.name(), existing, growth.partitions()));
    }
    int additional = growth.partitions() - existing;
    growth.assignments().ifPresent(given -> checkAssignments(topic, additional, given));
    if (additional > TopicCreation.MAX_PARTITIONS_PER_REQUEST - partitionsAdded) {
      throw new PolicyViolationException(
          "Excessively large number of additional partitions per request: at most %d at once."
              .formatted(TopicCreation.MAX_PARTITIONS_PER_REQUEST));
    }
    List<List<Integer>> placed =
        growth.assignments().orElseGet(() -> place(topic, existing, additional));
    partitionsAdded += additional;
    for (int i = 0; i < additional; i++) {
      int number = existing + i;
      facts.add(
          new Fact.PartitionAdded(
              topic.id(), number, ManualAssignment.newPartition(image, number, placed.get(i))));
    }
  }

  private void checkAssignments(TopicImage topic, int additional, List<List<Integer>> given) {
    if (given.size() != additional) {
      throw new InvalidReplicaAssignmentException(
          ("Attempted to add %d additional partition(s), but only %d assignment(s) were"
                  + " specified.")
              .formatted(additional, given.size()));
    }
    int replicas = replicationFactor(topic);
    given.forEach(brokers -> ManualAssignment.check(image, brokers, replicas));
  }

  /** On from where the last partition is. */
  private List<List<Integer>> place(TopicImage topic, int existing, int additional) {
    PartitionImage last = topic.partitions().get(existing - 1);
    int firstPlace = last == null ? existing : placer.placeOf(last.replicas().getFirst()) + 1;
    return placer.place(firstPlace, existing, additional, replicationFactor(topic));
  }

  private static int replicationFactor(TopicImage topic) {
    PartitionImage first = topic.partitions().get(0);
    if (first == null) {
      throw new IllegalStateException("The topic %s has no partition 0".formatted(topic.name()));
    }
    return first.replicas().size();
  }
}
