package io.barnabas.server.control;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** What holds of each image, and of each change, whatever happens to a cluster. */
final class ImageInvariants {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

  /** Elections by hand may lose records; each by the leader epoch that it begins. */
  record Reign(Uuid topic, int partition, int leaderEpoch) {}

  private final Set<Reign> uncleanByHand;
  private final Map<Reign, Integer> leaders = new HashMap<>();
  private final Map<Integer, Long> brokerEpochs = new HashMap<>();

  /**
   * For one cluster.
   *
   * @param uncleanByHand those that were asked for; may grow
   */
  ImageInvariants(Set<Reign> uncleanByHand) {
    this.uncleanByHand = uncleanByHand;
  }

  /**
   * Checks an entry.
   *
   * @throws AssertionError if something is not as it must be
   */
  void check(ClusterImage before, List<Fact> facts, ClusterImage after) {
    ClusterImage image = before;
    for (Fact fact : facts) {
      ClusterImage next = image.apply(List.of(fact));
      checkStep(image, fact, next);
      image = next;
    }
    require(image.digest() == after.digest(), "the facts one by one", image, after);
    require(after.version() == before.version() + 1, "versions", before.version(), after.version());
    require(after.topicIds().size() == after.topics().size(), "names of topics", after, "");
    for (TopicImage topic : after.topics().values()) {
      checkTopic(after, topic);
    }
  }

  private void checkTopic(ClusterImage image, TopicImage topic) {
    require(topic.id().equals(image.topicIds().get(topic.name())), "topic ids", topic, "");
    int count = topic.partitions().size();
    require(count > 0, "a topic is half made", topic, "");
    for (int number = 0; number < count; number++) {
      PartitionImage partition = image.partition(topic.id(), number).orElse(null);
      if (partition == null) {
        throw new AssertionError("a hole in the partitions of " + topic);
      }
      checkPartition(image, topic, partition);
    }
  }

  private void checkStep(ClusterImage before, Fact fact, ClusterImage after) {
    require(after.nextProducerId() >= before.nextProducerId(), "producer ids go back", fact, after);
    int epoch = before.activeController().epoch();
    require(after.activeController().epoch() >= epoch, "a controller's epoch goes back", fact, "");
    switch (fact) {
      case Fact.BrokerRegistered _ -> checkBrokers(before, after);
      case Fact.PartitionAdded(Uuid topic, int number, PartitionImage _) ->
          checkReign(after, topic, number);
      case Fact.PartitionChanged(Uuid topic, int number, PartitionImage _) ->
          checkChange(before, after, topic, number);
      case Fact.LeadersChanged(Uuid topic, List<Fact.LeaderAndIsr> changes) ->
          changes.forEach(each -> checkChange(before, after, topic, each.partition()));
      default -> {}
    }
  }

  private void checkBrokers(ClusterImage before, ClusterImage after) {
    for (BrokerImage broker : after.brokers().values()) {
      BrokerImage was = before.brokers().get(broker.id());
      long highest = brokerEpochs.getOrDefault(broker.id(), -1L);
      if (was == null || !was.incarnation().equals(broker.incarnation())) {
        require(broker.epoch() > highest, "a broker's epoch is used again", highest, broker);
      } else {
        require(broker.epoch() == was.epoch(), "an incarnation's epoch changed", was, broker);
      }
      brokerEpochs.put(broker.id(), broker.epoch());
    }
  }

  private static void checkPartition(
      ClusterImage image, TopicImage topic, PartitionImage partition) {
    List<Integer> isr = partition.isr();
    require(!isr.isEmpty() && isDistinctPartOf(isr, partition.replicas()), "isr", topic, partition);
    require(isDistinctPartOf(partition.elr(), partition.replicas()), "elr", topic, partition);
    require(
        !partition.doubted()
            || (partition.leader() == PartitionImage.NO_LEADER && partition.elr().isEmpty()),
        "doubt",
        topic,
        partition);
    require(partition.elr().stream().noneMatch(isr::contains), "elr in isr", topic, partition);
    require(
        partition.replicas().containsAll(partition.addingReplicas())
            && partition.replicas().containsAll(partition.removingReplicas()),
        "reassignment",
        topic,
        partition);
    int minimum = Math.min(minInsyncReplicas(image, topic), partition.replicas().size());
    require(
        partition.elr().isEmpty() || isr.size() < minimum,
        "eligible while records are acknowledged",
        topic,
        partition);
    if (partition.leader() != PartitionImage.NO_LEADER) {
      require(isr.contains(partition.leader()), "the leader is not in sync", topic, partition);
      require(
          isr.stream().allMatch(id -> isActive(image, id))
              || isr.stream().noneMatch(id -> isActive(image, id) || isFenced(image, id)),
          "a broker that is gone is in sync, or leads what another could",
          topic,
          partition);
    } else if (!partition.doubted()) {
      require(
          isr.stream().allMatch(id -> isFenced(image, id)),
          "nobody leads although one could",
          topic,
          partition);
    }
  }

