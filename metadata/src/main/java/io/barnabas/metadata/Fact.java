package io.barnabas.metadata;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/** One change of the cluster's state, as decided by the controller and kept by the quorum. */
public sealed interface Fact {
  /** A topic exists from now on, without partitions yet. */
  record TopicCreated(String name, Uuid id) implements Fact {}

  /** A partition of an existing topic exists from now on. */
  record PartitionAdded(Uuid topicId, int partition, PartitionImage state) implements Fact {}

  /** An existing partition is like this from now on. */
  record PartitionChanged(Uuid topicId, int partition, PartitionImage state) implements Fact {}

  /**
   * Existing partitions of a topic are led like this from now on, all else staying as it is: in
   * short, as a broker that comes or goes may change a hundred thousand of them at once.
   */
  record LeadersChanged(Uuid topicId, List<LeaderAndIsr> partitions) implements Fact {
    /** Copies the list. */
    public LeadersChanged {
      partitions = List.copyOf(partitions);
    }
  }

  /** A topic, its partitions and its settings are gone. */
  record TopicDeleted(Uuid id) implements Fact {}

  /** A setting has this value, or its default again if empty. */
  record ConfigChanged(ConfigResource resource, String name, Optional<String> value)
      implements Fact {}

  /** A broker has joined, or joined again with a higher epoch. */
  record BrokerRegistered(BrokerImage broker) implements Fact {}

  /**
   * A broker's part in the cluster has changed.
   *
   * @param epoch the broker's own, which does not change
   */
  record BrokerChanged(
      int id, long epoch, boolean fenced, boolean inControlledShutdown, boolean hangs)
      implements Fact {}

  /** A broker is no member any longer. */
  record BrokerUnregistered(int id, long epoch) implements Fact {}

  /**
   * Epochs up to this one have been given to brokers, some of which may be no members any longer.
   */
  record BrokerEpochsUsed(long last) implements Fact {}

  /** A node that may become the active controller can be reached here from now on. */
  record ControllerRegistered(ControllerImage controller) implements Fact {}

  /** A controller is no member any longer. */
  record ControllerUnregistered(int id) implements Fact {}

  /**
   * Another node decides from now on.
   *
   * @param epoch the quorum's
   */
  record ControllerActivated(int id, int epoch) implements Fact {}

  /** A feature is at this level from now on; level 0 switches it off. */
  record FeatureLevelSet(String feature, short level) implements Fact {}

  /** Producer ids below this one have been given out. */
  record ProducerIdsAllocated(long nextProducerId) implements Fact {}

  /** An access rule holds from now on. */
  record AclAdded(Uuid id, AclBinding binding) implements Fact {}

  /** An access rule is gone. */
  record AclRemoved(Uuid id) implements Fact {}

  /** A client quota has this value, or none if empty. */
  record QuotaChanged(ClientQuotaEntity entity, String key, Optional<Double> value)
      implements Fact {}

  /** A user can authenticate with this from now on, or cannot if empty. */
  record ScramCredentialChanged(
      ScramUser user, Optional<SecurityImage.StoredScramCredential> credential) implements Fact {}

  /**
   * A broker as the cluster knows it.
   *
   * @param epoch what it proves itself with; grows with each registration
   * @param incarnation drawn anew at each start
   * @param directories the ids of its log directories
   * @param former those that it had before, and in which partitions still are as far as is known
   * @param features the levels of features that it supports
   * @param fenced whether clients are not told of it and it leads nothing
   * @param inControlledShutdown whether it is handing over its leaderships to stop, or has done so
   * @param hangs whether its disk does not answer, so that it leads only what no other can; never
   *     while it is fenced
   */
  record BrokerImage(
      int id,
      long epoch,
      Uuid incarnation,
      Optional<String> rack,
      List<Endpoint> endpoints,
      List<Uuid> directories,
      List<FormerDirectory> former,
      List<FeatureRange> features,
      boolean fenced,
      boolean inControlledShutdown,
      boolean hangs) {
    /** Copies the lists. */
    public BrokerImage {
      endpoints = List.copyOf(endpoints);
      directories = List.copyOf(directories);
      former = List.copyOf(former);
      features = List.copyOf(features);
    }

    /** A broker with the disks that it always had, which do not hang. */
    public BrokerImage(
        int id,
        long epoch,
        Uuid incarnation,
        Optional<String> rack,
        List<Endpoint> endpoints,
        List<Uuid> directories,
        List<FeatureRange> features,
        boolean fenced,
        boolean inControlledShutdown) {
      this(
          id,
          epoch,
          incarnation,
          rack,
          endpoints,
          directories,
          List.of(),
          features,
          fenced,
          inControlledShutdown,
          false);
    }

    /** A broker that takes part fully. */
    public BrokerImage(
        int id, long epoch, Uuid incarnation, Optional<String> rack, List<Endpoint> endpoints) {
      this(id, epoch, incarnation, rack, endpoints, List.of(), List.of(), false, false);
    }

    /** The same, with another part in the cluster. */
    BrokerImage as(BrokerChanged part) {
      return new BrokerImage(
          id,
          epoch,
          incarnation,
          rack,
          endpoints,
          directories,
          former,
          features,
          part.fenced(),
          part.inControlledShutdown(),
          part.hangs());
    }

    /** The same, with these log directories left. */
    BrokerImage in(List<Uuid> remaining) {
      return new BrokerImage(
          id,
          epoch,
          incarnation,
          rack,
          endpoints,
          remaining,
          former,
          features,
          fenced,
          inControlledShutdown,
          hangs);
    }

    /** Whether it can be given leaderships and new replicas. */
    public boolean isActive() {
      return !fenced && !inControlledShutdown && !hangs;
    }
  }

  /**
   * A node that may become the active controller.
   *
   * @param incarnation drawn anew at each start
   * @param endpoints where other nodes reach it with requests
   */
  record ControllerImage(
      int id, Uuid incarnation, List<Endpoint> endpoints, List<FeatureRange> features) {
    /** Copies the lists. */
    public ControllerImage {
      endpoints = List.copyOf(endpoints);
      features = List.copyOf(features);
    }
  }

  /** How a partition is led; each as in {@link PartitionImage}. */
  record LeaderAndIsr(
      int partition,
      int leader,
      List<Integer> isr,
      List<Integer> elr,
      int leaderEpoch,
      int partitionEpoch,
      boolean doubted) {
    /** Copies the lists. */
    public LeaderAndIsr {
      isr = List.copyOf(isr);
      elr = List.copyOf(elr);
    }
  }

  /**
   * A log directory that a broker had.
   *
   * @param epoch of the last registration with which it had it
   */
  record FormerDirectory(Uuid id, long epoch) {}

  /** Where a node can be reached. */
  record Endpoint(String listener, String securityProtocol, String host, int port) {}

  /** The levels of a feature that a node supports, both included. */
  record FeatureRange(String name, short minLevel, short maxLevel) {}

  /** A user's credential is kept for each mechanism. */
  record ScramUser(String name, ScramMechanism mechanism) {}
}
