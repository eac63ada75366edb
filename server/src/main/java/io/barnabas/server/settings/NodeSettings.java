package io.barnabas.server.settings;

import io.barnabas.coordinator.group.ConsumerLimits;
import io.barnabas.log.CleanerOptions;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterDefaults;
import io.barnabas.metadata.ClusterImage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** A node's settings under Kafka's names, checked and complete. Immutable. */
public final class NodeSettings {
  /** The setting of that name; what it is where it is not said depends on the cluster. */
  static final String REPLICATION_FACTOR = "default.replication.factor";

  static final String OFFSETS_PARTITIONS = "offsets.topic.num.partitions";
  static final String OFFSETS_REPLICATION_FACTOR = "offsets.topic.replication.factor";

  private static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
  private static final String UNCLEAN = "unclean.leader.election.enable";
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;

  private final Map<String, String> given;
  private final Values values;
  private final ListenerSettings listeners;
  private final ClusterSettings cluster;
  private final Map<String, TlsSettings> tls;
  private final List<Path> logDirs;

  private NodeSettings(Map<String, String> given, Map<String, Object> values)
      throws SettingsException {
    this.given = Map.copyOf(given);
    this.values = new Values(values);
    listeners = ListenerSettings.read(this.values, given.keySet());
    TlsSettingsReader tlsReader = new TlsSettingsReader(given);
    cluster = ClusterSettingsReader.read(this.values, listeners, tlsReader);
    tls = readTls(tlsReader);
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
    Set<String> unknown = new TreeSet<>(given.keySet());
    unknown.removeIf(
        name ->
            definitions.names().contains(name) || TlsSettingsReader.listenerOf(name).isPresent());
    if (!unknown.isEmpty()) {
      throw new SettingsException(new UnknownSettings(definitions.names()).sentence(unknown));
    }
    try {
      return new NodeSettings(given, definitions.parse(given));
    } catch (ConfigException e) {
      throw new SettingsException(
          String.valueOf(e.getMessage()).replaceFirst(" for configuration ", " for the setting "));
    }
  }

  private Map<String, TlsSettings> readTls(TlsSettingsReader reader) throws SettingsException {
    Map<String, TlsSettings> read = new TreeMap<>();
    Set<String> known = new TreeSet<>(Set.of(listeners.quorumName().toLowerCase(Locale.ROOT)));
    for (ListenerAddress listener : listeners.listeners()) {
      known.add(listener.name().toLowerCase(Locale.ROOT));
      if (listeners.isProtected(listener.name())) {
        read.put(listener.name(), reader.read(listener.name(), false));
      }
    }
    for (String name : new TreeMap<>(given).keySet()) {
      if (TlsSettingsReader.listenerOf(name).filter(of -> !known.contains(of)).isPresent()) {
        throw new SettingsException(
            "The setting %s is for a listener that there is not, or not in small letters."
                .formatted(name));
      }
    }
    return read;
  }

  private void check() throws SettingsException {
    if (logDirs.size() != 1) {
      throw new SettingsException("The setting log.dirs must name exactly one directory.");
    }
    if (maxQueuedRequestBytes() < maxRequestBytes()) {
      throw new SettingsException(
          "The setting queued.max.request.bytes must not be less than socket.request.max.bytes.");
    }
    if (groups().maxSessionTimeoutMs() < groups().minSessionTimeoutMs()) {
      throw new SettingsException(
          "The setting group.max.session.timeout.ms must not be less than"
              + " group.min.session.timeout.ms.");
    }
    ConsumerLimits consumers = groups().consumers();
    checkRange(
        "session.timeout.ms",
        consumers.minSessionTimeoutMs(),
        consumers.sessionTimeoutMs(),
        consumers.maxSessionTimeoutMs());
    checkRange(
        "heartbeat.interval.ms",
        consumers.minHeartbeatIntervalMs(),
        consumers.heartbeatIntervalMs(),
        consumers.maxHeartbeatIntervalMs());
    if (consumers.heartbeatIntervalMs() >= consumers.sessionTimeoutMs()) {
      throw new SettingsException(
          "The setting group.consumer.heartbeat.interval.ms must be less than"
              + " group.consumer.session.timeout.ms.");
    }
    if (consumers.assignors().isEmpty()) {
      throw new SettingsException("The setting group.consumer.assignors must name an assignor.");
    }
  }

