package io.barnabas.server.api;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.metadata.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.kafka.common.protocol.Errors;

/** The cluster as a client sees it that came in by one of the listeners. */
final class PartitionView {
  private static final int NO_LEADER = -1;

  private final ClusterImage image;
  private final Set<Integer> away = new HashSet<>();
  private final SortedMap<Integer, Broker> reachable = new TreeMap<>();
  private final SortedMap<Integer, Broker> brokers = new TreeMap<>();

  /**
   * Of an image.
   *
   * @param absent which brokers are to be shown as fenced, whatever the image says
   */
  PartitionView(ClusterImage image, String listenerName, IntPredicate absent) {
    this.image = image;
    for (Fact.BrokerImage broker : image.brokers().values()) {
      if (absent.test(broker.id())) {
        away.add(broker.id());
      }
      broker.endpoints().stream()
          .filter(endpoint -> endpoint.listener().equals(listenerName))
          .findFirst()
          .ifPresent(
              endpoint ->
                  reachable.put(
                      broker.id(),
                      new Broker(
                          endpoint, broker.rack(), broker.fenced() || away.contains(broker.id()))));
    }
    reachable.forEach(
        (id, broker) -> {
          if (!broker.fenced()) {
            brokers.put(id, broker);
          }
        });
  }

  ClusterImage image() {
    return image;
  }

  /** The brokers that take part and can be reached by that listener, by id. */
  SortedMap<Integer, Broker> brokers() {
    return brokers;
  }

  /** The same and those that are fenced. */
  SortedMap<Integer, Broker> allBrokers() {
    return reachable;
  }

  /**
   * The broker that clients are to send changes of the cluster to: the active controller if they
   * can reach it, else any, as all pass them on.
   *
   * @param self the broker that is asked
   */
  int controllerId(int self) {
    int active = image.activeController().id();
    if (brokers.containsKey(active)) {
      return active;
    }
    return brokers.isEmpty() || brokers.containsKey(self) ? self : brokers.firstKey();
  }

  /** A topic's partitions in the order of their numbers. */
  List<Shown> partitions(TopicImage topic) {
    List<Shown> shown = new ArrayList<>(topic.partitions().size());
    for (Map.Entry<Integer, PartitionImage> entry : new TreeMap<>(topic.partitions()).entrySet()) {
      shown.add(show(entry.getKey(), entry.getValue()));
    }
    return shown;
  }

  private Shown show(int index, PartitionImage state) {
    boolean alive = image.brokers().containsKey(state.leader()) && !away.contains(state.leader());
    boolean known = brokers.containsKey(state.leader());
    Errors error =
        known ? Errors.NONE : alive ? Errors.LISTENER_NOT_FOUND : Errors.LEADER_NOT_AVAILABLE;
    List<Integer> offline =
        state.replicas().stream()
            .filter(id -> !brokers.containsKey(id) || state.isLost(id))
            .toList();
    return new Shown(index, state, known ? state.leader() : NO_LEADER, error, offline);
  }

  /** A broker and where that listener's clients reach it. */
  record Broker(Fact.Endpoint endpoint, Optional<String> rack, boolean fenced) {}

  /**
   * A partition.
   *
   * @param leader -1 if there is none that the client could reach
   * @param offline those replicas whose brokers are not there for that listener's clients, or whose
   *     data was found damaged
   */
  record Shown(int index, PartitionImage state, int leader, Errors error, List<Integer> offline) {}
}
