package io.barnabas.metadata;

import java.util.Optional;
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
  private long lastBrokerEpoch;
  private PMap<Integer, Fact.ControllerImage> controllers;
  private ClusterImage.ActiveController activeController;
  private PMap<ConfigResource, PMap<String, String>> configs;
  private PMap<String, Short> features;
  private SecurityImage security;
  private long nextProducerId;
  private final ImageDigest digest;

  /**
   * From an image on.
   *
   * @param digestBefore the image's
   */
  ImageChange(ClusterImage before, long digestBefore) {
    digest = new ImageDigest(digestBefore);
    clusterId = before.clusterId();
    topicIds = before.topicIds();
    topics = before.topics();
    brokers = before.brokers();
    lastBrokerEpoch = before.lastBrokerEpoch();
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
        lastBrokerEpoch,
        controllers,
        activeController,
        configs,
        features,
        security,
        nextProducerId,
        digest.value());
  }

  void apply(Fact fact) {
    switch (fact) {
      case Fact.TopicCreated created -> create(created);
      case Fact.PartitionAdded added -> add(added);
      case Fact.PartitionChanged changed -> change(changed);
      case Fact.LeadersChanged changed -> change(changed);
      case Fact.TopicDeleted deleted -> delete(deleted);
      case Fact.ConfigChanged changed -> configure(changed);
      case Fact.BrokerRegistered(Fact.BrokerImage broker) -> register(broker);
      case Fact.BrokerChanged changed -> change(changed);
      case Fact.BrokerUnregistered(int id, long epoch) -> {
        digest.replace(new Fact.BrokerRegistered(existingBroker(id, epoch)), null);
        brokers = brokers.minus(id);
      }
      case Fact.BrokerEpochsUsed(long last) -> useBrokerEpochs(last);
      case Fact.ControllerRegistered(Fact.ControllerImage controller) -> register(controller);
      case Fact.ControllerUnregistered(int id) -> {
        digest.replace(registered(controllers.get(id)), null);
        controllers = controllers.minus(id);
      }
      case Fact.ControllerActivated activated -> activate(activated);
      case Fact.FeatureLevelSet set -> set(set);
      case Fact.ProducerIdsAllocated allocated -> {
        digest.replace(new Fact.ProducerIdsAllocated(nextProducerId), allocated);
        nextProducerId = allocated.nextProducerId();
      }
      case Fact.AclAdded _, Fact.AclRemoved _, Fact.QuotaChanged _, Fact.ScramCredentialChanged _ ->
          secure(fact);
    }
  }

  private void secure(Fact fact) {
    switch (fact) {
      case Fact.AclAdded added -> {
        digest.replace(security.aclFact(added.id()), added);
        security = security.with(added);
      }
      case Fact.AclRemoved removed -> {
        digest.replace(security.aclFact(removed.id()), null);
        security = security.with(removed);
      }
      case Fact.QuotaChanged changed -> {
        digest.replace(
            security.quotaFact(changed.entity(), changed.key()),
            changed.value().isPresent() ? changed : null);
        security = security.with(changed);
      }
      case Fact.ScramCredentialChanged changed -> {
        digest.replace(
            security.credentialFact(changed.user()),
            changed.credential().isPresent() ? changed : null);
        security = security.with(changed);
      }
      default -> throw new IllegalStateException(fact.toString());
    }
  }

  private void set(Fact.FeatureLevelSet fact) {
    Short before = features.get(fact.feature());
    digest.replace(
        before == null ? null : new Fact.FeatureLevelSet(fact.feature(), before),
        fact.level() == 0 ? null : fact);
    features =
        fact.level() == 0
            ? features.minus(fact.feature())
            : features.plus(fact.feature(), fact.level());
  }

  private void register(Fact.BrokerImage broker) {
    Fact.BrokerImage before = brokers.get(broker.id());
    digest.replace(
        before == null ? null : new Fact.BrokerRegistered(before),
        new Fact.BrokerRegistered(broker));
    brokers = brokers.plus(broker.id(), broker);
    useBrokerEpochs(broker.epoch());
  }

  private void useBrokerEpochs(long last) {
    if (last > lastBrokerEpoch) {
      digest.replace(
          lastBrokerEpoch == 0 ? null : new Fact.BrokerEpochsUsed(lastBrokerEpoch),
          new Fact.BrokerEpochsUsed(last));
      lastBrokerEpoch = last;
    }
  }

  private void register(Fact.ControllerImage controller) {
    digest.replace(registered(controllers.get(controller.id())), registered(controller));
    controllers = controllers.plus(controller.id(), controller);
  }

  private static @Nullable Fact registered(Fact.@Nullable ControllerImage controller) {
    return controller == null ? null : new Fact.ControllerRegistered(controller);
  }

  private void create(Fact.TopicCreated fact) {
    if (topicIds.containsKey(fact.name()) || topics.containsKey(fact.id())) {
      throw new IllegalStateException("Topic " + fact.name() + " is created twice");
    }
    digest.replace(null, fact);
    topicIds = topicIds.plus(fact.name(), fact.id());
    topics = topics.plus(fact.id(), new TopicImage(fact.name(), fact.id(), HashTreePMap.empty()));
  }

  private void add(Fact.PartitionAdded fact) {
    TopicImage topic = existingTopic(fact.topicId());
    if (topic.partitions().containsKey(fact.partition())) {
      throw new IllegalStateException(
          "Partition %s-%d is added twice".formatted(topic.name(), fact.partition()));
    }
    digest.replace(null, fact);
    put(topic, fact.partition(), fact.state());
  }

  private void change(Fact.PartitionChanged fact) {
    TopicImage topic = existingTopic(fact.topicId());
    PartitionImage before = existingPartition(topic, fact.partition());
    checkAndCount(topic, fact.partition(), before, fact.state());
    put(topic, fact.partition(), fact.state());
  }

  private void change(Fact.LeadersChanged fact) {
    TopicImage topic = existingTopic(fact.topicId());
    PMap<Integer, PartitionImage> partitions = topic.partitions();
    for (Fact.LeaderAndIsr each : fact.partitions()) {
      PartitionImage before = existingPartition(topic, each.partition());
      PartitionImage after = before.led(each);
      checkAndCount(topic, each.partition(), before, after);
      partitions = partitions.plus(each.partition(), after);
    }
    topics = topics.plus(topic.id(), new TopicImage(topic.name(), topic.id(), partitions));
  }

  private static PartitionImage existingPartition(TopicImage topic, int partition) {
    PartitionImage found = topic.partitions().get(partition);
    if (found == null) {
      throw new IllegalStateException(
          "There is no partition %s-%d".formatted(topic.name(), partition));
    }
    return found;
  }

  private void checkAndCount(
      TopicImage topic, int partition, PartitionImage before, PartitionImage after) {
    if (after.partitionEpoch() <= before.partitionEpoch()
        || after.leaderEpoch() < before.leaderEpoch()) {
      throw new IllegalStateException(
          "The epochs of %s-%d go back: %s after %s"
              .formatted(topic.name(), partition, after, before));
    }
    digest.replace(
        new Fact.PartitionAdded(topic.id(), partition, before),
        new Fact.PartitionAdded(topic.id(), partition, after));
  }

  private void put(TopicImage topic, int partition, PartitionImage state) {
    TopicImage changed =
        new TopicImage(topic.name(), topic.id(), topic.partitions().plus(partition, state));
    topics = topics.plus(topic.id(), changed);
  }

  private void delete(Fact.TopicDeleted fact) {
    TopicImage topic = existingTopic(fact.id());
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    digest.replace(new Fact.TopicCreated(topic.name(), topic.id()), null);
    topic
        .partitions()
        .forEach(
            (number, state) ->
                digest.replace(new Fact.PartitionAdded(topic.id(), number, state), null));
    PMap<String, String> settings = configs.get(resource);
    if (settings != null) {
      settings.forEach((name, value) -> digest.replace(configured(resource, name, value), null));
    }
    topicIds = topicIds.minus(topic.name());
    topics = topics.minus(topic.id());
    configs = configs.minus(resource);
  }

  private void configure(Fact.ConfigChanged fact) {
    PMap<String, String> found = configs.get(fact.resource());
    PMap<String, String> before = found == null ? HashTreePMap.empty() : found;
    String value = before.get(fact.name());
    digest.replace(
        value == null ? null : configured(fact.resource(), fact.name(), value),
        fact.value().isPresent() ? fact : null);
    PMap<String, String> after =
        fact.value()
            .map(set -> before.plus(fact.name(), set))
            .orElseGet(() -> before.minus(fact.name()));
    configs =
        after.isEmpty() ? configs.minus(fact.resource()) : configs.plus(fact.resource(), after);
  }

  private static Fact configured(ConfigResource resource, String name, String value) {
    return new Fact.ConfigChanged(resource, name, Optional.of(value));
  }

  private void change(Fact.BrokerChanged fact) {
    register(existingBroker(fact.id(), fact.epoch()).as(fact));
  }

  private void activate(Fact.ControllerActivated fact) {
    if (fact.epoch() <= activeController.epoch()) {
      throw new IllegalStateException(
          "Controller %d is activated at epoch %d after %s"
              .formatted(fact.id(), fact.epoch(), activeController));
    }
    Fact before =
        activeController.epoch() == 0
            ? null
            : new Fact.ControllerActivated(activeController.id(), activeController.epoch());
    digest.replace(before, fact);
    activeController = new ClusterImage.ActiveController(fact.id(), fact.epoch());
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
