package io.barnabas.server.settings;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** A node's settings under Kafka's names, checked and complete. Immutable. */
public final class NodeSettings {
  private final Map<String, Object> values;

  private NodeSettings(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Reads settings; those not given have their defaults.
   *
   * @throws SettingsException when a name is unknown or a value cannot be
   */
  public static NodeSettings parse(Map<String, String> given) throws SettingsException {
    ConfigDef definitions = definitions();
    for (String name : given.keySet()) {
      if (!definitions.names().contains(name)) {
        throw new SettingsException("There is no setting named " + name + ".");
      }
    }
    try {
      return new NodeSettings(definitions.parse(given));
    } catch (ConfigException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  static ConfigDef definitions() {
    return new ConfigDef()
        .define("node.id", ConfigDef.Type.INT, 1, atLeast(0), HIGH, "The number of this node.")
        .define(
            "listeners",
            ConfigDef.Type.LIST,
            "PLAINTEXT://127.0.0.1:9092",
            HIGH,
            "Where it listens.")
        .define(
            "advertised.listeners", ConfigDef.Type.LIST, "", HIGH, "Told to clients; as listeners.")
        .define("log.dirs", ConfigDef.Type.LIST, "./data", HIGH, "The data directories.")
        .define(
            "num.partitions",
            ConfigDef.Type.INT,
            1,
            atLeast(1),
            MEDIUM,
            "Partitions of a new topic.")
        .define(
            "auto.create.topics.enable",
            ConfigDef.Type.BOOLEAN,
            true,
            MEDIUM,
            "Create topics when asked.")
        .define(
            "socket.request.max.bytes",
            ConfigDef.Type.INT,
            104_857_600,
            between(1024, Integer.MAX_VALUE),
            MEDIUM,
            "The largest request, in bytes.");
  }

  /** The number of this node, 0 or more. */
  public int nodeId() {
    return number("node.id");
  }

  /** Partitions of a topic created without a count, 1 or more. */
  public int partitionsOfNewTopics() {
    return number("num.partitions");
  }

  /** The largest request accepted, in bytes. */
  public int maxRequestBytes() {
    return number("socket.request.max.bytes");
  }

  private int number(String name) {
    return values.get(name) instanceof Integer number ? number : -1;
  }
}
