package io.barnabas.server.settings;

import io.barnabas.metadata.ClusterDefaults;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.replica.ThrottleSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * A node's settings together with what was changed while it runs. Only settings that take effect at
 * once can be changed: those that topics inherit. The changes are in the cluster's image.
 * Thread-safe.
 */
public final class LiveSettings {
  private static final String SENDING_RATE = "leader.replication.throttled.rate";
  private static final String FETCHING_RATE = "follower.replication.throttled.rate";

  private static final Set<String> CHANGEABLE =
      Set.of(
          "log.retention.ms",
          "log.retention.bytes",
          "log.roll.ms",
          "log.segment.bytes",
          "log.cleanup.policy",
          "log.flush.interval.messages",
          "log.index.interval.bytes",
          "log.segment.delete.delay.ms",
          "log.message.timestamp.type",
          "log.message.timestamp.before.max.ms",
          "log.message.timestamp.after.max.ms",
          "compression.type",
          "message.max.bytes",
          SENDING_RATE,
          FETCHING_RATE,
          "unclean.leader.election.enable",
          "min.insync.replicas");

  private final NodeSettings atStart;
  private final ConfigResource thisNode;
  private final ConfigResource allNodes = new ConfigResource(ConfigResource.Type.BROKER, "");

  /** Most images have the same changes as the one before. */
  private volatile @Nullable Derived last;

  private record Derived(Map<String, String> changed, Map<String, String> topicDefaults) {}

  /** On top of the settings that the node was started with. */
  public LiveSettings(NodeSettings atStart) {
    this.atStart = atStart;
    thisNode = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(atStart.nodeId()));
  }

  /** The definitions of the settings that can be changed while a node runs. */
  public static ConfigDef changeable() {
    ConfigDef some = new ConfigDef();
    Definitions.all().configKeys().values().stream()
        .filter(key -> CHANGEABLE.contains(key.name))
        .forEach(some::define);
    return some;
  }

  /** Whether a setting can be changed while the node runs. */
  public static boolean isChangeable(String name) {
    return CHANGEABLE.contains(name);
  }

  /** What a topic gets, as of an image, for settings of which it has no value of its own. */
  public Map<String, String> topicDefaults(ClusterImage image) {
    Map<String, String> changed = new HashMap<>(changed(image, allNodes));
    changed.putAll(changed(image, thisNode));
    if (changed.isEmpty()) {
      return atStart.topicDefaults();
    }
    Derived known = last;
    if (known == null || !known.changed.equals(changed)) {
      known = new Derived(changed, derive(changed));
      last = known;
    }
    return known.topicDefaults;
  }

  private Map<String, String> derive(Map<String, String> changed) {
    try {
      return atStart.with(changed).topicDefaults();
    } catch (SettingsException e) {
      // Each was checked against its definition before the cluster agreed to it.
      throw new IllegalStateException("The cluster agreed to a setting that cannot be", e);
    }
  }

  /** How fast this node may copy throttled replicas. */
  public ThrottleSettings throttles() {
    return new ThrottleSettings(
        image -> new ThrottleSettings.Rates(rate(SENDING_RATE, image), rate(FETCHING_RATE, image)),
        atStart.replicationQuotaWindows(),
        atStart.replicationQuotaWindowSeconds());
  }

  private long rate(String name, ClusterImage image) {
    @Nullable String forThis = image.configsOf(thisNode).get(name);
    @Nullable String changed = forThis == null ? image.configsOf(allNodes).get(name) : forThis;
    return changed == null ? atStart.bytesPerSecond(name) : Long.parseLong(changed.trim());
  }

  private static Map<String, String> changed(ClusterImage image, ConfigResource resource) {
    Map<String, String> changed = new TreeMap<>(image.configsOf(resource));
    changed.keySet().retainAll(CHANGEABLE);
    return changed;
  }

  /** All values that a setting has, the one in effect first; none if it has not even a default. */
  public List<Value> values(NodeSettings.Setting setting, ClusterImage image) {
    List<Value> values = new ArrayList<>();
    String name = setting.name();
    add(values, name, Optional.ofNullable(changed(image, thisNode).get(name)), Source.THIS_NODE);
    add(values, name, Optional.ofNullable(changed(image, allNodes).get(name)), Source.ALL_NODES);
    if (setting.isGiven()) {
      add(values, name, setting.value(), Source.START);
    }
    add(values, name, defaultOf(setting, image), Source.DEFAULT);
    return values;
  }

  private static Optional<String> defaultOf(NodeSettings.Setting setting, ClusterImage image) {
    return setting.name().equals(NodeSettings.REPLICATION_FACTOR)
        ? Optional.of(Integer.toString(ClusterDefaults.replicationFactor(image)))
        : setting.defaultValue();
  }

  private static void add(List<Value> values, String name, Optional<String> value, Source source) {
    value.ifPresent(found -> values.add(new Value(name, found, source)));
  }

  /**
   * All values of the node's settings that give a topic's setting its default, the strongest first.
   */
  public List<Value> valuesForTopic(String topicSetting, ClusterImage image) {
    List<Value> values = new ArrayList<>();
    for (String name : TopicSynonyms.of(topicSetting)) {
      atStart.setting(name).ifPresent(setting -> values.addAll(values(setting, image)));
    }
    return values;
  }

  /** The settings that the node was started with. */
  public NodeSettings atStart() {
    return atStart;
  }

  /** Where a value comes from, the strongest first. */
  public enum Source {
    /** Changed for this node while it ran. */
    THIS_NODE,
    /** Changed for all nodes while they ran. */
    ALL_NODES,
    /** Given when the node was started. */
    START,
    /** Given by nobody. */
    DEFAULT
  }

  /** One value of a setting. */
  public record Value(String name, String value, Source source) {}
}
