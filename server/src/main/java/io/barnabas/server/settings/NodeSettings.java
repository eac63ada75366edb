package io.barnabas.server.settings;

import io.barnabas.log.LogDirectoryOptions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** A node's settings under Kafka's names, checked and complete. Immutable. */
public final class NodeSettings {
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;

  private final Map<String, String> given;
  private final Map<String, Object> values;
  private final List<ListenerAddress> listeners;
  private final List<ListenerAddress> advertised;
  private final List<Path> logDirs;

  private NodeSettings(Map<String, String> given, Map<String, Object> values)
      throws SettingsException {
    this.given = Map.copyOf(given);
    this.values = values;
    listeners = addresses("listeners");
    List<ListenerAddress> told = addresses("advertised.listeners");
    advertised = told.isEmpty() ? listeners : told;
    logDirs = paths("log.dirs");
    check();
  }

  /**
   * Reads settings; those not given have their defaults.
   *
   * @throws SettingsException when a name is unknown or a value cannot be
   */
  public static NodeSettings parse(Map<String, String> given) throws SettingsException {
    ConfigDef definitions = Definitions.all();
    for (String name : new TreeMap<>(given).keySet()) {
      if (!definitions.names().contains(name)) {
        throw new SettingsException("There is no setting named " + name + ".");
      }
    }
    try {
      return new NodeSettings(given, definitions.parse(given));
    } catch (ConfigException e) {
      throw new SettingsException(
          String.valueOf(e.getMessage()).replaceFirst(" for configuration ", " for the setting "));
    }
  }

  private void check() throws SettingsException {
    if (listeners.isEmpty()) {
      throw new SettingsException("The setting listeners names no address.");
    }
    Map<String, String> protocols = protocols();
    for (ListenerAddress listener : listeners) {
      String protocol = protocols.get(listener.name());
      if (!"PLAINTEXT".equals(protocol)) {
        throw new SettingsException(
            "The listener %s has the security protocol %s; only PLAINTEXT is served."
                .formatted(listener.name(), protocol == null ? listener.name() : protocol));
      }
    }
    checkAdvertised();
    if (logDirs.size() != 1) {
      throw new SettingsException("The setting log.dirs must name exactly one directory.");
    }
    if (maxQueuedRequestBytes() < maxRequestBytes()) {
      throw new SettingsException(
          "The setting queued.max.request.bytes must not be less than socket.request.max.bytes.");
    }
  }

  private void checkAdvertised() throws SettingsException {
    Set<String> names = listeners.stream().map(ListenerAddress::name).collect(Collectors.toSet());
    Set<String> told = advertised.stream().map(ListenerAddress::name).collect(Collectors.toSet());
    if (!names.equals(told)) {
      throw new SettingsException(
          "The settings listeners and advertised.listeners must name the same listeners.");
    }
    for (ListenerAddress address : advertised) {
      if (address.isAnyAddress()) {
        throw new SettingsException(
            "Clients cannot connect to %s: set advertised.listeners to an address they can reach."
                .formatted(address));
      }
    }
  }

