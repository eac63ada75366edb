package io.barnabas.metadata;

import io.barnabas.metadata.CreateTopics.Assignment;
import io.barnabas.metadata.CreateTopics.NewTopic;
import io.barnabas.metadata.CreateTopics.TopicResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/** Decides one {@link CreateTopics}. For one use. */
final class TopicCreation {
  /** How many partitions one request may add, so that the facts of one stay small. */
  static final int MAX_PARTITIONS_PER_REQUEST = 10_000;

  /** More draws than an honest source of ids ever needs. */
  private static final int MAX_DRAWS = 100;

  private final ClusterImage image;
  private final CreateTopics command;
  private final ReplicaPlacer placer;
  private final Map<String, String> namesByUnified = new HashMap<>();
  private final Set<Uuid> newIds = new HashSet<>();
  private final List<Fact> facts = new ArrayList<>();
  private int partitionsAdded;

  TopicCreation(ClusterImage image, CreateTopics command) {
    this.image = image;
    this.command = command;
    this.placer = new ReplicaPlacer(image.brokers().values());
  }

  Decision<List<TopicResult>> decide() {
    Map<String, Long> mentions =
        command.topics().stream()
            .collect(Collectors.groupingBy(NewTopic::name, Collectors.counting()));
    rememberNames();
    Map<String, TopicResult> results = new LinkedHashMap<>();
    for (NewTopic topic : command.topics()) {
      if (!results.containsKey(topic.name())) {
        results.put(topic.name(), result(topic, mentions.getOrDefault(topic.name(), 0L)));
      }
    }
    return new Decision<>(
        command.validateOnly() ? List.of() : facts, List.copyOf(results.values()));
  }

  /** Only names with a dot or underscore can be taken for one another. */
  private void rememberNames() {
    if (command.topics().stream().anyMatch(topic -> Topic.hasCollisionChars(topic.name()))) {
      image.topicIds().keySet().stream()
          .filter(Topic::hasCollisionChars)
          .forEach(name -> namesByUnified.put(Topic.unifyCollisionChars(name), name));
    }
  }

  private TopicResult result(NewTopic topic, long mentions) {
    try {
      if (mentions > 1) {
        throw new InvalidRequestException("Duplicate topic name.");
      }
      return create(topic);
    } catch (ApiException e) {
      return new TopicResult(
          topic.name(),
          Optional.empty(),
          Errors.forException(e),
          Optional.ofNullable(Refusal.messageOf(e)),
          -1,
          -1,
          List.of());
    }
  }

  private TopicResult create(NewTopic topic) {
    checkName(topic.name());
    Map<String, String> configs = configs(topic);
    List<List<Integer>> placed = placed(topic);
    if (partitionsAdded + placed.size() > MAX_PARTITIONS_PER_REQUEST) {
      throw tooManyPartitions();
    }
    partitionsAdded += placed.size();
    Uuid id = newId();
    if (Topic.hasCollisionChars(topic.name())) {
      namesByUnified.put(Topic.unifyCollisionChars(topic.name()), topic.name());
    }
    addFacts(topic.name(), id, placed, configs);
    return new TopicResult(
        topic.name(),
        command.validateOnly() ? Optional.empty() : Optional.of(id),
        Errors.NONE,
        Optional.empty(),
        placed.size(),
        placed.getFirst().size(),
        TopicSettings.effective(configs, command.defaults().settings()));
  }

  private void addFacts(
      String name, Uuid id, List<List<Integer>> placed, Map<String, String> configs) {
    facts.add(new Fact.TopicCreated(name, id));
    for (int i = 0; i < placed.size(); i++) {
      facts.add(
          new Fact.PartitionAdded(id, i, ManualAssignment.newPartition(image, i, placed.get(i))));
    }
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    configs.forEach(
        (setting, value) ->
            facts.add(new Fact.ConfigChanged(resource, setting, Optional.of(value))));
  }

