package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What holds for all nodes of a cluster alike where nobody said otherwise: once it has three
 * brokers, a record is on two of three before it is acknowledged.
 *
 * <p>How many replicas must be in sync is a setting of the cluster rather than of a node's file, as
 * the controller must know what leaders go by: while fewer are in sync, those that left stay
 * eligible to lead.
 */
public final class ClusterDefaults {
  private static final int ENOUGH_BROKERS = 3;
  private static final int REPLICATION_FACTOR = 3;
  private static final String MIN_INSYNC_REPLICAS = "2";
  private static final ConfigResource ALL_BROKERS =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  private ClusterDefaults() {}

  /**
   * What an active controller decides first.
   *
   * @param minInsyncReplicas what the controller's own file says, if it does; it counts only as
   *     long as the cluster has no such setting
   * @param unclean whether elections may be unclean, in the same way
   */
  public static List<Fact> atActivation(
      ClusterImage image, Optional<String> minInsyncReplicas, Optional<String> unclean) {
    List<Fact> facts =
        new ArrayList<>(
            minInsyncReplicas.isPresent() && !isSet(image)
                ? List.of(changed(Elections.MIN_INSYNC_REPLICAS, minInsyncReplicas.get()))
                : ofBrokers(image));
    if (unclean.isPresent() && !image.configsOf(ALL_BROKERS).containsKey(Elections.UNCLEAN)) {
      facts.add(changed(Elections.UNCLEAN, unclean.get()));
    }
    facts.addAll(Elections.afterSettings(image, facts));
    return facts;
  }

  /** What changes because there are these brokers. */
  static List<Fact> ofBrokers(ClusterImage image) {
    return hasEnoughBrokers(image) && !isSet(image)
        ? List.of(changed(Elections.MIN_INSYNC_REPLICAS, MIN_INSYNC_REPLICAS))
        : List.of();
  }

  private static boolean isSet(ClusterImage image) {
    return minInsyncReplicas(image).isPresent();
  }

  /** How many replicas must be in sync where a topic does not say; empty if nothing says so. */
  public static Optional<String> minInsyncReplicas(ClusterImage image) {
    return Optional.ofNullable(image.configsOf(ALL_BROKERS).get(Elections.MIN_INSYNC_REPLICAS));
  }

  private static Fact changed(String name, String value) {
    return new Fact.ConfigChanged(ALL_BROKERS, name, Optional.of(value));
  }

  private static boolean hasEnoughBrokers(ClusterImage image) {
    return image.brokers().size() >= ENOUGH_BROKERS;
  }

  /** How many replicas a new topic gets, whatever its brokers do at the moment. */
  public static int replicationFactor(ClusterImage image) {
    return hasEnoughBrokers(image) ? REPLICATION_FACTOR : 1;
  }
}
