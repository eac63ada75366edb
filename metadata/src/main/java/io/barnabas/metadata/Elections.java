package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.RegisterBroker.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/**
 * Who may lead, and what becomes of partitions when brokers come and go. Made of the image in which
 * the brokers are already as they will be. For one use by one thread.
 */
final class Elections {
  static final String UNCLEAN = "unclean.leader.election.enable";
  static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";

  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

  private final ClusterImage image;
  private final Map<Uuid, Rules> rules = new HashMap<>();

  Elections(ClusterImage image) {
    this.image = image;
  }

  /** What a topic's settings say about elections. */
  record Rules(int minInsyncReplicas, boolean unclean) {}

  /** The topic's own setting, or the cluster's, or the default. */
  Rules rules(TopicImage topic) {
    return rules.computeIfAbsent(topic.id(), id -> rules(image, topic.name()));
  }

  private static Rules rules(ClusterImage image, String topic) {
    Map<String, String> own = image.configsOf(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    Map<String, String> cluster = image.configsOf(CLUSTER);
    return new Rules(
        Integer.parseInt(TopicSettings.valueOf(MIN_INSYNC_REPLICAS, own, cluster).trim()),
        Boolean.parseBoolean(TopicSettings.valueOf(UNCLEAN, own, cluster).trim()));
  }

  /** Whether a broker could lead, as far as the broker itself goes: alive, not about to stop. */
  boolean isActive(int broker) {
    BrokerImage found = image.brokers().get(broker);
    return found != null && found.isActive();
  }

  /** Whether a replica could lead: its broker is active, and has the directory that it is in. */
  boolean isOnline(int broker, Uuid directory) {
    return isActive(broker) && isThere(broker, directory);
  }

  /**
   * Whether a replica could lead for want of another: its broker takes part, even if it is about to
   * stop or its disk hangs, and has the directory that it is in.
   */
  boolean isThere(int broker, Uuid directory) {
    BrokerImage found = image.brokers().get(broker);
    return found != null && !found.fenced() && !isGone(directory, found.directories());
  }

  /** Whether a broker takes part, or could, where no other replica can lead. */
  boolean isNeeded(BrokerImage broker) {
    return image.topics().values().stream()
        .flatMap(topic -> topic.partitions().values().stream())
        .anyMatch(partition -> isNeeded(broker, partition));
  }

  private boolean isNeeded(BrokerImage broker, PartitionImage partition) {
    return partition.isr().contains(broker.id())
        && !partition.doubted()
        && !isGone(partition.directoryOf(broker.id()), broker.directories())
        && partition.isr().stream()
            .filter(other -> other != broker.id())
            .noneMatch(other -> isOnline(other, partition.directoryOf(other)));
  }

  /**
   * What changes because these brokers are active no longer: they leave the in-sync replicas, and
   * others lead.
   */
  List<Fact> without(Set<Integer> brokers) {
    List<Fact> facts = new ArrayList<>();
    forEach(
        (topic, number, partition) -> {
          if (brokers.contains(partition.leader()) || containsAny(partition.isr(), brokers)) {
            new PartitionChange(this, topic, number).fact().ifPresent(facts::add);
          }
        });
    return inShort(facts);
  }

  /**
   * As {@link #without}, for a broker that lost what was not yet forced to its disk, or its
   * directories: it is no eligible leader of what may have suffered. What was in a directory that
   * it has no longer it leads again only when that is back; in which one its replicas are from now
   * on it tells bit by bit, as there may be a hundred thousand of them. Nor does an old one lead
   * what is in no other, unless by an unclean election; after a crash one does: it may lack only
   * what its topic does not have forced before it is acknowledged.
   *
   * @param directories those that it still has; empty if that is not known
   * @param restored those of them that were away, and are as it left them, even if the files are
   *     older than what it has done since without them
   * @param files whether they may lack what was only in its memory, or more
   * @param unforced the topics of which that may have been acknowledged; empty if it can be any
   */
  List<Fact> withDoubtsAbout(
      int broker,
      List<Uuid> directories,
      Set<Uuid> restored,
      Files files,
      Optional<Set<Uuid>> unforced) {
    List<Fact> facts = new ArrayList<>();
    forEach(
        (topic, number, partition) -> {
          if (!partition.isr().contains(broker)
              && !partition.elr().contains(broker)
              && partition.leader() != broker) {
            return;
          }
          PartitionChange change = new PartitionChange(this, topic, number);
          boolean torn =
              files != Files.AS_LEFT
                  && unforced.map(topics -> topics.contains(topic.id())).orElse(true);
          boolean gone = isGone(partition.directoryOf(broker), directories);
          if (torn || gone) {
            change.doubting(broker);
          }
          // What is gone leads nothing as it is; what comes back for it is looked at then. What was
          // damaged may come back in the same place.
          boolean here = !gone || partition.isLost(broker);
          if (files == Files.OLD && here && !restored.contains(partition.directoryOf(broker))) {
            change.distrusting(broker);
          }
          change.fact().ifPresent(facts::add);
        });
    return inShort(facts);
  }

  private static boolean isGone(Uuid directory, List<Uuid> directories) {
    return directory.equals(PartitionImage.LOST)
        || (!directory.equals(PartitionImage.UNASSIGNED)
            && !directories.isEmpty()
            && !directories.contains(directory));
  }

  /**
   * What changes because a broker, or some of its directories, came or went: leaders for partitions
   * that had none, and others for what it can lead no longer.
   */
  List<Fact> after(int broker) {
    List<Fact> facts = new ArrayList<>();
    forEach(
        (topic, number, partition) -> {
          if (partition.leader() == PartitionImage.NO_LEADER || partition.isr().contains(broker)) {
            new PartitionChange(this, topic, number).fact().ifPresent(facts::add);
          }
        });
    return inShort(facts);
  }

  /** New leader epochs for all that a broker leads, or can lead now. */
  List<Fact> leadingAnew(int broker) {
    List<Fact> facts = new ArrayList<>();
    forEach(
        (topic, number, partition) -> {
          if (partition.leader() == broker || partition.leader() == PartitionImage.NO_LEADER) {
            PartitionChange change = new PartitionChange(this, topic, number);
            if (partition.leader() == broker) {
              change.leadingAnew();
            }
            change.fact().ifPresent(facts::add);
          }
        });
    return inShort(facts);
  }

  /**
   * What changes because of new settings: replicas are eligible no longer where records can be
   * acknowledged without them from now on, and partitions without a leader get one where that may
   * be unclean now.
   */
  static List<Fact> afterSettings(ClusterImage before, List<Fact> settings) {
    if (settings.stream().noneMatch(Elections::isAboutElections)) {
      return List.of();
    }
    Elections elections = new Elections(before.apply(settings));
    List<Fact> facts = new ArrayList<>();
    elections.forEach(
        (topic, number, partition) -> {
          if (partition.leader() == PartitionImage.NO_LEADER || !partition.elr().isEmpty()) {
            new PartitionChange(elections, topic, number).fact().ifPresent(facts::add);
          }
        });
    return elections.inShort(facts);
  }

  private static boolean isAboutElections(Fact fact) {
    return fact instanceof Fact.ConfigChanged changed
        && (changed.name().equals(MIN_INSYNC_REPLICAS) || changed.name().equals(UNCLEAN));
  }

  /** The same in fewer bytes: one fact for all partitions of a topic of which only that changes. */
  List<Fact> inShort(List<Fact> facts) {
    List<Fact> all = new ArrayList<>();
    Map<Uuid, List<Fact.LeaderAndIsr>> led = new LinkedHashMap<>();
    for (Fact fact : facts) {
      if (fact instanceof Fact.PartitionChanged changed && isLedOtherwiseOnly(changed)) {
        PartitionImage after = changed.state();
        led.computeIfAbsent(changed.topicId(), id -> new ArrayList<>())
            .add(
                new Fact.LeaderAndIsr(
                    changed.partition(),
                    after.leader(),
                    after.isr(),
                    after.elr(),
                    after.leaderEpoch(),
                    after.partitionEpoch(),
                    after.doubted()));
      } else {
        all.add(fact);
      }
    }
    led.forEach((topic, partitions) -> all.add(new Fact.LeadersChanged(topic, partitions)));
    return all;
  }

  private boolean isLedOtherwiseOnly(Fact.PartitionChanged fact) {
    PartitionImage before = image.partition(fact.topicId(), fact.partition()).orElseThrow();
    PartitionImage after = fact.state();
    return after.replicas().equals(before.replicas())
        && after.directories().equals(before.directories())
        && after.lastKnownElr().equals(before.lastKnownElr())
        && after.addingReplicas().equals(before.addingReplicas())
        && after.removingReplicas().equals(before.removingReplicas());
  }

  /** Whether a broker leads anything. */
  static boolean leadsAny(ClusterImage image, int broker) {
    return image.topics().values().stream()
        .anyMatch(
            topic ->
                topic.partitions().values().stream()
                    .anyMatch(partition -> partition.leader() == broker));
  }

  /** A new partition, empty and so in sync on all brokers that are active; empty if none is. */
  static Optional<PartitionImage> newPartition(ClusterImage image, List<Integer> brokers) {
    Elections elections = new Elections(image);
    List<Integer> active = brokers.stream().filter(elections::isActive).toList();
    return active.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new PartitionImage(
                brokers,
                directories(image, brokers),
                active,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                active.getFirst(),
                0,
                0,
                false));
  }