  private void checkName(String name) {
    if (name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
      throw new InvalidRequestException(
          "Creation of internal topic %s is prohibited.".formatted(name));
    }
    Topic.validate(name);
    if (image.topicIds().containsKey(name)) {
      throw new TopicExistsException("Topic '%s' already exists.".formatted(name));
    }
    String similar =
        Topic.hasCollisionChars(name) ? namesByUnified.get(Topic.unifyCollisionChars(name)) : null;
    if (similar != null) {
      throw new InvalidTopicException(
          "Topic '%s' collides with existing topic: %s".formatted(name, similar));
    }
  }

  private Map<String, String> configs(NewTopic topic) {
    Map<String, String> values = new TreeMap<>();
    List<String> nulls = new ArrayList<>();
    new TreeMap<>(topic.configs())
        .forEach(
            (name, value) ->
                value.ifPresentOrElse(given -> values.put(name, given), () -> nulls.add(name)));
    if (!nulls.isEmpty()) {
      throw new InvalidConfigurationException(
          "Null value not supported for topic configs: " + String.join(",", nulls));
    }
    TopicSettings.validate(topic.name(), values, command.defaults().settings());
    return values;
  }

  private List<List<Integer>> placed(NewTopic topic) {
    if (!topic.assignments().isEmpty()) {
      return assigned(topic);
    }
    if (topic.replicationFactor() < -1 || topic.replicationFactor() == 0) {
      throw new InvalidReplicationFactorException(
          "Replication factor must be larger than 0, or -1 to use the default value.");
    }
    if (topic.partitions() < -1 || topic.partitions() == 0) {
      throw new InvalidPartitionsException(
          "Number of partitions was set to an invalid non-positive value.");
    }
    int partitions =
        topic.partitions() == -1 ? command.defaults().partitions() : topic.partitions();
    int replicationFactor =
        topic.replicationFactor() == -1
            ? command.defaults().replicationFactor()
            : topic.replicationFactor();
    if (partitions > MAX_PARTITIONS_PER_REQUEST) {
      throw tooManyPartitions();
    }
    int firstPlace = image.topics().size() + newIds.size();
    return placer.place(firstPlace, 0, partitions, replicationFactor);
  }

  private static PolicyViolationException tooManyPartitions() {
    return new PolicyViolationException(
        "Excessively large number of partitions per request: at most %d at once."
            .formatted(MAX_PARTITIONS_PER_REQUEST));
  }

  private List<List<Integer>> assigned(NewTopic topic) {
    if (topic.replicationFactor() != -1) {
      throw new InvalidRequestException(
          "A manual partition assignment was specified, but replication factor was not set to -1.");
    }
    if (topic.partitions() != -1) {
      throw new InvalidRequestException(
          "A manual partition assignment was specified, but numPartitions was not set to -1.");
    }
    Map<Integer, List<Integer>> byPartition = new TreeMap<>();
    int replicas = -1;
    for (Assignment assignment : topic.assignments()) {
      if (byPartition.put(assignment.partition(), assignment.brokers()) != null) {
        throw new InvalidReplicaAssignmentException(
            "Found multiple manual partition assignments for partition %d"
                .formatted(assignment.partition()));
      }
      ManualAssignment.check(image, assignment.brokers(), replicas);
      replicas = assignment.brokers().size();
    }
    int next = 0;
    for (int partition : byPartition.keySet()) {
      if (partition != next++) {
        throw new InvalidReplicaAssignmentException(
            "partitions should be a consecutive 0-based integer sequence");
      }
    }
    return List.copyOf(byPartition.values());
  }

  private Uuid newId() {
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
      Uuid id = command.ids().get();
      if (!Uuid.RESERVED.contains(id) && !image.topics().containsKey(id) && newIds.add(id)) {
        return id;
      }
    }
    throw new IllegalStateException("The source of topic ids repeats itself");
  }
}
