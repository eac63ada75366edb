package io.barnabas.coordinator.assignor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * Gives all members as many partitions, to within one where all have subscribed to the same topics,
 * and has them keep what they had as far as that allows it.
 */
public final class UniformAssignor implements Assignor {
  static final String NAME = "uniform";

  /** Far more than it takes to come to an end as a rule; the next assignment goes on from there. */
  private static final int MOST_PASSES = 50;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, NavigableSet<PartitionId>> assign(AssignorInput input) {
    Map<String, NavigableSet<PartitionId>> shares = input.emptyShares();
    if (shares.isEmpty()) {
      return shares;
    }
    Map<PartitionId, String> owners = new TreeMap<>();
    input
        .members()
        .forEach(
            (id, member) ->
                member.before().stream()
                    .filter(partition -> input.mayHave(member, partition))
                    .forEach(partition -> owners.putIfAbsent(partition, id)));
    owners.forEach((partition, id) -> Known.in(shares, id).add(partition));
    if (input.isHomogeneous()) {
      shareEqually(input, shares, owners);
    } else {
      shareAsMayBe(input, shares, owners);
    }
    return shares;
  }

  private static void shareEqually(
      AssignorInput input,
      Map<String, NavigableSet<PartitionId>> shares,
      Map<PartitionId, String> owners) {
    List<PartitionId> all = new ArrayList<>(input.all());
    AssignorInput.Member any = input.members().firstEntry().getValue();
    all.removeIf(partition -> !input.mayHave(any, partition));
    int least = all.size() / shares.size();
    int more = all.size() % shares.size();
    for (NavigableSet<PartitionId> share : shares.values()) {
      boolean keepsMore = share.size() > least && more > 0;
      more -= keepsMore ? 1 : 0;
      while (share.size() > least + (keepsMore ? 1 : 0)) {
        owners.remove(share.pollLast());
      }
    }
    Deque<PartitionId> left = new ArrayDeque<>(all);
    left.removeIf(owners::containsKey);
    for (NavigableSet<PartitionId> share : shares.values()) {
      boolean getsMore = share.size() <= least && more > 0;
      more -= getsMore ? 1 : 0;
      while (share.size() < least + (getsMore ? 1 : 0)) {
        share.add(left.removeFirst());
      }
    }
  }

  // --- members with different subscriptions

  /**
   * Takes time in proportion to the partitions, and to the subscriptions of all members, but for a
   * logarithm: as many members as a group may have do not hold up others for long.
   */
  private static void shareAsMayBe(
      AssignorInput input,
      Map<String, NavigableSet<PartitionId>> shares,
      Map<PartitionId, String> owners) {
    Map<Uuid, List<String>> readers = new HashMap<>();
    input
        .members()
        .forEach(
            (id, member) ->
                member
                    .topics()
                    .forEach(
                        topic -> readers.computeIfAbsent(topic, _ -> new ArrayList<>()).add(id)));
    // What few can have first, so that those who can have other things as well are free for them.
    List<Uuid> topics =
        input.partitions().keySet().stream()
            .filter(readers::containsKey)
            .sorted(
                Comparator.<Uuid>comparingInt(topic -> Known.in(readers, topic).size())
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    Map<Uuid, List<PartitionId>> partitions = new HashMap<>();
    for (PartitionId partition : input.all()) {
      partitions.computeIfAbsent(partition.topic(), _ -> new ArrayList<>()).add(partition);
    }
    for (Uuid topic : topics) {
      Readers all = new Readers(Known.in(readers, topic), shares, owners);
      partitions.getOrDefault(topic, List.of()).forEach(all::giveIfNobodys);
    }
    boolean moved = true;
    for (int pass = 0; moved && pass < MOST_PASSES; pass++) {
      moved = false;
      for (Uuid topic : topics) {
        Readers all = new Readers(Known.in(readers, topic), shares, owners);
        for (PartitionId partition : partitions.getOrDefault(topic, List.of())) {
          moved |= all.move(partition);
        }
      }
    }
  }

  /**
   * Those who read one topic, by how much they have of all topics; while nobody else changes it.
   */
  private static final class Readers {
    /** One of them. */
    private record Load(int size, String id) {}

    private final Map<String, NavigableSet<PartitionId>> shares;
    private final Map<PartitionId, String> owners;
    private final NavigableSet<Load> loads =
        new TreeSet<>(Comparator.comparingInt(Load::size).thenComparing(Load::id));

    Readers(
        List<String> ids,
        Map<String, NavigableSet<PartitionId>> shares,
        Map<PartitionId, String> owners) {
      this.shares = shares;
      this.owners = owners;
      ids.forEach(id -> loads.add(load(id)));
    }

    private Load load(String id) {
      return new Load(Known.in(shares, id).size(), id);
    }

    void giveIfNobodys(PartitionId partition) {
      if (!owners.containsKey(partition)) {
        give(partition, loads.first().id());
      }
    }

    private void give(PartitionId partition, String id) {
      loads.remove(load(id));
      Known.in(shares, id).add(partition);
      loads.add(load(id));
      owners.put(partition, id);
    }

    /** Each move makes the sum of the squares of all sizes smaller, so there is an end. */
    boolean move(PartitionId partition) {
      String owner = Known.in(owners, partition);
      Load idlest = loads.first();
      if (Known.in(shares, owner).size() - idlest.size() < 2) {
        return false;
      }
      loads.remove(load(owner));
      Known.in(shares, owner).remove(partition);
      loads.add(load(owner));
      give(partition, idlest.id());
      return true;
    }
  }
}
