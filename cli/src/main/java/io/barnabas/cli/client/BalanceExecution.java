package io.barnabas.cli.client;

import io.barnabas.cli.Sentences;
import io.barnabas.metadata.BalancePlan.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;

/** Carries out a plan, some partitions at a time, and says how far it is. */
final class BalanceExecution {
  private static final long PAUSE_MS = 250;

  private final Admin admin;
  private final Throttle throttle;
  private final Consumer<String> progress;

  /**
   * An execution.
   *
   * @param progress is given a line whenever there is something to tell
   */
  BalanceExecution(Admin admin, Throttle throttle, Consumer<String> progress) {
    this.admin = admin;
    this.throttle = throttle;
    this.progress = progress;
  }

  /** The replicas that a partition has when it has arrived. */
  static List<Integer> target(PartitionReassignment way) {
    return way.replicas().stream().filter(id -> !way.removingReplicas().contains(id)).toList();
  }

  /**
   * Waits for those that are on their way already, then moves, and takes away the throttle.
   *
   * @param moving those that are on their way
   */
  void run(List<Move> moves, Map<TopicPartition, PartitionReassignment> moving, int atOnce) {
    List<Throttle.Copying> underWay =
        moving.entrySet().stream().map(e -> copying(e.getKey(), e.getValue())).toList();
    throttle.add(underWay);
    awaitArrival(new HashSet<>(moving.keySet()), 0, moving.size());
    for (int done = 0; done < moves.size(); done += atOnce) {
      List<Move> next = moves.subList(done, Math.min(moves.size(), done + atOnce));
      throttle.add(next.stream().map(BalanceExecution::copying).toList());
      Map<TopicPartition, Optional<NewPartitionReassignment>> targets = new LinkedHashMap<>();
      next.forEach(
          move -> targets.put(move.id(), Optional.of(new NewPartitionReassignment(move.to()))));
      Cluster.await(admin.alterPartitionReassignments(targets).all());
      awaitArrival(new HashSet<>(targets.keySet()), done, moves.size());
      electPreferred(targets.keySet());
    }
    throttle.remove(underWay);
    progress.accept("The cluster is balanced.");
  }

  private static Throttle.Copying copying(Move move) {
    return new Throttle.Copying(move.id(), move.from(), move.added());
  }

  private static Throttle.Copying copying(TopicPartition id, PartitionReassignment way) {
    List<Integer> senders = new ArrayList<>(way.replicas());
    senders.removeAll(way.addingReplicas());
    return new Throttle.Copying(id, senders, way.addingReplicas());
  }

  private void awaitArrival(Set<TopicPartition> waiting, int doneBefore, int of) {
    int done = doneBefore;
    while (!waiting.isEmpty()) {
      Map<TopicPartition, PartitionReassignment> underWay =
          Cluster.await(admin.listPartitionReassignments(waiting).reassignments());
      for (TopicPartition id : List.copyOf(waiting)) {
        if (!underWay.containsKey(id)) {
          waiting.remove(id);
          done++;
          progress.accept("%s is where it should be (%d of %d)".formatted(id, done, of));
        }
      }
      if (!waiting.isEmpty()) {
        pause();
      }
    }
  }

  /** A partition whose preferred leader leads already is no failure. */
  private void electPreferred(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Throwable> failures = new HashMap<>();
    Cluster.await(admin.electLeaders(ElectionType.PREFERRED, Set.copyOf(partitions)).partitions())
        .forEach((id, failure) -> failure.ifPresent(reason -> failures.put(id, reason)));
    failures.values().removeIf(ElectionNotNeededException.class::isInstance);
    failures.forEach(
        (id, reason) ->
            progress.accept(
                "%s is not led by its preferred leader: %s".formatted(id, Sentences.of(reason))));
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }
}
