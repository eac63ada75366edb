package io.barnabas.server.api;

import io.barnabas.metadata.ClientMetricsSettings;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.GroupSettings;
import io.barnabas.metadata.TopicSetting;
import io.barnabas.metadata.TopicSettings;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.LiveSettings.Value;
import io.barnabas.server.settings.NodeSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * Settings with their values, and where those come from, as of one image. For one answer and one
 * thread, as it remembers what all topics have in common.
 */
final class ConfigDescriber {
  private final LiveSettings settings;
  private final ClusterImage image;
  private final Map<String, String> topicDefaults;
  private final Map<String, List<Value>> valuesForTopics = new HashMap<>();

  ConfigDescriber(LiveSettings settings, ClusterImage image) {
    this.settings = settings;
    this.image = image;
    topicDefaults = settings.topicDefaults(image);
  }

  /** All settings of a topic. */
  List<DescribeConfigsResourceResult> topic(String name) {
    Map<String, String> own = image.configsOf(new ConfigResource(ConfigResource.Type.TOPIC, name));
    Map<String, ConfigDef.ConfigKey> keys = TopicSettings.definitions().configKeys();
    List<DescribeConfigsResourceResult> all = new ArrayList<>();
    for (TopicSetting setting :
        TopicSettings.effective(own, TopicSettings.inheritedBy(name, topicDefaults))) {
      List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
      if (setting.source() == TopicSetting.Source.TOPIC) {
        synonyms.add(synonym(setting.name(), setting.value(), ConfigSource.TOPIC_CONFIG));
      }
      valuesForTopic(setting).forEach(v -> synonyms.add(synonym(v)));
      if (synonyms.isEmpty()) {
        synonyms.add(synonym(setting.name(), setting.value(), ConfigSource.DEFAULT_CONFIG));
      }
      ConfigDef.ConfigKey key = keys.get(setting.name());
      if (key != null) {
        all.add(
            result(setting.name(), Optional.of(setting.value()), synonyms)
                .setConfigSource(source(setting).id())
                .setConfigType(type(key.type))
                .setDocumentation(key.documentation));
      }
    }
    return all;
  }

  /** Where the value of a topic's setting comes from. */
  ConfigSource source(TopicSetting setting) {
    return switch (setting.source()) {
      case TOPIC -> ConfigSource.TOPIC_CONFIG;
      case NODE ->
          valuesForTopic(setting).stream()
              .findFirst()
              .map(value -> source(value.source()))
              .orElse(ConfigSource.DEFAULT_CONFIG);
      case DEFAULT -> ConfigSource.DEFAULT_CONFIG;
    };
  }

  private List<Value> valuesForTopic(TopicSetting setting) {
    return valuesForTopics.computeIfAbsent(
        setting.name(), name -> settings.valuesForTopic(name, image));
  }

  /** All settings of this node. */
  List<DescribeConfigsResourceResult> node() {
    return settings.atStart().all().stream().map(this::node).toList();
  }

  private DescribeConfigsResourceResult node(NodeSettings.Setting setting) {
    List<Value> values = settings.values(setting, image);
    Optional<Value> first = values.stream().findFirst();
    boolean secret = setting.type() == ConfigDef.Type.PASSWORD;
    ConfigSource source =
        first.map(value -> source(value.source())).orElse(ConfigSource.DEFAULT_CONFIG);
    List<DescribeConfigsSynonym> synonyms = values.stream().map(ConfigDescriber::synonym).toList();
    if (secret) {
      synonyms.forEach(synonym -> synonym.setValue(null));
    }
    return result(setting.name(), secret ? Optional.empty() : first.map(Value::value), synonyms)
        .setConfigSource(source.id())
        .setConfigType(type(setting.type()))
        .setReadOnly(!LiveSettings.isChangeable(setting.name()))
        .setIsSensitive(secret)
        .setDocumentation(setting.documentation());
  }

  /** What was changed for all nodes while they ran, and nothing else. */
  List<DescribeConfigsResourceResult> allNodes() {
    return settings.atStart().all().stream().flatMap(s -> changedForAll(s).stream()).toList();
  }

  private Optional<DescribeConfigsResourceResult> changedForAll(NodeSettings.Setting setting) {
    return settings.values(setting, image).stream()
        .filter(value -> value.source() == LiveSettings.Source.ALL_NODES)
        .findFirst()
        .map(
            value ->
                result(setting.name(), Optional.of(value.value()), List.of(synonym(value)))
                    .setConfigSource(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id())
                    .setConfigType(type(setting.type()))
                    .setDocumentation(setting.documentation()));
  }

