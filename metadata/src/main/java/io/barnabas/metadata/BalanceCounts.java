package io.barnabas.metadata;

import io.barnabas.metadata.BalancePlan.Broker;
import io.barnabas.metadata.BalancePlan.Load;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** What each broker has while a balance is planned. For use by one thread. */
final class BalanceCounts {
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final NavigableMap<Integer, Broker> brokers = new TreeMap<>();
  private final Map<Integer, NavigableSet<TopicPartition>> on = new HashMap<>();
  private final Map<Integer, NavigableSet<TopicPartition>> ledBy = new HashMap<>();
  private final Map<TopicOnBroker, Integer> ofTopics = new HashMap<>();

  private record TopicOnBroker(String topic, int broker) {}

  BalanceCounts(Collection<Broker> all) {
    all.forEach(broker -> brokers.put(broker.id(), broker));
  }

  void add(TopicPartition id, List<Integer> replicas) {
    for (int broker : replicas) {
      on.computeIfAbsent(broker, key -> new TreeSet<>(BY_NAME)).add(id);
      ofTopics.merge(new TopicOnBroker(id.topic(), broker), 1, Integer::sum);
    }
    ledBy.computeIfAbsent(replicas.getFirst(), key -> new TreeSet<>(BY_NAME)).add(id);
  }

  void remove(TopicPartition id, List<Integer> replicas) {
    for (int broker : replicas) {
      on(broker).remove(id);
      ofTopics.merge(new TopicOnBroker(id.topic(), broker), -1, Integer::sum);
    }
    ledBy(replicas.getFirst()).remove(id);
  }

  /** All that have a replica on a broker, by name. */
  NavigableSet<TopicPartition> on(int broker) {
    return on.getOrDefault(broker, Collections.emptyNavigableSet());
  }

  private NavigableSet<TopicPartition> ledBy(int broker) {
    return ledBy.getOrDefault(broker, Collections.emptyNavigableSet());
  }

  int replicas(int broker) {
    return on(broker).size();
  }

  /** Of how many partitions a broker is the preferred leader. */
  int leaders(int broker) {
    return ledBy(broker).size();
  }

  int ofTopic(String topic, int broker) {
    return ofTopics.getOrDefault(new TopicOnBroker(topic, broker), 0);
  }

  List<Load> loads() {
    return brokers.values().stream()
        .map(
            broker ->
                new Load(broker.id(), broker.rack(), replicas(broker.id()), leaders(broker.id())))
        .toList();
  }

  private boolean isActive(int broker) {
    Broker found = brokers.get(broker);
    return found != null && found.isActive();
  }

  /** The active brokers, those with the fewest replicas first. */
  List<Integer> activeByReplicas() {
    return brokers.keySet().stream()
        .filter(this::isActive)
        .sorted(Comparator.<Integer>comparingInt(this::replicas).thenComparing(id -> id))
        .toList();
  }

  String rackName(int broker) {
    return Optional.ofNullable(brokers.get(broker)).flatMap(Broker::rack).orElse("(none)");
  }

  /** How many of the replicas are in the same rack as a broker. */
  long inRackOf(int broker, List<Integer> replicas) {
    return replicas.stream().filter(other -> rackName(other).equals(rackName(broker))).count();
  }

  /** Smaller is better spread: the sum of the squares of the numbers of replicas in each rack. */
  long crowding(List<Integer> replicas) {
    return replicas.stream()
        .filter(brokers::containsKey)
        .mapToLong(
            broker ->
                replicas.stream()
                    .filter(
                        other ->
                            brokers.containsKey(other) && rackName(other).equals(rackName(broker)))
                    .count())
        .sum();
  }

  /** The active broker that is best put in the place of one of the replicas. */
  Optional<Integer> emptiestFor(List<Integer> replicas, int old) {
    List<Integer> others = replicas.stream().filter(id -> id != old).toList();
    return brokers.keySet().stream()
        .filter(id -> isActive(id) && !replicas.contains(id))
        .min(
            Comparator.<Integer>comparingLong(id -> inRackOf(id, others))
                .thenComparingInt(this::replicas)
                .thenComparing(id -> id));
  }

  /**
   * A way to make leaders more even.
   *
   * @param brokers from the one that gives to the one that gets
   * @param partitions one between each two of them: led by the former, with a replica on the latter
   */
  record Chain(List<Integer> brokers, List<TopicPartition> partitions) {
    int from() {
      return brokers.getFirst();
    }

    int to() {
      return brokers.getLast();
    }
  }

  /**
   * The shortest chain from one of the brokers that lead most to one that leads at least two fewer.
   *
   * @param movable the replicas of the partitions that may be changed
   */
  Optional<Chain> leaderChain(Map<TopicPartition, List<Integer>> movable) {
    return brokers.keySet().stream()
        .filter(this::isActive)
        .sorted(Comparator.<Integer>comparingInt(id -> -leaders(id)).thenComparing(id -> id))
        .map(from -> leaderChain(from, movable))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<Chain> leaderChain(int from, Map<TopicPartition, List<Integer>> movable) {
    Map<Integer, Chain> found = new TreeMap<>();
    List<Chain> level = List.of(new Chain(List.of(from), List.of()));
    found.put(from, level.getFirst());
    while (!level.isEmpty()) {
      List<Chain> next = new ArrayList<>();
      level.forEach(chain -> extend(chain, movable, found, next));
      Optional<Chain> best =
          next.stream()
              .filter(chain -> leaders(from) - leaders(chain.to()) >= 2)
              .min(
                  Comparator.<Chain>comparingInt(chain -> leaders(chain.to()))
                      .thenComparingInt(Chain::to));
      if (best.isPresent()) {
        return best;
      }
      level = next;
    }
    return Optional.empty();
  }

  private void extend(
      Chain chain,
      Map<TopicPartition, List<Integer>> movable,
      Map<Integer, Chain> found,
      List<Chain> next) {
    for (TopicPartition id : ledBy(chain.to())) {
      for (int broker : movable.getOrDefault(id, List.of())) {
        if (isActive(broker) && !found.containsKey(broker)) {
          Chain longer = new Chain(plus(chain.brokers(), broker), plus(chain.partitions(), id));
          found.put(broker, longer);
          next.add(longer);
        }
      }
    }
  }

  private static <T> List<T> plus(List<T> list, T last) {
    List<T> longer = new ArrayList<>(list);
    longer.add(last);
    return List.copyOf(longer);
  }
}
