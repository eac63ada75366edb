package io.barnabas.metadata;

import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Decides one {@link IncrementalAlterConfigs}. For one use. */
final class ConfigAlteration {
  private final ClusterImage image;
  private final IncrementalAlterConfigs command;
  private final List<Fact> facts = new ArrayList<>();

  ConfigAlteration(ClusterImage image, IncrementalAlterConfigs command) {
    this.image = image;
    this.command = command;
  }

  Decision<List<ResourceResult>> decide() {
    Map<ConfigResource, Long> mentions =
        command.changes().stream()
            .collect(Collectors.groupingBy(Change::resource, Collectors.counting()));
    Map<ConfigResource, ResourceResult> results = new LinkedHashMap<>();
    for (Change change : command.changes()) {
      if (!results.containsKey(change.resource())) {
        results.put(
            change.resource(), result(change, mentions.getOrDefault(change.resource(), 0L)));
      }
    }
    return new Decision<>(
        command.validateOnly() ? List.of() : facts, List.copyOf(results.values()));
  }

  private ResourceResult result(Change change, long mentions) {
    try {
      if (mentions > 1) {
        throw new InvalidRequestException("Each resource must appear at most once.");
      }
      facts.addAll(alter(change));
      return new ResourceResult(change.resource(), Errors.NONE, Optional.empty());
    } catch (ApiException e) {
      return new ResourceResult(
          change.resource(), Errors.forException(e), Optional.ofNullable(Refusal.messageOf(e)));
    }
  }

  private List<Fact> alter(Change change) {
    checkOps(change.ops());
    Resource resource = resource(change);
    Map<String, String> before = image.configsOf(change.resource());
    Map<String, String> after = new TreeMap<>(before);
    for (Op op : change.ops()) {
      apply(op, resource, after);
    }
    resource.validate(after);
    List<Fact> changes = new ArrayList<>();
    for (String name : changed(before, after)) {
      changes.add(
          new Fact.ConfigChanged(change.resource(), name, Optional.ofNullable(after.get(name))));
    }
    return changes;
  }

  private static Set<String> changed(Map<String, String> before, Map<String, String> after) {
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeIf(
        name -> Optional.ofNullable(before.get(name)).equals(Optional.ofNullable(after.get(name))));
    return names;
  }

  private static void checkOps(List<Op> ops) {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new TreeSet<>();
    Set<String> nulls = new TreeSet<>();
    for (Op op : ops) {
      if (!seen.add(op.name())) {
        repeated.add(op.name());
      }
      if (typeOf(op) != OpType.DELETE && op.value().isEmpty()) {
        nulls.add(op.name());
      }
    }
    if (!repeated.isEmpty()) {
      throw new InvalidRequestException(
          "Error due to duplicate config keys: " + String.join(", ", repeated));
    }
    if (!nulls.isEmpty()) {
      throw new InvalidRequestException(
          "Null value not supported for : " + String.join(", ", nulls));
    }
  }

  private static OpType typeOf(Op op) {
    @Nullable OpType type = OpType.forId(op.type());
    if (type == null) {
      throw new InvalidRequestException("Unknown operation type " + op.type());
    }
    return type;
  }

  private void apply(Op op, Resource resource, Map<String, String> values) {
    String name = op.name();
    String value = op.value().orElse("");
    switch (typeOf(op)) {
      case DELETE -> values.remove(name);
      case SET -> values.put(name, value);
      case APPEND -> {
        Set<String> elements = elements(op, resource, values);
        elements.addAll(split(value));
        values.put(name, String.join(",", elements));
      }
      case SUBTRACT -> {
        Set<String> elements = elements(op, resource, values);
        elements.removeAll(split(value));
        values.put(name, String.join(",", elements));
      }
    }
  }

  private static Set<String> elements(Op op, Resource resource, Map<String, String> values) {
    if (!resource.isList(op.name())) {
      throw new InvalidConfigurationException(
          "Can't %s to key %s because its type is not LIST.".formatted(typeOf(op), op.name()));
    }
    return new LinkedHashSet<>(split(resource.valueOf(op.name(), values)));
  }

  private static List<String> split(String list) {
    return Arrays.stream(list.split(",", -1))
        .map(String::trim)
        .filter(element -> !element.isEmpty())
        .toList();
  }

  private Resource resource(Change change) {
    String name = change.resource().name();
    return switch (change.resource().type()) {
      case TOPIC -> {
        checkTopicName(name);
        if (image.topicByName(name).isEmpty()) {
          throw new UnknownTopicOrPartitionException(
              "The topic '%s' does not exist.".formatted(name));
        }
        yield new OfTopic(name, command.topicDefaults());
      }
      case BROKER -> {
        checkBroker(name);
        checkDynamic(change.ops());
        yield new OfBroker(command.brokerSettings());
      }
      default ->
          throw new InvalidRequestException(
              "Settings of a resource of type %s cannot be changed."
                  .formatted(change.resource().type()));
    };
  }

  private static void checkTopicName(String name) {
    if (name.isEmpty()) {
      throw new InvalidRequestException("Default topic resources are not allowed.");
    }
    Topic.validate(name);
  }

  /** A broker by its id, or all brokers. */
  private void checkBroker(String name) {
    if (name.isEmpty()) {
      return;
    }
    try {
      int id = Integer.parseInt(name);
      // What is set for broker 01 would never be found for broker 1.
      if (!image.brokers().containsKey(id) || !Integer.toString(id).equals(name)) {
        throw new InvalidRequestException("No broker with id %s is registered.".formatted(name));
      }
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Node id must be an integer, but it is: " + name);
    }
  }

  /** What an older release allowed to be set can still be deleted. */
  private void checkDynamic(List<Op> ops) {
    Set<String> others =
        ops.stream()
            .filter(op -> typeOf(op) != OpType.DELETE)
            .map(Op::name)
            .collect(Collectors.toCollection(TreeSet::new));
    others.removeAll(command.brokerSettings().names());
    if (!others.isEmpty()) {
      throw new InvalidRequestException("Cannot update these configs dynamically: " + others);
    }
  }

  /** What settings a resource can have. */
  private interface Resource {
    boolean isList(String name);

    /** The value in effect. */
    String valueOf(String name, Map<String, String> own);

    /** Throws an {@link ApiException} unless the resource can have these. */
    void validate(Map<String, String> own);
  }

  private record OfTopic(String topic, Map<String, String> defaults) implements Resource {
    @Override
    public boolean isList(String name) {
      return TopicSettings.isList(name);
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      return TopicSettings.valueOf(name, own, defaults);
    }

    @Override
    public void validate(Map<String, String> own) {
      TopicSettings.validate(topic, own, defaults);
    }
  }

  private record OfBroker(ConfigDef definitions) implements Resource {
    @Override
    public boolean isList(String name) {
      ConfigKey key = definitions.configKeys().get(name);
      return key != null && key.type == ConfigDef.Type.LIST;
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      return own.getOrDefault(name, "");
    }

    @Override
    public void validate(Map<String, String> own) {
      try {
        definitions.parse(own);
      } catch (ConfigException e) {
        throw new InvalidRequestException(e.getMessage());
      }
    }
  }
}
