package io.barnabas.metadata;

import io.barnabas.metadata.BalancePlan.Broker;
import io.barnabas.metadata.BalancePlan.Load;
import io.barnabas.metadata.BalancePlan.Move;
import io.barnabas.metadata.BalancePlan.Partition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes one {@link BalancePlan}: first replicas off brokers that are gone, then into the racks that
 * lack them, then from the fullest brokers to the emptiest, and at last the preferred leaders. Each
 * step makes something more even and nothing less so, so that it ends. For one use.
 */
final class Balancing {
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  /** Beyond this difference one more step makes two brokers more even. */
  private static final int EVEN = 1;

  private final Map<Integer, Broker> brokers = new TreeMap<>();
  private final Map<TopicPartition, List<Integer>> before = new TreeMap<>(BY_NAME);
  private final Map<TopicPartition, List<Integer>> now = new TreeMap<>(BY_NAME);
  private final Map<TopicPartition, List<String>> reasons = new LinkedHashMap<>();
  private final BalanceCounts counts;
  private final int maxMoves;
  private boolean isWhole = true;

  Balancing(Collection<Broker> brokers, Collection<Partition> partitions, int maxMoves) {
    brokers.forEach(broker -> this.brokers.put(broker.id(), broker));
    this.maxMoves = maxMoves;
    counts = new BalanceCounts(this.brokers.values());
    for (Partition partition : partitions) {
      counts.add(partition.id(), partition.replicas());
      if (!partition.isMoving()) {
        before.put(partition.id(), partition.replicas());
        now.put(partition.id(), partition.replicas());
      }
    }
  }

  BalancePlan plan() {
    List<Load> loadsBefore = counts.loads();
    leaveTheGone();
    spreadOverRacks();
    evenReplicas();
    evenLeaders();
    List<Move> moves = new ArrayList<>();
    reasons.forEach(
        (id, why) -> {
          List<Integer> from = before.getOrDefault(id, List.of());
          List<Integer> to = now.getOrDefault(id, List.of());
          if (!from.equals(to)) {
            moves.add(new Move(id, from, to, why));
          }
        });
    return new BalancePlan(moves, loadsBefore, counts.loads(), isWhole);
  }

  /** Whether a partition may still be changed; notes if that is only for the limit. */
  private boolean mayChange(TopicPartition id) {
    return mayChange(List.of(id));
  }

  private boolean mayChange(List<TopicPartition> ids) {
    long more = ids.stream().filter(id -> !reasons.containsKey(id)).count();
    boolean may = reasons.size() + more <= maxMoves;
    isWhole &= may;
    return may;
  }

  private void change(TopicPartition id, List<Integer> to, String reason) {
    counts.remove(id, now.getOrDefault(id, List.of()));
    counts.add(id, to);
    now.put(id, to);
    reasons.computeIfAbsent(id, key -> new ArrayList<>()).add(reason);
  }

  private void leaveTheGone() {
    for (TopicPartition id : List.copyOf(now.keySet())) {
      for (int broker : now.getOrDefault(id, List.of())) {
        if (!brokers.containsKey(broker)) {
          List<Integer> replicas = now.getOrDefault(id, List.of());
          Optional<Integer> instead = counts.emptiestFor(replicas, broker);
          if (instead.isPresent() && mayChange(id)) {
            change(
                id,
                with(replicas, broker, instead.get()),
                "broker %d is no member of the cluster".formatted(broker));
          }
        }
      }
    }
  }

  private void spreadOverRacks() {
    for (TopicPartition id : List.copyOf(now.keySet())) {
      Optional<RackStep> step = rackStep(id);
      while (step.isPresent() && mayChange(id)) {
        RackStep better = step.get();
        change(id, better.to(), better.reason());
        step = rackStep(id);
      }
    }
  }

  private record RackStep(List<Integer> to, String reason) {}

