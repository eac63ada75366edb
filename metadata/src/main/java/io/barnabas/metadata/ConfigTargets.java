package io.barnabas.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;

/**
 * Finds out what settings a resource can have, in one image.
 *
 * @param topicDefaults values of topics' settings where a topic has none
 * @param brokerSettings the settings of brokers that can be changed while they run
 * @param groupBounds of the settings of groups
 */
record ConfigTargets(
    ClusterImage image,
    Map<String, String> topicDefaults,
    ConfigDef brokerSettings,
    GroupBounds groupBounds) {

  private static final String MIN_INSYNC_REPLICAS = Elections.MIN_INSYNC_REPLICAS;
  private static final String UNCLEAN = Elections.UNCLEAN;

  /**
   * The resource of this name.
   *
   * @throws org.apache.kafka.common.errors.ApiException if there is none, or none can be changed
   */
  ConfigTarget find(ConfigResource resource) {
    String name = resource.name();
    return switch (resource.type()) {
      case TOPIC -> topic(name);
      case BROKER -> broker(name);
      case GROUP -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Default group resources are not allowed.");
        }
        yield new OfGroup(groupBounds);
      }
      case CLIENT_METRICS -> {
        if (name.isEmpty()) {
          throw new InvalidRequestException("Subscription name can't be empty");
        }
        yield new OfClientMetrics();
      }
      default -> throw new InvalidRequestException("Unknown resource type " + resource.type().id());
    };
  }

  private ConfigTarget topic(String name) {
    if (name.isEmpty()) {
      throw new InvalidRequestException("Default topic resources are not allowed.");
    }
    Topic.validate(name);
    if (image.topicByName(name).isEmpty()) {
      throw new UnknownTopicOrPartitionException("The topic '%s' does not exist.".formatted(name));
    }
    return new OfTopic(name, topicDefaults);
  }

  /** A broker by its id, or all brokers. */
  private ConfigTarget broker(String name) {
    if (!name.isEmpty()) {
      try {
        int id = Integer.parseInt(name);
        // What is set for broker 01 would never be found for broker 1.
        if (!image.brokers().containsKey(id) || !Integer.toString(id).equals(name)) {
          throw new InvalidRequestException("No broker with id %s is registered.".formatted(name));
        }
      } catch (NumberFormatException e) {
        throw new InvalidRequestException("Node id must be an integer, but it is: " + name, e);
      }
    }
    return new OfBroker(brokerSettings, !name.isEmpty());
  }

  private record OfTopic(String topic, Map<String, String> defaults) implements ConfigTarget {
    @Override
    public boolean isList(String name) {
      return TopicSettings.isList(name);
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      return TopicSettings.valueOf(name, own, defaults);
    }

    @Override
    public void validate(Map<String, String> own, Set<String> changed) {
      TopicSettings.validate(topic, own, defaults);
    }
  }

  /**
   * A broker, or all.
   *
   * @param isOne whether it is one
   */
  private record OfBroker(ConfigDef definitions, boolean isOne) implements ConfigTarget {
    @Override
    public boolean isList(String name) {
      ConfigKey key = definitions.configKeys().get(name);
      return key != null && key.type == ConfigDef.Type.LIST;
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      return own.getOrDefault(name, "");
    }

    /** What an older release allowed to be set can stay, and be deleted. */
    @Override
    public void validate(Map<String, String> own, Set<String> changed) {
      Set<String> others = new TreeSet<>(changed);
      others.retainAll(own.keySet());
      others.removeAll(definitions.names());
      if (!others.isEmpty()) {
        throw new InvalidRequestException("Cannot update these configs dynamically: " + others);
      }
      // Whether replicas stay eligible is decided for all brokers alike.
      if (isOne && changed.contains(MIN_INSYNC_REPLICAS) && own.containsKey(MIN_INSYNC_REPLICAS)) {
        throw new InvalidConfigurationException(
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
      }
      if (isOne && own.containsKey(UNCLEAN)) {
        throw new InvalidConfigurationException(
            "%s is for all brokers alike: alter it for all of them".formatted(UNCLEAN));
      }
      if (!isOne
          && changed.contains(MIN_INSYNC_REPLICAS)
          && !own.containsKey(MIN_INSYNC_REPLICAS)) {
        throw new InvalidConfigurationException(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
      }
      changed.forEach(name -> checkElements(name, own.getOrDefault(name, "")));
      try {
        definitions.parse(own);
      } catch (ConfigException e) {
        throw new InvalidRequestException(e.getMessage(), e);
      }
    }

    /** As in Kafka, nothing is twice in a broker's list, where a topic's may repeat itself. */
    private void checkElements(String name, String list) {
      List<String> elements = Arrays.stream(list.split(",", -1)).map(String::trim).toList();
      if (isList(name) && elements.stream().distinct().count() < elements.size()) {
        throw new InvalidRequestException(
            "Configuration '%s' values must not be duplicated.".formatted(name));
      }
    }
  }

  /** As in Kafka, there is no adding to lists of groups and of clients' metrics. */
  private record OfGroup(GroupBounds bounds) implements ConfigTarget {
    @Override
    public boolean isList(String name) {
      return false;
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      throw new IllegalStateException(name + " is not a list");
    }

    @Override
    public void validate(Map<String, String> own, Set<String> changed) {
      GroupSettings.validate(own, bounds);
    }
  }

  private record OfClientMetrics() implements ConfigTarget {
    @Override
    public boolean isList(String name) {
      return false;
    }

    @Override
    public String valueOf(String name, Map<String, String> own) {
      throw new IllegalStateException(name + " is not a list");
    }

    @Override
    public void validate(Map<String, String> own, Set<String> changed) {
      ClientMetricsSettings.validate(own);
    }
  }
}
