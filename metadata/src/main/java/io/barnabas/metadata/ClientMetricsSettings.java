package io.barnabas.metadata;

import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LIST;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ValidList;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

/** The settings of a subscription to clients' metrics, under Kafka's names. */
public final class ClientMetricsSettings {
  private static final String NOT_YET = " Stored only: clients are not asked for metrics yet.";
  private static final String INTERVAL = "interval.ms";
  private static final String MATCH = "match";
  private static final int LEAST_INTERVAL_MS = 100;
  private static final int MOST_INTERVAL_MS = 3_600_000;

  private static final Set<String> MATCHED =
      Set.of(
          "client_instance_id",
          "client_id",
          "client_software_name",
          "client_software_version",
          "client_source_address",
          "client_source_port");

  private static final ConfigDef DEFINITIONS = define();

  private ClientMetricsSettings() {}

  /** Names, types, defaults and meanings. */
  public static ConfigDef definitions() {
    return new ConfigDef(DEFINITIONS);
  }

  private static ConfigDef define() {
    return new ConfigDef()
        .define(
            INTERVAL,
            INT,
            300_000,
            MEDIUM,
            "How often clients push their metrics, in milliseconds." + NOT_YET)
        .define(
            MATCH,
            LIST,
            List.of(),
            ValidList.anyNonDuplicateValues(true, false),
            MEDIUM,
            "Which clients are meant, as name=regular expression; all of them must match."
                + NOT_YET)
        .define(
            "metrics",
            LIST,
            List.of(),
            ValidList.anyNonDuplicateValues(true, false),
            MEDIUM,
            "How the names of the metrics begin; * stands for all." + NOT_YET);
  }

  /**
   * Checks the settings of a subscription.
   *
   * @throws InvalidRequestException if one is unknown or the interval is out of bounds
   * @throws InvalidConfigurationException if another value cannot be
   */
  public static void validate(Map<String, String> own) {
    for (String name : new TreeMap<>(own).keySet()) {
      if (!DEFINITIONS.configKeys().containsKey(name)) {
        throw new InvalidRequestException("Unknown client metrics configuration: " + name);
      }
    }
    Map<String, Object> values;
    try {
      values = DEFINITIONS.parse(own);
    } catch (ConfigException e) {
      throw new InvalidConfigurationException(e.getMessage(), e);
    }
    if (values.get(INTERVAL) instanceof Integer ms
        && (ms < LEAST_INTERVAL_MS || ms > MOST_INTERVAL_MS)) {
      throw new InvalidRequestException(
          "Invalid value %d for %s, interval must be between %d and %d (1 hour)"
              .formatted(ms, INTERVAL, LEAST_INTERVAL_MS, MOST_INTERVAL_MS));
    }
    if (values.get(MATCH) instanceof List<?> patterns) {
      patterns.forEach(pattern -> checkPattern(String.valueOf(pattern)));
    }
  }

  private static void checkPattern(String text) {
    String[] parts = text.split("=", -1);
    if (parts.length != 2 || !MATCHED.contains(parts[0].trim())) {
      throw illegal(text);
    }
    try {
      Pattern.compile(parts[1].trim());
    } catch (PatternSyntaxException e) {
      throw illegal(text);
    }
  }

  private static InvalidConfigurationException illegal(String pattern) {
    return new InvalidConfigurationException("Illegal client matching pattern: " + pattern);
  }
}