  /** The directory of each broker that has one only; no list at all if none has. */
  private static List<Uuid> directories(ClusterImage image, List<Integer> brokers) {
    List<Uuid> found =
        brokers.stream().map(broker -> onlyDirectory(image.brokers().get(broker))).toList();
    return found.stream().allMatch(PartitionImage.UNASSIGNED::equals) ? List.of() : found;
  }

  private static Uuid onlyDirectory(@Nullable BrokerImage broker) {
    return broker != null && broker.directories().size() == 1
        ? broker.directories().getFirst()
        : PartitionImage.UNASSIGNED;
  }

  /** Where a new replica on this broker is, if the broker has one directory only. */
  Uuid onlyDirectory(int broker) {
    return onlyDirectory(image.brokers().get(broker));
  }

  private interface PartitionVisitor {
    void visit(TopicImage topic, int number, PartitionImage partition);
  }

  /** In an order that depends on the image alone. */
  private void forEach(PartitionVisitor visitor) {
    for (TopicImage topic : image.topics().values()) {
      topic.partitions().forEach((number, partition) -> visitor.visit(topic, number, partition));
    }
  }

  private static boolean containsAny(Collection<Integer> brokers, Set<Integer> sought) {
    for (int broker : brokers) {
      if (sought.contains(broker)) {
        return true;
      }
    }
    return false;
  }
}
