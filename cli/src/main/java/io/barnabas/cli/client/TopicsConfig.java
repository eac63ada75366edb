package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.Group;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topics config}. */
@Command(
    name = "config",
    description = "Show and change the settings of a topic.",
    subcommands = {TopicsConfig.Get.class, TopicsConfig.Set.class, TopicsConfig.Unset.class})
final class TopicsConfig extends Group {

  /** The settings that a topic has of its own, by name. */
  static Map<String, String> changed(Admin admin, String topic) {
    Map<String, String> changed = new TreeMap<>();
    for (ConfigEntry entry : entries(admin, topic)) {
      if (isOwn(entry)) {
        changed.put(entry.name(), String.valueOf(entry.value()));
      }
    }
    return changed;
  }

  private static boolean isOwn(ConfigEntry entry) {
    return entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG;
  }

  private static Collection<ConfigEntry> entries(Admin admin, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return Objects.requireNonNull(
            Cluster.await(admin.describeConfigs(List.of(resource)).all()).get(resource))
        .entries();
  }

  private static void alter(Admin admin, String topic, List<AlterConfigOp> changes) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Cluster.await(admin.incrementalAlterConfigs(Map.of(resource, changes)).all());
  }

  private static void printChanged(Admin admin, String topic, Output out) {
    Map<String, String> changed = changed(admin, topic);
    if (out.isJson()) {
      out.json(changed);
    } else if (changed.isEmpty()) {
      out.line(topic + " has no settings of its own.");
    } else {
      changed.forEach((name, value) -> out.line(name + "=" + value));
    }
  }

  /** {@code barnabas topics config get}. */
  @Command(name = "get", description = "Show the settings of a topic.")
  static final class Get extends ClusterCommand.WithAdmin {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    private String topic = "";

    @Parameters(
        index = "1..*",
        arity = "0..*",
        paramLabel = "NAME",
        description = "Only these settings. Default: all.")
    private List<String> wanted = new ArrayList<>();

    @Option(names = "--own", description = "Only those that the topic has of its own.")
    private boolean own;

    @Override
    void run(Admin admin, Output out) {
      Map<String, ConfigEntry> entries = new TreeMap<>();
      entries(admin, topic).forEach(entry -> entries.put(entry.name(), entry));
      for (String name : wanted) {
        if (!entries.containsKey(name)) {
          throw new CliException("Topics have no setting " + name + ".");
        }
      }
      entries
          .values()
          .removeIf(
              entry ->
                  (own && !isOwn(entry)) || (!wanted.isEmpty() && !wanted.contains(entry.name())));
      if (out.isJson()) {
        out.json(entries.values().stream().map(Get::json).toList());
        return;
      }
      Table table = new Table("SETTING", "VALUE", "FROM");
      entries
          .values()
          .forEach(entry -> table.add(entry.name(), String.valueOf(entry.value()), from(entry)));
      out.line(table);
    }

    private static Map<String, Object> json(ConfigEntry entry) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("setting", entry.name());
      json.put("value", String.valueOf(entry.value()));
      json.put("from", from(entry));
      return json;
    }

    private static String from(ConfigEntry entry) {
      return switch (entry.source()) {
        case DYNAMIC_TOPIC_CONFIG -> "topic";
        case DYNAMIC_BROKER_CONFIG, STATIC_BROKER_CONFIG -> "node";
        case DYNAMIC_DEFAULT_BROKER_CONFIG -> "cluster";
        case DEFAULT_CONFIG -> "default";
        case DYNAMIC_BROKER_LOGGER_CONFIG,
            DYNAMIC_CLIENT_METRICS_CONFIG,
            DYNAMIC_GROUP_CONFIG,
            UNKNOWN ->
            "unknown";
      };
    }
  }

  /** {@code barnabas topics config set}. */
  @Command(name = "set", description = "Give a topic settings of its own.")
  static final class Set extends ClusterCommand.WithAdmin {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    private String topic = "";

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "NAME=VALUE",
        description = "The settings, such as retention.ms=3600000.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    void run(Admin admin, Output out) {
      List<AlterConfigOp> changes = new ArrayList<>();
      settings.forEach(
          (name, value) ->
              changes.add(
                  new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
      alter(admin, topic, changes);
      printChanged(admin, topic, out);
    }
  }

  /** {@code barnabas topics config unset}. */
  @Command(name = "unset", description = "Take a topic's own settings away, so that defaults hold.")
  static final class Unset extends ClusterCommand.WithAdmin {
    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
    private String topic = "";

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME", description = "The settings.")
    private List<String> names = new ArrayList<>();

    @Override
    void run(Admin admin, Output out) {
      alter(
          admin,
          topic,
          names.stream()
              .map(
                  name -> new AlterConfigOp(new ConfigEntry(name, ""), AlterConfigOp.OpType.DELETE))
              .toList());
      printChanged(admin, topic, out);
    }
  }
}
