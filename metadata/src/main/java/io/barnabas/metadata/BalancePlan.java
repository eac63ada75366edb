package io.barnabas.metadata;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/**
 * Which partitions should be on other brokers, and why: so that each broker has about as many
 * replicas as any other and leads about as many partitions, and no partition has more replicas in a
 * rack than it must. The same input gives the same plan, whatever its order.
 *
 * @param moves what to change, in the order in which it was found worthwhile
 * @param before what each broker has now, by id
 * @param after what each broker has when all moves are made, by id
 * @param isWhole whether nothing remains to be evened out after these moves; otherwise the limit
 *     was reached
 */
public record BalancePlan(List<Move> moves, List<Load> before, List<Load> after, boolean isWhole) {
  /** Copies the lists. */
  public BalancePlan {
    moves = List.copyOf(moves);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /**
   * Plans.
   *
   * @param partitions all of the cluster; one that is on its way counts where it goes, and is left
   *     alone
   * @param maxMoves at most so many partitions change
   */
  public static BalancePlan of(
      Collection<Broker> brokers, Collection<Partition> partitions, int maxMoves) {
    return new Balancing(brokers, partitions, maxMoves).plan();
  }

  /**
   * A broker that is a member.
   *
   * @param isActive whether it can be given replicas; what it has stays on it if it cannot
   */
  public record Broker(int id, Optional<String> rack, boolean isActive) {}

  /**
   * A partition as it is.
   *
   * @param replicas the preferred leader first
   */
  public record Partition(TopicPartition id, List<Integer> replicas, boolean isMoving) {
    /** Copies the list. */
    public Partition {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * A partition's change.
   *
   * @param reasons a clause for each thing that it mends
   */
  public record Move(
      TopicPartition id, List<Integer> from, List<Integer> to, List<String> reasons) {
    /** Copies the lists. */
    public Move {
      from = List.copyOf(from);
      to = List.copyOf(to);
      reasons = List.copyOf(reasons);
    }

    /** The brokers that get the partition's data. */
    public List<Integer> added() {
      return to.stream().filter(broker -> !from.contains(broker)).toList();
    }

    /** The brokers that need it no longer. */
    public List<Integer> removed() {
      return from.stream().filter(broker -> !to.contains(broker)).toList();
    }
  }

  /**
   * What a broker has.
   *
   * @param leaders of how many partitions it is the preferred leader
   */
  public record Load(int broker, Optional<String> rack, int replicas, int leaders) {}
}
