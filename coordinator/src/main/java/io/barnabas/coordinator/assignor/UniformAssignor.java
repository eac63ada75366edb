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
import org.apache.kafka.common.Uuid;

/**
 * Gives all members as many partitions, to within one where all have subscribed to the same topics,
 * and has them keep what they had as far as that allows it.
 */
public final class UniformAssignor implements Assignor {
  static final String NAME = "uniform";

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
    List<PartitionId> all =
        input.all().stream()
            .filter(partition -> readers.containsKey(partition.topic()))
            .sorted(
                Comparator.<PartitionId>comparingInt(
                        partition -> Known.in(readers, partition.topic()).size())
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    for (PartitionId partition : all) {
      if (!owners.containsKey(partition)) {
        give(partition, idlest(Known.in(readers, partition.topic()), shares), shares, owners);
      }
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (PartitionId partition : all) {
        moved |= move(partition, Known.in(readers, partition.topic()), shares, owners);
      }
    }
  }

  private static void give(
      PartitionId partition,
      String id,
      Map<String, NavigableSet<PartitionId>> shares,
      Map<PartitionId, String> owners) {
    Known.in(shares, id).add(partition);
    owners.put(partition, id);
  }

  private static String idlest(
      List<String> readers, Map<String, NavigableSet<PartitionId>> shares) {
    return readers.stream()
        .min(Comparator.comparingInt(id -> Known.in(shares, id).size()))
        .orElseThrow(() -> new IllegalStateException("a topic that nobody reads"));
  }

  /** Each move makes the sum of the squares of all sizes smaller, so there is an end. */
  private static boolean move(
      PartitionId partition,
      List<String> readers,
      Map<String, NavigableSet<PartitionId>> shares,
      Map<PartitionId, String> owners) {
    String owner = Known.in(owners, partition);
    String other = idlest(readers, shares);
    if (Known.in(shares, owner).size() - Known.in(shares, other).size() < 2) {
      return false;
    }
    Known.in(shares, owner).remove(partition);
    give(partition, other, shares, owners);
    return true;
  }
}
