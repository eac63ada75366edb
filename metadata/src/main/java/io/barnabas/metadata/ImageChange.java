package io.barnabas.metadata;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/** An image on its way to the next version. For one use by one thread. */
final class ImageChange {
  private final String clusterId;
  private PMap<String, Uuid> topicIds;
  private PMap<Uuid, TopicImage> topics;
  private PMap<Integer, Fact.BrokerImage> brokers;
  private PMap<Integer, Fact.ControllerImage> controllers;
  private ClusterImage.ActiveController activeController;
  private PMap<ConfigResource, PMap<String, String>> configs;
  private PMap<String, Short> features;
  private SecurityImage security;
  private long nextProducerId;

  ImageChange(ClusterImage before) {
    clusterId = before.clusterId();
    topicIds = before.topicIds();
    topics = before.topics();
    brokers = before.brokers();
    controllers = before.controllers();
    activeController = before.activeController();
    configs = before.configs();
    features = before.features();
    security = before.security();
    nextProducerId = before.nextProducerId();
  }

  ClusterImage result(long version) {
    return new ClusterImage(
        version,
        clusterId,
        topicIds,
        topics,
        brokers,
        controllers,
        activeController,
        configs,
        features,
        security,
        nextProducerId);
  }

  void apply(Fact fact) {
    switch (fact) {
      case Fact.TopicCreated created -> create(created);
      case Fact.PartitionAdded added -> add(added);
      case Fact.PartitionChanged changed -> change(changed);
      case Fact.TopicDeleted deleted -> delete(deleted);
      case Fact.ConfigChanged changed -> configure(changed);
      case Fact.BrokerRegistered registered ->
          brokers = brokers.plus(registered.broker().id(), registered.broker());
      case Fact.BrokerChanged changed -> change(changed);
      case Fact.BrokerUnregistered gone ->
          brokers = brokers.minus(existingBroker(gone.id(), gone.epoch()).id());
      case Fact.ControllerRegistered registered ->
          controllers = controllers.plus(registered.controller().id(), registered.controller());
      case Fact.ControllerUnregistered gone -> controllers = controllers.minus(gone.id());
      case Fact.ControllerActivated(int id, int epoch) -> activate(id, epoch);
      case Fact.FeatureLevelSet(String feature, short level) ->
          features = level == 0 ? features.minus(feature) : features.plus(feature, level);
      case Fact.ProducerIdsAllocated(long next) -> nextProducerId = next;
      case Fact.AclAdded added -> security = security.with(added);
      case Fact.AclRemoved removed -> security = security.with(removed);
      case Fact.QuotaChanged changed -> security = security.with(changed);
      case Fact.ScramCredentialChanged changed -> security = security.with(changed);
    }
  }

  private void create(Fact.TopicCreated fact) {
    if (topicIds.containsKey(fact.name()) || topics.containsKey(fact.id())) {
      throw new IllegalStateException("Topic " + fact.name() + " is created twice");
    }
    topicIds = topicIds.plus(fact.name(), fact.id());
    topics = topics.plus(fact.id(), new TopicImage(fact.name(), fact.id(), HashTreePMap.empty()));
  }

  private void add(Fact.PartitionAdded fact) {
    TopicImage topic = existingTopic(fact.topicId());
    if (topic.partitions().containsKey(fact.partition())) {
      throw new IllegalStateException(
          "Partition %s-%d is added twice".formatted(topic.name(), fact.partition()));
    }
    put(topic, fact.partition(), fact.state());
  }

  private void change(Fact.PartitionChanged fact) {
    TopicImage topic = existingTopic(fact.topicId());
    PartitionImage before = topic.partitions().get(fact.partition());
    PartitionImage after = fact.state();
    if (before == null) {
      throw new IllegalStateException(
          "There is no partition %s-%d".formatted(topic.name(), fact.partition()));
    }
    if (after.partitionEpoch() <= before.partitionEpoch()
        || after.leaderEpoch() < before.leaderEpoch()) {
      throw new IllegalStateException(
          "The epochs of %s-%d go back: %s after %s"
              .formatted(topic.name(), fact.partition(), after, before));
    }
    put(topic, fact.partition(), after);
  }

  private void put(TopicImage topic, int partition, PartitionImage state) {
    TopicImage changed =
        new TopicImage(topic.name(), topic.id(), topic.partitions().plus(partition, state));
    topics = topics.plus(topic.id(), changed);
  }

  private void delete(Fact.TopicDeleted fact) {
    TopicImage topic = existingTopic(fact.id());
    topicIds = topicIds.minus(topic.name());
    topics = topics.minus(topic.id());
    configs = configs.minus(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
  }

  private void configure(Fact.ConfigChanged fact) {
    PMap<String, String> found = configs.get(fact.resource());
    PMap<String, String> before = found == null ? HashTreePMap.empty() : found;
    PMap<String, String> after =
        fact.value()
            .map(value -> before.plus(fact.name(), value))
            .orElseGet(() -> before.minus(fact.name()));
    configs =
        after.isEmpty() ? configs.minus(fact.resource()) : configs.plus(fact.resource(), after);
  }

  private void change(Fact.BrokerChanged fact) {
    Fact.BrokerImage before = existingBroker(fact.id(), fact.epoch());
    brokers =
        brokers.plus(
            fact.id(),
            new Fact.BrokerImage(
                before.id(),
                before.epoch(),
                before.incarnation(),
                before.rack(),
                before.endpoints(),
                before.directories(),
                before.features(),
                fact.fenced(),
                fact.inControlledShutdown()));
  }

  private void activate(int id, int epoch) {
    if (epoch <= activeController.epoch()) {
      throw new IllegalStateException(
          "Controller %d is activated at epoch %d after %s".formatted(id, epoch, activeController));
    }
    activeController = new ClusterImage.ActiveController(id, epoch);
  }

  private TopicImage existingTopic(Uuid id) {
    TopicImage topic = topics.get(id);
    if (topic == null) {
      throw new IllegalStateException("There is no topic with id " + id);
    }
    return topic;
  }

  private Fact.BrokerImage existingBroker(int id, long epoch) {
    Fact.@Nullable BrokerImage broker = brokers.get(id);
    if (broker == null || broker.epoch() != epoch) {
      throw new IllegalStateException("There is no broker %d of epoch %d".formatted(id, epoch));
    }
    return broker;
  }
}