  private static boolean isActive(ClusterImage image, int broker) {
    return image.broker(broker).filter(BrokerImage::isActive).isPresent();
  }

  private static boolean isFenced(ClusterImage image, int broker) {
    return image.broker(broker).filter(each -> !each.fenced()).isEmpty();
  }

  private static boolean isLeaving(ClusterImage image, int broker) {
    return !isActive(image, broker) && !isFenced(image, broker);
  }

  private void checkChange(ClusterImage before, ClusterImage after, Uuid topicId, int number) {
    TopicImage topic = after.topicById(topicId).orElseThrow();
    PartitionImage was = before.partition(topicId, number).orElseThrow();
    PartitionImage is = after.partition(topicId, number).orElseThrow();
    require(is.partitionEpoch() == was.partitionEpoch() + 1, "partition epoch", was, is);
    require(is.leaderEpoch() >= was.leaderEpoch(), "leader epoch", was, is);
    require(
        is.leader() == was.leader() || is.leaderEpoch() > was.leaderEpoch(),
        "no new epoch",
        was,
        is);
    boolean eligible =
        is.leader() == PartitionImage.NO_LEADER
            || (was.isr().contains(is.leader()) && !was.doubted())
            || was.elr().contains(is.leader());
    // A reassignment may end with a leader that joined the in-sync replicas in the same change, and
    // so may the reign of one that only waited for another to join.
    boolean joined =
        (was.isReassigning() && !is.isReassigning())
            || (isLeaving(before, was.leader()) && isLeaving(after, was.leader()));
    require(
        eligible
            || joined
            || isUncleanAllowed(before, topic)
            || isUncleanAllowed(after, topic)
            || uncleanByHand.contains(new Reign(topic.id(), number, is.leaderEpoch())),
        "an unclean election that nobody allowed",
        was,
        is);
    checkReign(after, topicId, number);
  }

  private void checkReign(ClusterImage image, Uuid topic, int number) {
    PartitionImage partition = image.partition(topic, number).orElseThrow();
    Reign reign = new Reign(topic, number, partition.leaderEpoch());
    Integer other = leaders.putIfAbsent(reign, partition.leader());
    require(
        other == null || other == partition.leader(), "two leaders of one epoch", other, partition);
  }

  private static boolean isUncleanAllowed(ClusterImage image, TopicImage topic) {
    return Boolean.parseBoolean(setting(image, topic, "unclean.leader.election.enable", "false"));
  }

  private static int minInsyncReplicas(ClusterImage image, TopicImage topic) {
    return Integer.parseInt(setting(image, topic, "min.insync.replicas", "1"));
  }

  private static String setting(
      ClusterImage image, TopicImage topic, String name, String otherwise) {
    String inCluster = image.configsOf(CLUSTER).getOrDefault(name, otherwise);
    return image
        .configsOf(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
        .getOrDefault(name, inCluster);
  }

  private static boolean isDistinctPartOf(List<Integer> some, List<Integer> all) {
    return all.containsAll(some) && new HashSet<>(some).size() == some.size();
  }

  private static void require(boolean condition, String what, Object before, Object after) {
    if (!condition) {
      throw new AssertionError("%s: %s, then %s".formatted(what, before, after));
    }
  }

  /** Whether an entry has all of these facts, together. */
  static boolean contains(List<Fact> entry, List<Fact> facts) {
    return Collections.indexOfSubList(entry, facts) >= 0;
  }
}
