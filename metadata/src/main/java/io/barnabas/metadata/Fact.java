package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** One change of the cluster's state, as decided by the controller and kept by the quorum. */
public sealed interface Fact {
  /** A topic exists from now on, without partitions yet. */
  record TopicCreated(String name, Uuid id) implements Fact {}

  /** A partition of an existing topic exists from now on. */
  record PartitionAdded(Uuid topicId, int partition, PartitionImage state) implements Fact {}

  /** A topic, its partitions and its settings are gone. */
  record TopicDeleted(Uuid id) implements Fact {}

  /** A setting has this value, or its default again if empty. */
  record ConfigChanged(ConfigResource resource, String name, Optional<String> value)
      implements Fact {}

  /** A broker has joined, or joined again with a higher epoch. */
  record BrokerRegistered(BrokerImage broker) implements Fact {}

  /** A feature is at this level from now on; level 0 switches it off. */
  record FeatureLevelSet(String feature, short level) implements Fact {}

  /** Producer ids below this one have been given out. */
  record ProducerIdsAllocated(long nextProducerId) implements Fact {}

  /** A broker as the cluster knows it. */
  record BrokerImage(
      int id, long epoch, Uuid incarnation, Optional<String> rack, List<Endpoint> endpoints) {
    /** Copies the list. */
    public BrokerImage {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** Where a broker can be reached. */
  record Endpoint(String listener, String securityProtocol, String host, int port) {}
}