  private List<ListenerAddress> addresses(String setting) throws SettingsException {
    List<ListenerAddress> found = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String text : list(setting)) {
      Optional<ListenerAddress> address = ListenerAddress.parse(text);
      if (address.isEmpty()) {
        throw new SettingsException(
            "The setting %s must be like NAME://host:port, not %s.".formatted(setting, text));
      }
      if (!names.add(address.get().name())) {
        throw new SettingsException(
            "The setting %s names %s twice.".formatted(setting, address.get().name()));
      }
      found.add(address.get());
    }
    return List.copyOf(found);
  }

  private Map<String, String> protocols() throws SettingsException {
    Map<String, String> protocols = new LinkedHashMap<>();
    for (String entry : list("listener.security.protocol.map")) {
      String[] parts = entry.split(":", -1);
      if (parts.length != 2 || protocols.put(parts[0].trim(), parts[1].trim()) != null) {
        throw new SettingsException(
            "The setting listener.security.protocol.map must be like NAME:PROTOCOL, each name once,"
                + " not "
                + entry
                + ".");
      }
    }
    return protocols;
  }

  private List<Path> paths(String setting) throws SettingsException {
    List<Path> paths = new ArrayList<>();
    for (String text : list(setting)) {
      try {
        paths.add(Path.of(text));
      } catch (InvalidPathException e) {
        throw new SettingsException("The setting %s: %s.".formatted(setting, e.getMessage()));
      }
    }
    return List.copyOf(paths);
  }

  /** The number of this node, 0 or more. */
  public int nodeId() {
    return integer("node.id");
  }

  /** The cluster that the node must belong to, if it was said. */
  public Optional<String> clusterId() {
    return text("cluster.id");
  }

  /** The rack of this node. */
  public Optional<String> rack() {
    return text("broker.rack");
  }

  /** Where to listen, at least one address, each name once. */
  public List<ListenerAddress> listeners() {
    return listeners;
  }

  /** What clients are told, the same names as {@link #listeners}; port 0 means the one taken. */
  public List<ListenerAddress> advertisedListeners() {
    return advertised;
  }

  /** The data directory. */
  public Path logDir() {
    return logDirs.getFirst();
  }

  /** The largest request accepted, in bytes. */
  public int maxRequestBytes() {
    return integer("socket.request.max.bytes");
  }

  /** The memory of all requests together, in bytes; at least {@link #maxRequestBytes}. */
  public long maxQueuedRequestBytes() {
    long bytes = number("queued.max.request.bytes");
    return bytes == -1 ? Math.max(Definitions.DEFAULT_QUEUED_BYTES, maxRequestBytes()) : bytes;
  }

  /** How long a connection may be silent, in milliseconds. */
  public long maxIdleMs() {
    return number("connections.max.idle.ms");
  }

  /** How many connections there may be. */
  public int maxConnections() {
    return integer("max.connections");
  }

  /** The most bytes of records in an answer to a fetch. */
  public int fetchMaxBytes() {
    return integer("fetch.max.bytes");
  }

  /** How many fetch sessions are kept. */
  public int fetchSessionSlots() {
    return integer("max.incremental.fetch.session.cache.slots");
  }

  /** Partitions of a topic created without a count, 1 or more. */
  public int partitionsOfNewTopics() {
    return integer("num.partitions");
  }

  /** Replicas of a topic created without a count, 1 or more. */
  public int replicasOfNewTopics() {
    return integer("default.replication.factor");
  }

  /** Whether topics come into being by being asked for. */
  public boolean createsTopicsWhenAsked() {
    return values.get("auto.create.topics.enable") instanceof Boolean on && on;
  }

  /** What a data directory must know. */
  public LogDirectoryOptions logDirectoryOptions() {
    return new LogDirectoryOptions(
        integer("producer.id.expiration.ms"),
        number("log.retention.check.interval.ms"),
        number("log.flush.offset.checkpoint.interval.ms"));
  }

  /** The values of topics' settings where neither a topic nor the cluster has its own. */
  public Map<String, String> topicDefaults() {
    Map<String, String> defaults = new TreeMap<>();
    TopicSynonyms.SAME_UNIT.forEach(
        (topicName, name) -> defaults.put(topicName, string(values.get(name))));
    defaults.put("segment.ms", Long.toString(segmentMs()));
    defaults.put("retention.ms", Long.toString(retentionMs()));
    return defaults;
  }

  private long segmentMs() {
    return values.get("log.roll.ms") instanceof Long millis
        ? millis
        : number("log.roll.hours") * HOUR_MS;
  }

  private long retentionMs() {
    if (values.get("log.retention.ms") instanceof Long millis) {
      return millis < 0 ? -1 : millis;
    }
    if (values.get("log.retention.minutes") instanceof Integer minutes) {
      return minutes < 0 ? -1 : minutes * MINUTE_MS;
    }
    long hours = number("log.retention.hours");
    return hours < 0 ? -1 : hours * HOUR_MS;
  }

  /** These settings with some given otherwise. */
  NodeSettings with(Map<String, String> others) throws SettingsException {
    Map<String, String> all = new TreeMap<>(given);
    all.putAll(others);
    return parse(all);
  }

  /** All settings, for people to see, by name. */
  public List<Setting> all() {
    return Definitions.all().configKeys().values().stream()
        .map(this::setting)
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .toList();
  }

  /** The setting of this name. */
  Optional<Setting> setting(String name) {
    return Optional.ofNullable(Definitions.all().configKeys().get(name)).map(this::setting);
  }

  private Setting setting(ConfigDef.ConfigKey key) {
    return new Setting(
        key.name,
        Optional.ofNullable(values.get(key.name)).map(NodeSettings::string),
        Optional.ofNullable(key.defaultValue).map(NodeSettings::string),
        given.containsKey(key.name),
        key.type,
        String.valueOf(key.documentation));
  }

  private static String string(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  private Optional<String> text(String name) {
    return Optional.of(string(values.get(name))).filter(text -> !text.isBlank());
  }

  private List<String> list(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(element -> String.valueOf(element).trim()).toList()
        : List.of();
  }

  private int integer(String name) {
    return Math.toIntExact(number(name));
  }

  private long number(String name) {
    if (values.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException(name + " is not a number");
  }

  /**
   * One setting as it is.
   *
   * @param value empty if it has neither a value nor a default
   * @param defaultValue empty if it has no default
   * @param isGiven whether the value was given rather than the default
   */
  public record Setting(
      String name,
      Optional<String> value,
      Optional<String> defaultValue,
      boolean isGiven,
      ConfigDef.Type type,
      String documentation) {}
}
