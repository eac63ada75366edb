package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A partition on its way from some brokers to others. While it is, all of them have replicas.
 *
 * @param replicas all, those that are wanted first and in the wanted order
 * @param adding those that were none before the first reassignment that is still under way
 * @param removing those that are none any longer when it is complete
 */
record Reassignment(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
  /** Copies the lists. */
  Reassignment {
    replicas = List.copyOf(replicas);
    adding = List.copyOf(adding);
    removing = List.copyOf(removing);
  }

  /**
   * The replicas that a partition had before it was reassigned, and has again if that is undone.
   */
  static List<Integer> original(PartitionImage partition) {
    return without(partition.replicas(), partition.addingReplicas());
  }

  /** The replicas that a partition has when its reassignment is complete. */
  static List<Integer> wanted(PartitionImage partition) {
    return without(partition.replicas(), partition.removingReplicas());
  }

  /**
   * The way to a new target. A replica that an earlier target added and this one does not want is
   * dropped at once, unless it is in sync: then it stays until the new ones are, so that records
   * never have fewer copies for the sake of a change of mind. It is adding and removing then.
   */
  static Reassignment of(PartitionImage partition, List<Integer> target) {
    List<Integer> original = original(partition);
    Set<Integer> staying = new LinkedHashSet<>(original);
    partition.addingReplicas().stream()
        .filter(id -> partition.isr().contains(id))
        .forEach(staying::add);
    List<Integer> removing = without(new ArrayList<>(staying), target);
    Set<Integer> all = new LinkedHashSet<>(target);
    all.addAll(removing);
    List<Integer> replicas = List.copyOf(all);
    List<Integer> adding = without(replicas, original).stream().sorted().toList();
    return new Reassignment(replicas, adding, removing);
  }

  private static List<Integer> without(List<Integer> from, List<Integer> those) {
    return from.stream().filter(id -> !those.contains(id)).toList();
  }
}