  /**
   * All settings of a group, whether it is there or not. Those that Kafka keeps to itself are shown
   * where they are set.
   */
  List<DescribeConfigsResourceResult> group(String name) {
    Map<String, String> own = image.configsOf(new ConfigResource(ConfigResource.Type.GROUP, name));
    List<DescribeConfigsResourceResult> all = new ArrayList<>();
    for (ConfigDef.ConfigKey key : sorted(GroupSettings.definitions())) {
      String value = own.get(key.name);
      if (value == null && key.internalConfig) {
        continue;
      }
      List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
      if (value != null) {
        synonyms.add(synonym(key.name, value, ConfigSource.GROUP_CONFIG));
      }
      synonyms.addAll(inheritedByGroup(key));
      DescribeConfigsSynonym first = synonyms.getFirst();
      all.add(
          result(key.name, Optional.of(first.value()), synonyms)
              .setConfigSource(first.source())
              .setConfigType(type(key.type))
              .setDocumentation(key.documentation));
    }
    return all;
  }

  /** What holds for groups that have nothing of their own, the strongest first. */
  private List<DescribeConfigsSynonym> inheritedByGroup(ConfigDef.ConfigKey key) {
    String name = GroupSettings.brokerSynonym(key.name);
    return settings
        .atStart()
        .setting(name)
        .map(
            setting ->
                settings.values(setting, image).stream().map(ConfigDescriber::synonym).toList())
        .orElseGet(() -> List.of(synonym(name, defaultOf(key), ConfigSource.DEFAULT_CONFIG)));
  }

  /** All settings of a subscription to clients' metrics, whether it is there or not. */
  List<DescribeConfigsResourceResult> clientMetrics(String name) {
    Map<String, String> own =
        image.configsOf(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name));
    ConfigSource ownSource = ConfigSource.CLIENT_METRICS_CONFIG;
    List<DescribeConfigsResourceResult> all = new ArrayList<>();
    for (ConfigDef.ConfigKey key : sorted(ClientMetricsSettings.definitions())) {
      String value = own.get(key.name);
      all.add(
          result(
                  key.name,
                  Optional.of(value == null ? defaultOf(key) : value),
                  value == null ? List.of() : List.of(synonym(key.name, value, ownSource)))
              .setConfigSource((value == null ? ConfigSource.DEFAULT_CONFIG : ownSource).id())
              .setConfigType(type(key.type))
              .setDocumentation(key.documentation));
    }
    return all;
  }

  /** The levels of this program's loggers; none if they cannot be changed while it runs. */
  static List<DescribeConfigsResourceResult> loggers(Optional<LoggerLevels> loggers) {
    List<DescribeConfigsResourceResult> all = new ArrayList<>();
    loggers.ifPresent(
        levels ->
            levels
                .levels()
                .forEach(
                    (name, level) ->
                        all.add(
                            result(name, Optional.of(level), List.of())
                                .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id()))));
    return all;
  }

  private static List<ConfigDef.ConfigKey> sorted(ConfigDef definitions) {
    return definitions.configKeys().values().stream()
        .sorted((a, b) -> a.name.compareTo(b.name))
        .toList();
  }

  private static String defaultOf(ConfigDef.ConfigKey key) {
    return String.valueOf(ConfigDef.convertToString(key.defaultValue, key.type));
  }

  private static DescribeConfigsResourceResult result(
      String name, Optional<String> value, List<DescribeConfigsSynonym> synonyms) {
    return new DescribeConfigsResourceResult()
        .setName(name)
        .setValue(value.orElse(null))
        .setSynonyms(synonyms);
  }

  private static DescribeConfigsSynonym synonym(Value value) {
    return synonym(value.name(), value.value(), source(value.source()));
  }

  private static DescribeConfigsSynonym synonym(String name, String value, ConfigSource source) {
    return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
  }

  private static ConfigSource source(LiveSettings.Source source) {
    return switch (source) {
      case THIS_NODE -> ConfigSource.DYNAMIC_BROKER_CONFIG;
      case ALL_NODES -> ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
      case START -> ConfigSource.STATIC_BROKER_CONFIG;
      case DEFAULT -> ConfigSource.DEFAULT_CONFIG;
    };
  }

  private static byte type(ConfigDef.Type type) {
    return ConfigType.valueOf(type.name()).id();
  }
}
