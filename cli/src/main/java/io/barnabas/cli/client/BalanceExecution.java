package io.barnabas.cli.client;

import io.barnabas.cli.Sentences;
import io.barnabas.cli.text.Amounts;
import io.barnabas.metadata.BalancePlan.Move;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.TopicPartition;

/** Carries out a plan, some partitions at a time, and says how far it is. */
final class BalanceExecution {
  /** After so many looks it is said how much is copied. */
  private static final int LOOKS = 8;

  private final MovingCluster cluster;
  private final Throttle throttle;
  private final Consumer<String> progress;

  /**
   * An execution.
   *
   * @param progress is given a line whenever there is something to tell
   */
  BalanceExecution(MovingCluster cluster, Throttle throttle, Consumer<String> progress) {
    this.cluster = cluster;
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
    awaitArrival(underWay, 0, moving.size());
    for (int done = 0; done < moves.size(); done += atOnce) {
      List<Move> next = moves.subList(done, Math.min(moves.size(), done + atOnce));
      List<Throttle.Copying> copies = next.stream().map(BalanceExecution::copying).toList();
      throttle.add(copies);
      Map<TopicPartition, List<Integer>> targets = new LinkedHashMap<>();
      next.forEach(move -> targets.put(move.id(), move.to()));
      cluster.move(targets);
      awaitArrival(copies, done, moves.size());
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

  private void awaitArrival(List<Throttle.Copying> copies, int doneBefore, int of) {
    List<Throttle.Copying> waiting = new ArrayList<>(copies);
    int done = doneBefore;
    for (int look = 1; !waiting.isEmpty(); look++) {
      Set<TopicPartition> asked = new HashSet<>();
      waiting.forEach(copying -> asked.add(copying.id()));
      Set<TopicPartition> moving = cluster.moving(asked).keySet();
      for (Throttle.Copying copying : List.copyOf(waiting)) {
        if (!moving.contains(copying.id())) {
          waiting.remove(copying);
          done++;
          progress.accept("%s is where it should be (%d of %d)".formatted(copying.id(), done, of));
        }
      }
      if (!waiting.isEmpty()) {
        if (look % LOOKS == 0) {
          tellCopied(waiting);
        }
        cluster.pause();
      }
    }
  }

  /** The longest copy of a partition that there is tells how long another one will be. */
  private void tellCopied(List<Throttle.Copying> waiting) {
    Set<Integer> nodes = new TreeSet<>();
    waiting.forEach(
        copying -> {
          nodes.addAll(copying.senders());
          nodes.addAll(copying.receivers());
        });
    Map<Integer, Map<TopicPartition, Long>> sizes = cluster.sizes(nodes);
    long copied = 0;
    long of = 0;
    for (Throttle.Copying copying : waiting) {
      long whole =
          nodes.stream().mapToLong(node -> size(sizes, node, copying.id())).max().orElse(0);
      of += whole * copying.receivers().size();
      for (int receiver : copying.receivers()) {
        copied += size(sizes, receiver, copying.id());
      }
    }
    progress.accept(
        "%s of %s copied, %s under way"
            .formatted(
                Amounts.bytes(copied),
                Amounts.bytes(of),
                Amounts.count(waiting.size(), "partition")));
  }

  private static long size(
      Map<Integer, Map<TopicPartition, Long>> sizes, int node, TopicPartition id) {
    return sizes.getOrDefault(node, Map.of()).getOrDefault(id, 0L);
  }

  private void electPreferred(Set<TopicPartition> partitions) {
    cluster
        .electPreferred(partitions)
        .forEach(
            (id, reason) ->
                progress.accept(
                    "%s is not led by its preferred leader: %s"
                        .formatted(id, Sentences.of(reason))));
  }
}