  private static void checkRange(String name, int least, int value, int most)
      throws SettingsException {
    if (least > value || value > most) {
      throw new SettingsException(
          ("The setting group.consumer.%s must not be less than group.consumer.min.%s, nor more"
                  + " than group.consumer.max.%s.")
              .formatted(name, name, name));
    }
  }

  private List<Path> paths(String setting) throws SettingsException {
    List<Path> paths = new ArrayList<>();
    for (String text : values.list(setting)) {
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
    return values.integer("node.id");
  }

  /** The cluster that the node must belong to, if it was said. */
  public Optional<String> clusterId() {
    return values.text("cluster.id");
  }

  /** The rack of this node. */
  public Optional<String> rack() {
    return values.text("broker.rack");
  }

  /** Where to listen for requests, at least one address, each name once. */
  public List<ListenerAddress> listeners() {
    return listeners.listeners();
  }

  /** What clients are told, the same names as {@link #listeners}; port 0 means the one taken. */
  public List<ListenerAddress> advertisedListeners() {
    return listeners.advertised();
  }

  /** How the traffic of one of the {@link #listeners} is protected; empty if it is not. */
  public Optional<TlsSettings> tls(String listener) {
    return Optional.ofNullable(tls.get(listener));
  }

  /** How the node is part of a cluster. */
  public ClusterSettings cluster() {
    return cluster;
  }

  /** How the node's replicas follow their leaders, and are followed. */
  public ReplicationSettings replication() {
    return new ReplicationSettings(
        values.number("replica.lag.time.max.ms"),
        values.integer("replica.fetch.wait.max.ms"),
        values.integer("replica.fetch.min.bytes"),
        values.integer("replica.fetch.max.bytes"),
        values.integer("replica.fetch.response.max.bytes"));
  }

  /** Whether consumers are sent to a follower in their rack, if there is one in sync. */
  public boolean readsByRack() {
    return values
        .text("replica.selector.class")
        .filter(ClusterDefinitions.RACK_AWARE_SELECTOR::equals)
        .isPresent();
  }

  /** How groups are coordinated. */
  public GroupCoordinatorSettings groups() {
    return GroupCoordinatorSettings.read(values);
  }

  /**
   * Replicas of the topic with the groups' offsets when it comes into being, 1 or more.
   *
   * @param image of the cluster, which decides if it was not said
   */
  public int replicasOfOffsets(ClusterImage image) {
    return given.containsKey(OFFSETS_REPLICATION_FACTOR)
        ? values.integer(OFFSETS_REPLICATION_FACTOR)
        : ClusterDefaults.replicationFactor(image);
  }

  /** How often preferred leaders are to lead again; empty if they are only when asked for. */
  public Optional<Duration> preferredLeadersInterval() {
    return values.isOn("auto.leader.rebalance.enable")
        ? Optional.of(Duration.ofSeconds(values.number("leader.imbalance.check.interval.seconds")))
        : Optional.empty();
  }

  /** The data directory. */
  public Path logDir() {
    return logDirs.getFirst();
  }

  /** The largest request accepted, in bytes. */
  public int maxRequestBytes() {
    return values.integer("socket.request.max.bytes");
  }

  /** The memory of all requests together, in bytes; at least {@link #maxRequestBytes}. */
  public long maxQueuedRequestBytes() {
    long bytes = values.number("queued.max.request.bytes");
    return bytes == -1 ? Math.max(Definitions.DEFAULT_QUEUED_BYTES, maxRequestBytes()) : bytes;
  }

  /** How long a connection may be silent, in milliseconds. */
  public long maxIdleMs() {
    return values.number("connections.max.idle.ms");
  }

  /** How many connections there may be. */
  public int maxConnections() {
    return values.integer("max.connections");
  }

  /** The most bytes of records in an answer to a fetch. */
  public int fetchMaxBytes() {
    return values.integer("fetch.max.bytes");
  }

  /** How many fetch sessions are kept. */
  public int fetchSessionSlots() {
    return values.integer("max.incremental.fetch.session.cache.slots");
  }

  /** One of the rates. */
  long bytesPerSecond(String rate) {
    return values.number(rate);
  }

  /** Over how many windows copying is limited, 1 or more. */
  int replicationQuotaWindows() {
    return values.integer("replication.quota.window.num");
  }

  /** How long such a window is, 1 or more. */
  int replicationQuotaWindowSeconds() {
    return values.integer("replication.quota.window.size.seconds");
  }

  /** Partitions of a topic created without a count, 1 or more. */
  public int partitionsOfNewTopics() {
    return values.integer("num.partitions");
  }

  /**
   * Replicas of a topic created without a count, 1 or more.
   *
   * @param image of the cluster, which decides if it was not said
   */
  public int replicasOfNewTopics(ClusterImage image) {
    return given.containsKey(REPLICATION_FACTOR)
        ? values.integer(REPLICATION_FACTOR)
        : ClusterDefaults.replicationFactor(image);
  }

  /** How many replicas must be in sync for acks=all, if it was said. */
  public Optional<String> minInsyncReplicas() {
    return given.containsKey(MIN_INSYNC_REPLICAS)
        ? Optional.of(Integer.toString(values.integer(MIN_INSYNC_REPLICAS)))
        : Optional.empty();
  }

  /** Whether elections may be unclean, if it was said. */
  public Optional<String> uncleanElections() {
    return given.containsKey(UNCLEAN)
        ? Optional.of(Boolean.toString(values.isOn(UNCLEAN)))
        : Optional.empty();
  }

  /** Whether topics come into being by being asked for. */
  public boolean createsTopicsWhenAsked() {
    return values.isOn("auto.create.topics.enable");
  }

  /** What a data directory must know. */
  public LogDirectoryOptions logDirectoryOptions() {
    return new LogDirectoryOptions(
        values.integer("producer.id.expiration.ms"),
        values.number("log.retention.check.interval.ms"),
        values.number("log.flush.offset.checkpoint.interval.ms"),
        values.number("replica.high.watermark.checkpoint.interval.ms"),
        values.integer("log.scrub.bytes.per.second"),
        LogDirectoryOptions.SCRUB_PAUSE_MS,
        new CleanerOptions(
            values.isOn("log.cleaner.enable"),
            Math.min(
                values.number("log.cleaner.dedupe.buffer.size"),
                Runtime.getRuntime().maxMemory() / 8),
            values.decimal("log.cleaner.io.buffer.load.factor"),
            values.decimal("log.cleaner.io.max.bytes.per.second"),
            values.number("log.cleaner.backoff.ms")));
  }

  /** The values of topics' settings where neither a topic nor the cluster has its own. */
  public Map<String, String> topicDefaults() {
    Map<String, String> defaults = new TreeMap<>();
    TopicSynonyms.SAME_UNIT.forEach(
        (topicName, name) -> defaults.put(topicName, Values.string(values.get(name))));
    defaults.put("segment.ms", Long.toString(segmentMs()));
    defaults.put("retention.ms", Long.toString(retentionMs()));
    return defaults;
  }

  private long segmentMs() {
    return values.get("log.roll.ms") instanceof Long millis
        ? millis
        : values.number("log.roll.hours") * HOUR_MS;
  }

  private long retentionMs() {
    if (values.get("log.retention.ms") instanceof Long millis) {
      return millis < 0 ? -1 : millis;
    }
    if (values.get("log.retention.minutes") instanceof Integer minutes) {
      return minutes < 0 ? -1 : minutes * MINUTE_MS;
    }
    long hours = values.number("log.retention.hours");
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
  public Optional<Setting> setting(String name) {
    return Optional.ofNullable(Definitions.all().configKeys().get(name)).map(this::setting);
  }

  private Setting setting(ConfigDef.ConfigKey key) {
    return new Setting(
        key.name,
        key.type == ConfigDef.Type.PASSWORD
            ? Optional.empty()
            : Optional.ofNullable(values.get(key.name)).map(Values::string),
        Optional.ofNullable(key.defaultValue).map(Values::string),
        given.containsKey(key.name),
        key.type,
        String.valueOf(key.documentation));
  }

  /**
   * One setting as it is.
   *
   * @param value empty if it has neither a value nor a default, or if it is a password
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
