package io.barnabas.metadata;

import io.barnabas.metadata.Fact.BrokerImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;

/**
 * Says on which brokers new partitions go. Leaders go round all brokers; the replicas of one
 * partition go to as many racks as there are, and no rack has two more of them than another that
 * has room. Brokers without a rack are together in one. Each time round, followers move one broker
 * further, so that what one broker led is shared by many when it fails. Brokers that are about to
 * stop get nothing; those that are fenced, or whose disk hangs, lead nothing, and get replicas only
 * where there are too few others.
 */
final class ReplicaPlacer {
  /** All that are active, of each rack in turn, so that neighbours are in different racks. */
  private final List<BrokerImage> ring;

  /** All others, but for those that are about to stop. */
  private final List<BrokerImage> spare;

  ReplicaPlacer(Collection<BrokerImage> brokers) {
    ring = ring(brokers.stream().filter(BrokerImage::isActive).toList());
    spare =
        ring(
            brokers.stream()
                .filter(broker -> !broker.isActive() && !broker.inControlledShutdown())
                .toList());
  }

  private static List<BrokerImage> ring(Collection<BrokerImage> brokers) {
    Map<String, List<BrokerImage>> racks = new TreeMap<>();
    brokers.stream()
        .sorted(Comparator.comparingInt(BrokerImage::id))
        .forEach(broker -> racks.computeIfAbsent(rack(broker), r -> new ArrayList<>()).add(broker));
    List<BrokerImage> ring = new ArrayList<>();
    for (int depth = 0; ring.size() < brokers.size(); depth++) {
      for (List<BrokerImage> rack : racks.values()) {
        if (depth < rack.size()) {
          ring.add(rack.get(depth));
        }
      }
    }
    return ring;
  }

  private static String rack(BrokerImage broker) {
    return broker.rack().orElse("");
  }

  /** The place of a broker among all, or 0 if it is none of them. */
  int placeOf(int brokerId) {
    for (int place = 0; place < ring.size(); place++) {
      if (ring.get(place).id() == brokerId) {
        return place;
      }
    }
    return 0;
  }

  /**
   * The brokers of new partitions, the preferred leader first.
   *
   * @param firstPlace where the leader of the first one is, taken modulo the number of brokers
   * @param firstPartition the number of the first one
   * @throws InvalidReplicationFactorException if there are fewer brokers than replicas, or none is
   *     active
   */
  List<List<Integer>> place(
      int firstPlace, int firstPartition, int partitions, int replicationFactor) {
    int usable = ring.size() + spare.size();
    if (replicationFactor > usable) {
      throw new InvalidReplicationFactorException(
          ("Unable to replicate the partition %d time(s): The target replication factor of %d"
                  + " cannot be reached because only %d broker(s) are registered.")
              .formatted(replicationFactor, replicationFactor, usable));
    }
    if (ring.isEmpty()) {
      throw new InvalidReplicationFactorException(
          "Unable to replicate the partition %d time(s): All brokers are currently fenced."
              .formatted(replicationFactor));
    }
    List<List<Integer>> placed = new ArrayList<>(partitions);
    for (int i = 0; i < partitions; i++) {
      int leader = Math.floorMod((long) firstPlace + i, ring.size());
      int active = Math.min(replicationFactor, ring.size());
      List<Integer> replicas = replicas(leader, (firstPartition + i) / ring.size(), active);
      for (int more = 0; active + more < replicationFactor; more++) {
        replicas.add(spare.get((leader + more) % spare.size()).id());
      }
      placed.add(replicas);
    }
    return placed;
  }

  private List<Integer> replicas(int leader, int round, int count) {
    Map<String, Integer> inRack = new HashMap<>();
    List<Integer> chosen = new ArrayList<>(count);
    choose(ring.get(leader), chosen, inRack);
    while (chosen.size() < count) {
      choose(nextFollower(leader, round, chosen, inRack), chosen, inRack);
    }
    return chosen;
  }

  private static void choose(
      BrokerImage broker, List<Integer> chosen, Map<String, Integer> inRack) {
    chosen.add(broker.id());
    inRack.merge(rack(broker), 1, Integer::sum);
  }

  /** The first on the way round from the leader whose rack has the fewest replicas. */
  private BrokerImage nextFollower(
      int leader, int round, List<Integer> chosen, Map<String, Integer> inRack) {
    int others = ring.size() - 1;
    BrokerImage best = null;
    int fewest = Integer.MAX_VALUE;
    for (int step = 0; step < others; step++) {
      BrokerImage candidate = ring.get((leader + 1 + (round + step) % others) % ring.size());
      int count = inRack.getOrDefault(rack(candidate), 0);
      if (count < fewest && !chosen.contains(candidate.id())) {
        best = candidate;
        fewest = count;
      }
    }
    if (best == null) {
      throw new IllegalStateException("No broker is left of " + ring.size());
    }
    return best;
  }
}
