package io.barnabas.metadata;

import io.barnabas.metadata.Fact.FeatureRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The features that this release knows, by Kafka's names, and at which levels.
 *
 * <p>A level is a promise: clients, tools and frameworks change what they do with what the cluster
 * says, and {@code transaction.version} or {@code share.version} without the APIs behind them would
 * send them into the void. So {@code transaction.version}, {@code share.version} and {@code
 * streams.version} are not known here as long as transactions and these groups are not served; a
 * release that serves them names them here, new clusters begin with them, and others raise them by
 * UpdateFeatures once all their nodes run it.
 *
 * <p>{@code group.version} 1 is that of groups of the consumer protocol (KIP-848), which are
 * refused where it is 0. What else is known has one level, which cannot be lowered: nodes have no
 * other way to work. {@code metadata.version} 33 is that of Kafka 4.4, {@code
 * eligible.leader.replicas.version} 1 that replicas may lead which were in sync last (KIP-966),
 * {@code kraft.version} 1 that voters can be added and removed.
 */
public final class Features {
  /** The one that every cluster has, as Kafka names it. */
  public static final String METADATA_VERSION = "metadata.version";

  /** The one that says whether there are groups of the consumer protocol. */
  public static final String GROUP_VERSION = "group.version";

  private static final List<FeatureRange> SUPPORTED =
      List.of(
          new FeatureRange(METADATA_VERSION, (short) 33, (short) 33),
          new FeatureRange("eligible.leader.replicas.version", (short) 1, (short) 1),
          new FeatureRange("kraft.version", (short) 1, (short) 1),
          new FeatureRange(GROUP_VERSION, (short) 0, (short) 1));

  private Features() {}

  /** What this release supports; what a node says of itself when it joins. */
  public static List<FeatureRange> supported() {
    return SUPPORTED;
  }

  /** The levels that this release supports of a feature. */
  static Optional<FeatureRange> supported(String feature) {
    return find(SUPPORTED, feature);
  }

  static Optional<FeatureRange> find(List<FeatureRange> ranges, String feature) {
    return ranges.stream().filter(range -> range.name().equals(feature)).findFirst();
  }

  /**
   * The newest level of each feature, for a cluster that has none yet: what its first controller
   * decides before anything else. Nothing for any other cluster.
   */
  public static List<Fact> founding(ClusterImage image) {
    List<Fact> facts = new ArrayList<>();
    if (image.features().isEmpty()) {
      SUPPORTED.forEach(
          range -> facts.add(new Fact.FeatureLevelSet(range.name(), range.maxLevel())));
    }
    return facts;
  }
}
