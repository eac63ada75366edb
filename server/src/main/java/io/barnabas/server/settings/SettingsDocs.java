package io.barnabas.server.settings;

import io.barnabas.metadata.TopicSettings;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Writes the reference of a node's settings from their definitions. */
public final class SettingsDocs {
  private static final String HEAD =
      """
      # Settings

      The settings of a node, under Kafka's names. They are given in a properties file, with
      `./barnabas start --config FILE`, or one by one, with `-o name=value`, which goes before
      the file. A node does not start with a setting that is unknown or cannot be.

      This page is written from the code: `mvn -q test -pl server -am -Dtest=SettingsDocsTest
      -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.rewrite=true`.

      ## Of a node

      """;
  private static final String TOPICS =
      """

      ## Of a topic

      Each topic may have its own: `./barnabas topics create TOPIC --config name=value` and
      `./barnabas topics config set TOPIC name=value`. Where it has none, those of the node hold
      that mean the same, else these defaults.

      """;
  private static final String COLUMNS =
      """
      | setting | default | meaning |
      | --- | --- | --- |
      """;

  private SettingsDocs() {}

  /** All settings with meaning, default and bounds, as Markdown, the important ones first. */
  public static String reference() {
    return HEAD + table(Definitions.all()) + TOPICS + table(TopicSettings.definitions());
  }

  private static String table(ConfigDef definitions) {
    List<ConfigKey> keys =
        definitions.configKeys().values().stream()
            .sorted(
                Comparator.comparing((ConfigKey key) -> key.importance)
                    .thenComparing(key -> key.name))
            .toList();
    StringBuilder table = new StringBuilder(COLUMNS);
    for (ConfigKey key : keys) {
      table.append(
          "| `%s` | %s | %s %s |\n".formatted(key.name, value(key), meaning(key), type(key)));
    }
    return table.toString();
  }

  private static String value(ConfigKey key) {
    if (!key.hasDefault()) {
      return "must be given";
    }
    String text = ConfigDef.convertToString(key.defaultValue, key.type);
    return text == null || text.isEmpty() ? "" : "`" + text + "`";
  }

  private static String meaning(ConfigKey key) {
    return escaped(String.valueOf(key.documentation));
  }

  private static String type(ConfigKey key) {
    String type = key.type.toString().toLowerCase(Locale.ROOT);
    return key.validator == null
        ? "*%s*".formatted(type)
        : "*%s, %s*".formatted(type, escaped(key.validator.toString()));
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|");
  }
}
