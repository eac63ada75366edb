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
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** Decides one {@link IncrementalAlterConfigs} or {@link AlterConfigs}. For one use. */
final class ConfigAlteration {
  private final ClusterImage image;
  private final List<Change> wanted;
  private final boolean validateOnly;

  /** Whether resources lose all settings that are not set. */
  private final boolean anew;

  private final ConfigTargets targets;
  private final List<Fact> facts = new ArrayList<>();

  private ConfigAlteration(
      List<Change> wanted, boolean validateOnly, boolean anew, ConfigTargets targets) {
    image = targets.image();
    this.wanted = wanted;
    this.validateOnly = validateOnly;
    this.anew = anew;
    this.targets = targets;
  }

  static ConfigAlteration incremental(ClusterImage image, IncrementalAlterConfigs command) {
    return new ConfigAlteration(
        command.changes(),
        command.validateOnly(),
        false,
        new ConfigTargets(
            image, command.topicDefaults(), command.brokerSettings(), command.groupBounds()));
  }

  static ConfigAlteration anew(ClusterImage image, AlterConfigs command) {
    return new ConfigAlteration(
        command.changes(),
        command.validateOnly(),
        true,
        new ConfigTargets(
            image, command.topicDefaults(), command.brokerSettings(), command.groupBounds()));
  }

  Decision<List<ResourceResult>> decide() {
    Map<ConfigResource, Long> mentions =
        wanted.stream().collect(Collectors.groupingBy(Change::resource, Collectors.counting()));
    Map<ConfigResource, ResourceResult> results = new LinkedHashMap<>();
    for (Change change : wanted) {
      if (!results.containsKey(change.resource())) {
        results.put(
            change.resource(), result(change, mentions.getOrDefault(change.resource(), 0L)));
      }
    }
    if (!validateOnly) {
      facts.addAll(Elections.afterSettings(image, facts));
    }
    return new Decision<>(validateOnly ? List.of() : facts, List.copyOf(results.values()));
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
    ConfigTarget target = targets.find(change.resource());
    Map<String, String> before = image.configsOf(change.resource());
    Map<String, String> after = new TreeMap<>(anew ? Map.of() : before);
    for (Op op : change.ops()) {
      apply(op, target, after);
    }
    Set<String> changed = changed(before, after);
    target.validate(after, changed);
    List<Fact> changes = new ArrayList<>();
    for (String name : changed) {
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

  private void apply(Op op, ConfigTarget target, Map<String, String> values) {
    String name = op.name();
    String value = op.value().orElse("");
    switch (typeOf(op)) {
      case DELETE -> values.remove(name);
      case SET -> values.put(name, value);
      case APPEND -> {
        Set<String> elements = elements(op, target, values);
        elements.addAll(split(value));
        values.put(name, String.join(",", elements));
      }
      case SUBTRACT -> {
        Set<String> elements = elements(op, target, values);
        elements.removeAll(split(value));
        values.put(name, String.join(",", elements));
      }
    }
  }

  private static Set<String> elements(Op op, ConfigTarget target, Map<String, String> values) {
    if (!target.isList(op.name())) {
      throw new InvalidConfigurationException(
          "Can't %s to key %s because its type is not LIST.".formatted(typeOf(op), op.name()));
    }
    return new LinkedHashSet<>(split(target.valueOf(op.name(), values)));
  }

  private static List<String> split(String list) {
    return Arrays.stream(list.split(",", -1))
        .map(String::trim)
        .filter(element -> !element.isEmpty())
        .toList();
  }
}