  /** The last replica of a rack that has more than it must goes; the preferred leader stays. */
  private Optional<RackStep> rackStep(TopicPartition id) {
    List<Integer> replicas = now.getOrDefault(id, List.of());
    for (int broker : replicas.reversed()) {
      Optional<Integer> instead = counts.emptiestFor(replicas, broker);
      if (brokers.containsKey(broker) && instead.isPresent()) {
        List<Integer> to = with(replicas, broker, instead.get());
        if (counts.crowding(to) < counts.crowding(replicas)) {
          String reason =
              "rack %s has %d of its replicas, rack %s only %d"
                  .formatted(
                      counts.rackName(broker),
                      counts.inRackOf(broker, replicas),
                      counts.rackName(instead.get()),
                      counts.inRackOf(instead.get(), replicas));
          return Optional.of(new RackStep(to, reason));
        }
      }
    }
    return Optional.empty();
  }

  private void evenReplicas() {
    boolean isMoving = true;
    while (isMoving) {
      isMoving = moveOneReplica();
    }
  }

  private boolean moveOneReplica() {
    List<Integer> byReplicas = counts.activeByReplicas();
    for (int full : byReplicas.reversed()) {
      for (int empty : byReplicas) {
        if (counts.replicas(full) - counts.replicas(empty) <= EVEN) {
          break;
        }
        Optional<TopicPartition> candidate = bestToMove(full, empty);
        if (candidate.isPresent()) {
          TopicPartition id = candidate.get();
          if (!mayChange(id)) {
            return false;
          }
          String reason =
              "broker %d has %d replicas, broker %d has %d"
                  .formatted(full, counts.replicas(full), empty, counts.replicas(empty));
          change(id, with(now.getOrDefault(id, List.of()), full, empty), reason);
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Of the topic that is the least even on the two, and rather a follower than a leader; if the
   * limit is reached, only of those that change anyway, as far as there are any.
   */
  private Optional<TopicPartition> bestToMove(int full, int empty) {
    Comparator<TopicPartition> worthwhile =
        Comparator.<TopicPartition>comparingInt(id -> reasons.size() < maxMoves ? 0 : known(id))
            .thenComparingInt(
                id -> counts.ofTopic(id.topic(), empty) - counts.ofTopic(id.topic(), full))
            .thenComparingInt(id -> now.getOrDefault(id, List.of()).indexOf(full) == 0 ? 1 : 0)
            .thenComparing(BY_NAME);
    return counts.on(full).stream().filter(id -> isMovable(id, full, empty)).min(worthwhile);
  }

  private int known(TopicPartition id) {
    return reasons.containsKey(id) ? 0 : 1;
  }

  private boolean isMovable(TopicPartition id, int from, int to) {
    List<Integer> replicas = now.get(id);
    return replicas != null
        && !replicas.contains(to)
        && counts.crowding(with(replicas, from, to)) <= counts.crowding(replicas);
  }

  private void evenLeaders() {
    Optional<BalanceCounts.Chain> chain = counts.leaderChain(now);
    while (chain.isPresent() && mayChange(chain.get().partitions())) {
      pass(chain.get());
      chain = counts.leaderChain(now);
    }
  }

  /** Each partition of the chain is led by the next broker of it. */
  private void pass(BalanceCounts.Chain chain) {
    String reason =
        "broker %d is the preferred leader of %d partitions, broker %d of %d"
            .formatted(
                chain.from(), counts.leaders(chain.from()), chain.to(), counts.leaders(chain.to()));
    for (int i = 0; i < chain.partitions().size(); i++) {
      TopicPartition id = chain.partitions().get(i);
      int leader = chain.brokers().get(i + 1);
      List<Integer> to = new ArrayList<>(now.getOrDefault(id, List.of()));
      to.remove((Integer) leader);
      to.addFirst(leader);
      change(id, to, reason);
    }
  }

  private static List<Integer> with(List<Integer> replicas, int old, int instead) {
    return replicas.stream().map(broker -> broker == old ? (Integer) instead : broker).toList();
  }
}
