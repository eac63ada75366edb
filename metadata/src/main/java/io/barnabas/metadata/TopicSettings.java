package io.barnabas.metadata;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.internals.Topic;

/**
 * The settings that a topic can have of its own, under Kafka's names: those that are honoured, and
 * no others. {@link TopicSettingDefinitions} says what each means.
 */
public final class TopicSettings {
  private static final String FLUSH_MESSAGES = "flush.messages";
  private static final ConfigDef DEFINITIONS = TopicSettingDefinitions.all();

  private TopicSettings() {}

  /** Names, types, defaults, bounds and meanings. */
  public static ConfigDef definitions() {
    return new ConfigDef(DEFINITIONS);
  }

  /** The names of all settings. */
  public static Set<String> names() {
    return Set.copyOf(DEFINITIONS.names());
  }

  /** All settings with meaning, default and bounds, as reStructuredText. */
  public static String reference() {
    return DEFINITIONS.toEnrichedRst();
  }

  /**
   * Whether the setting is a list, so that its values are separated by commas.
   *
   * @return false also for a setting that is unknown
   */
  static boolean isList(String name) {
    ConfigKey key = DEFINITIONS.configKeys().get(name);
    return key != null && key.type == ConfigDef.Type.LIST;
  }

  /**
   * Checks the settings of a topic, each by itself and against each other.
   *
   * @param own the topic's settings
   * @param inherited what it gets for those that it has not
   * @throws InvalidConfigurationException if one is unknown or its value cannot be, with a sentence
   *     for the client
   */
  public static void validate(Map<String, String> own, Map<String, String> inherited) {
    for (String name : new TreeMap<>(own).keySet()) {
      if (!DEFINITIONS.configKeys().containsKey(name)) {
        throw new InvalidConfigurationException(
            TopicSettingDefinitions.isKnownToKafka(name)
                ? "The topic setting %s is not supported".formatted(name)
                : "Unknown topic config name: " + name);
      }
    }
    try {
      DEFINITIONS.parse(own);
    } catch (ConfigException e) {
      throw new InvalidConfigurationException(e.getMessage());
    }
    checkTogether(own, inherited);
  }

  private static void checkTogether(Map<String, String> own, Map<String, String> inherited) {
    long minimumLag = number("min.compaction.lag.ms", own, inherited);
    long maximumLag = number("max.compaction.lag.ms", own, inherited);
    if (minimumLag > maximumLag) {
      throw new InvalidConfigurationException(
          "conflict topic config setting min.compaction.lag.ms (%d) > max.compaction.lag.ms (%d)"
              .formatted(minimumLag, maximumLag));
    }
  }

  /**
   * As {@link #validate(Map, Map)}, and what only a topic of this name cannot have: what groups and
   * transactions were told is on disk, so topics that hold it cannot choose a weaker promise.
   *
   * @throws InvalidConfigurationException with a sentence for the client
   */
  static void validate(String topic, Map<String, String> own, Map<String, String> inherited) {
    validate(own, inherited);
    String flushed = own.getOrDefault(FLUSH_MESSAGES, "1");
    if (Topic.isInternal(topic) && Long.parseLong(flushed.trim()) != 1) {
      throw new InvalidConfigurationException(
          "Invalid value %s for configuration flush.messages: Value must be 1 in an internal topic"
              .formatted(flushed));
    }
  }

  /**
   * What a topic of this name gets where it has no value of its own: an internal one is forced
   * before each acknowledgement, whatever others are.
   */
  public static Map<String, String> inheritedBy(String topic, Map<String, String> inherited) {
    if (!Topic.isInternal(topic) || !inherited.containsKey(FLUSH_MESSAGES)) {
      return inherited;
    }
    Map<String, String> stronger = new HashMap<>(inherited);
    stronger.remove(FLUSH_MESSAGES);
    return stronger;
  }

  /**
   * All settings of a topic as they are in effect, by name.
   *
   * @param own the topic's settings
   * @param inherited what it gets for those that it has not
   */
  public static List<TopicSetting> effective(
      Map<String, String> own, Map<String, String> inherited) {
    return DEFINITIONS.configKeys().values().stream()
        .map(key -> effective(key, own, inherited))
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .toList();
  }

  private static TopicSetting effective(
      ConfigKey key, Map<String, String> own, Map<String, String> inherited) {
    String value = own.get(key.name);
    if (value != null) {
      return new TopicSetting(key.name, value, TopicSetting.Source.TOPIC);
    }
    String otherwise = defaultOf(key);
    String given = inherited.getOrDefault(key.name, otherwise);
    return new TopicSetting(
        key.name,
        given,
        given.equals(otherwise) ? TopicSetting.Source.DEFAULT : TopicSetting.Source.NODE);
  }

  /**
   * The value in effect.
   *
   * @throws IllegalArgumentException if there is no such setting
   */
  static String valueOf(String name, Map<String, String> own, Map<String, String> inherited) {
    ConfigKey key = DEFINITIONS.configKeys().get(name);
    if (key == null) {
      throw new IllegalArgumentException("No topic setting " + name);
    }
    return effective(key, own, inherited).value();
  }

  private static long number(String name, Map<String, String> own, Map<String, String> inherited) {
    return Long.parseLong(valueOf(name, own, inherited).trim());
  }

  private static String defaultOf(ConfigKey key) {
    String text = ConfigDef.convertToString(key.defaultValue, key.type);
    if (text == null) {
      throw new IllegalStateException("The topic setting " + key.name + " has no default");
    }
    return text;
  }
}
