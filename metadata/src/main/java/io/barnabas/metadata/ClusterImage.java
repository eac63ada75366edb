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
 * @param nextProducerId the first producer id not given out yet
 */
public record ClusterImage(
    long version,
    String clusterId,
    PMap<String, Uuid> topicIds,
    PMap<Uuid, TopicImage> topics,
    PMap<Integer, Fact.BrokerImage> brokers,
    PMap<ConfigResource, PMap<String, String>> configs,
    PMap<String, Short> features,
    long nextProducerId) {

  /** The image of a cluster to which nothing has happened yet. */
  public static ClusterImage empty(String clusterId) {
    return new ClusterImage(
        0,
        clusterId,
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        0);
  }

  /** The topic of this name. */
  public Optional<TopicImage> topicByName(String name) {
    return Optional.ofNullable(topicIds.get(name)).flatMap(this::topicById);
  }

  /** The topic of this id. */
  public Optional<TopicImage> topicById(Uuid id) {
    return Optional.ofNullable(topics.get(id));
  }

  /** The settings of a topic or broker that are not at their defaults. */
  public Map<String, String> configsOf(ConfigResource resource) {
    PMap<String, String> found = configs.get(resource);
    return found == null ? Map.of() : found;
  }

  /**
   * This image after a batch of facts, one version on.
   *
   * @throws IllegalStateException if a fact speaks of a topic that is not there, or creates one
   *     that is
   */
  public ClusterImage apply(List<Fact> facts) {
    ClusterImage image = this;
    for (Fact fact : facts) {
      image = image.with(fact);
    }
    return image.copy(image.version + 1, image.topicIds, image.topics, image.configs);
  }

  private ClusterImage with(Fact fact) {
    return switch (fact) {
      case Fact.TopicCreated created -> create(created);
      case Fact.PartitionAdded added -> add(added);
      case Fact.TopicDeleted deleted -> delete(deleted);
      case Fact.ConfigChanged changed -> copy(version, topicIds, topics, changedConfigs(changed));
      case Fact.BrokerRegistered registered ->
          rest(
              brokers.plus(registered.broker().id(), registered.broker()),
              features,
              nextProducerId);
      case Fact.FeatureLevelSet set ->
          rest(
              brokers,
              set.level() == 0
                  ? features.minus(set.feature())
                  : features.plus(set.feature(), set.level()),
              nextProducerId);
      case Fact.ProducerIdsAllocated allocated ->
          rest(brokers, features, allocated.nextProducerId());
    };
  }

  private ClusterImage create(Fact.TopicCreated fact) {
    if (topicIds.containsKey(fact.name()) || topics.containsKey(fact.id())) {
      throw new IllegalStateException("Topic " + fact.name() + " is created twice");
    }
    TopicImage topic = new TopicImage(fact.name(), fact.id(), HashTreePMap.empty());
    return copy(
        version, topicIds.plus(fact.name(), fact.id()), topics.plus(fact.id(), topic), configs);
  }

  private ClusterImage add(Fact.PartitionAdded fact) {
    TopicImage topic = existing(fact.topicId());
    TopicImage grown =
        new TopicImage(
            topic.name(), topic.id(), topic.partitions().plus(fact.partition(), fact.state()));
    return copy(version, topicIds, topics.plus(topic.id(), grown), configs);
  }

  private ClusterImage delete(Fact.TopicDeleted fact) {
    TopicImage topic = existing(fact.id());
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    return copy(
        version, topicIds.minus(topic.name()), topics.minus(topic.id()), configs.minus(resource));
  }

  private PMap<ConfigResource, PMap<String, String>> changedConfigs(Fact.ConfigChanged fact) {
    PMap<String, String> found = configs.get(fact.resource());
    PMap<String, String> before = found == null ? HashTreePMap.empty() : found;
    PMap<String, String> after =
        fact.value()
            .map(value -> before.plus(fact.name(), value))
            .orElseGet(() -> before.minus(fact.name()));
    return after.isEmpty() ? configs.minus(fact.resource()) : configs.plus(fact.resource(), after);
  }

  private TopicImage existing(Uuid id) {
    return topicById(id)
        .orElseThrow(() -> new IllegalStateException("There is no topic with id " + id));
  }

  private ClusterImage copy(
      long newVersion,
      PMap<String, Uuid> newTopicIds,
      PMap<Uuid, TopicImage> newTopics,
      PMap<ConfigResource, PMap<String, String>> newConfigs) {
    return new ClusterImage(
        newVersion,
        clusterId,
        newTopicIds,
        newTopics,
        brokers,
        newConfigs,
        features,
        nextProducerId);
  }

  private ClusterImage rest(
      PMap<Integer, Fact.BrokerImage> newBrokers, PMap<String, Short> newFeatures, long newNext) {
    return new ClusterImage(
        version, clusterId, topicIds, topics, newBrokers, configs, newFeatures, newNext);
  }
}
