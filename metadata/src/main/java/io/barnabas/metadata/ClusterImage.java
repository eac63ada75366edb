package io.barnabas.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All that the cluster has agreed on, at one version. Immutable, and cheap to change: a new image
 * shares what did not change with the old one.
 *
 * @param version how many batches of facts were applied
 * @param lastBrokerEpoch the highest that any broker had, so that none has it again
 * @param controllers the nodes that may decide
 * @param activeController which of them decided last
 * @param nextProducerId the first producer id not given out yet
 * @param digest of all of this but the version: two images are equal if and, but for one chance in
 *     2^64, only if their digests are, on whatever node and in whatever release
 */
public record ClusterImage(
    long version,
    String clusterId,
    PMap<String, Uuid> topicIds,
    PMap<Uuid, TopicImage> topics,
    PMap<Integer, Fact.BrokerImage> brokers,
    long lastBrokerEpoch,
    PMap<Integer, Fact.ControllerImage> controllers,
    ActiveController activeController,
    PMap<ConfigResource, PMap<String, String>> configs,
    PMap<String, Short> features,
    SecurityImage security,
    long nextProducerId,
    long digest) {

  /**
   * Who decides.
   *
   * @param id the node, -1 before the first
   * @param epoch the quorum's; only grows
   */
  public record ActiveController(int id, int epoch) {
    /** Nobody has decided anything yet. */
    public static final ActiveController NONE = new ActiveController(-1, 0);
  }

  /** In which format {@link #digest} is; only digests of one format can be compared. */
  public static final byte DIGEST_FORMAT = ImageDigest.FORMAT;

  /** The image of a cluster to which nothing has happened yet. */
  public static ClusterImage empty(String clusterId) {
    ClusterImage nothing =
        new ClusterImage(
            0,
            clusterId,
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            0,
            HashTreePMap.empty(),
            ActiveController.NONE,
            HashTreePMap.empty(),
            HashTreePMap.empty(),
            SecurityImage.EMPTY,
            0,
            0);
    return new ImageChange(nothing, ImageDigest.of(nothing)).result(0);
  }

  /** The same under another version. */
  ClusterImage atVersion(long other) {
    return new ImageChange(this, digest).result(other);
  }

  /** The topic of this name. */
  public Optional<TopicImage> topicByName(String name) {
    return Optional.ofNullable(topicIds.get(name)).flatMap(this::topicById);
  }

  /** The topic of this id. */
  public Optional<TopicImage> topicById(Uuid id) {
    return Optional.ofNullable(topics.get(id));
  }

  /** A partition of the topic of this id. */
  public Optional<PartitionImage> partition(Uuid topicId, int partition) {
    return topicById(topicId).map(topic -> topic.partitions().get(partition));
  }

  /** The broker of this id, fenced or not. */
  public Optional<Fact.BrokerImage> broker(int id) {
    return Optional.ofNullable(brokers.get(id));
  }

  /** The settings of a topic or broker that are not at their defaults. */
  public Map<String, String> configsOf(ConfigResource resource) {
    PMap<String, String> found = configs.get(resource);
    return found == null ? Map.of() : found;
  }

  /**
   * This image after a batch of facts, one version on.
   *
   * @throws IllegalStateException if a fact speaks of a topic, partition or broker that is not
   *     there, or creates one that is
   */
  public ClusterImage apply(List<Fact> facts) {
    ImageChange change = new ImageChange(this, digest);
    facts.forEach(change::apply);
    return change.result(version + 1);
  }
}
