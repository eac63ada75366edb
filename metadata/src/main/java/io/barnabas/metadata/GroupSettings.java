package io.barnabas.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/**
 * The settings that a group can have of its own, under Kafka's names, whether or not the group is
 * there yet. {@link GroupSettingDefinitions} says what each means.
 */
public final class GroupSettings {
  private static final String SESSION = GroupSettingDefinitions.SESSION;
  private static final String HEARTBEAT = GroupSettingDefinitions.HEARTBEAT;
  private static final String TAGS = "streams.rack.aware.assignment.tags";
  private static final String ASSIGNOR = "streams.assignor.name";
  private static final List<String> ASSIGNORS = List.of("sticky");
  private static final String DEAD_LETTERS = "errors.deadletterqueue.topic.name";

  private static final ConfigDef DEFINITIONS = GroupSettingDefinitions.all();

  private GroupSettings() {}

  /**
   * Names, types, defaults, bounds and meanings. Those that Kafka keeps to itself unless they are
   * set are marked as internal.
   */
  public static ConfigDef definitions() {
    return new ConfigDef(DEFINITIONS);
  }

  /**
   * The broker's setting that a group's is inherited from, as Kafka names it; else its own name.
   */
  public static String brokerSynonym(String name) {
    return GroupSettingDefinitions.brokerSynonym(name);
  }

  /**
   * Checks the settings of a group, all of them: one that is stored and can no longer be, as the
   * bounds were changed, has to be changed or taken away together with whatever else changes.
   *
   * @param own the group's settings
   * @param bounds of those that have bounds of the node's
   * @throws InvalidConfigurationException if one is unknown or its value cannot be, with a sentence
   *     for the client
   */
  public static void validate(Map<String, String> own, GroupBounds bounds) {
    for (String name : new TreeMap<>(own).keySet()) {
      if (!DEFINITIONS.configKeys().containsKey(name)) {
        throw new InvalidConfigurationException("Unknown group config name: " + name);
      }
    }
    Map<String, Object> values;
    try {
      values = DEFINITIONS.parse(own);
    } catch (ConfigException e) {
      throw new InvalidConfigurationException(e.getMessage(), e);
    }
    own.forEach((name, value) -> checkTexts(name, value.trim()));
    for (ConfigKey key : DEFINITIONS.configKeys().values()) {
      if (own.containsKey(key.name) && values.get(key.name) instanceof Number number) {
        checkRange(key.name, number.longValue(), bounds);
      }
    }
    checkSession(own, values, bounds);
  }

  /** A member is heard of more than once in a session. */
  private static void checkSession(
      Map<String, String> own, Map<String, Object> values, GroupBounds bounds) {
    boolean hasNone = !own.containsKey(SESSION) && !own.containsKey(HEARTBEAT);
    Object session = own.containsKey(SESSION) ? values.get(SESSION) : bounds.sessionTimeoutMs();
    Object heartbeat =
        own.containsKey(HEARTBEAT) ? values.get(HEARTBEAT) : bounds.heartbeatIntervalMs();
    if (hasNone
        || !(session instanceof Integer longer)
        || !(heartbeat instanceof Integer shorter)) {
      return;
    }
    if (longer <= shorter) {
      throw new InvalidConfigurationException(
          "%s must be greater than %s".formatted(SESSION, HEARTBEAT));
    }
  }

  private static void checkRange(String name, long value, GroupBounds bounds) {
    GroupSettingDefinitions.Range range = GroupSettingDefinitions.rangeOf(name, bounds);
    if (value >= range.least() && value <= range.most()) {
      return;
    }
    String expected;
    if (range.most() == Long.MAX_VALUE) {
      expected = "greater than or equal to %d".formatted(range.least());
    } else if (range.least() == 0 && GroupSettingDefinitions.isCount(name)) {
      expected = "less than or equal to %d".formatted(range.most());
    } else {
      expected = "in the range %d to %d inclusive.".formatted(range.least(), range.most());
    }
    throw new InvalidConfigurationException("%s must be %s".formatted(name, expected));
  }

  private static void checkTexts(String name, String value) {
    if (name.equals(ASSIGNOR) && !ASSIGNORS.contains(value)) {
      throw new InvalidConfigurationException(
          "%s '%s' is not a registered task assignor. Registered assignors are: %s."
              .formatted(name, value, ASSIGNORS));
    }
    if (name.equals(DEAD_LETTERS) && value.startsWith("__")) {
      throw new InvalidConfigurationException(name + ": DLQ topic name must not start with '__'");
    }
    if (name.equals(TAGS)) {
      List<String> tags = Arrays.stream(value.split(",", -1)).map(String::trim).toList();
      if (tags.stream().distinct().count() < tags.size()) {
        throw new InvalidConfigurationException(name + " must not contain duplicate tag keys.");
      }
    }
  }
}
