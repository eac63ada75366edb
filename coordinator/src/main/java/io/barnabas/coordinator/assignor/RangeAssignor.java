package io.barnabas.coordinator.assignor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * Gives each member a range of neighbouring partitions of each topic, and the same numbers of all
 * topics that the same members read, so that these can be joined. Members keep their order from one
 * assignment to the next, and newcomers come last.
 */
public final class RangeAssignor implements Assignor {
  static final String NAME = "range";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Map<String, NavigableSet<PartitionId>> assign(AssignorInput input) {
    Map<String, NavigableSet<PartitionId>> shares = input.emptyShares();
    topicsByReaders(input)
        .forEach(
            (readers, topics) -> {
              List<String> inOrder = inOrder(input, readers, topics);
              topics.forEach(
                  topic -> assign(topic, Known.in(input.partitions(), topic), inOrder, shares));
            });
    return shares;
  }

  /** Topics that the same members read are assigned in the same way. */
  private static Map<List<String>, List<Uuid>> topicsByReaders(AssignorInput input) {
    Map<Uuid, List<String>> readers = new TreeMap<>();
    input
        .members()
        .forEach(
            (id, member) -> {
              for (Uuid topic : member.topics()) {
                if (input.partitions().containsKey(topic)) {
                  readers.computeIfAbsent(topic, _ -> new ArrayList<>()).add(id);
                }
              }
            });
    Map<List<String>, List<Uuid>> topics = new LinkedHashMap<>();
    readers.forEach((topic, ids) -> topics.computeIfAbsent(ids, _ -> new ArrayList<>()).add(topic));
    return topics;
  }

  private static List<String> inOrder(
      AssignorInput input, List<String> readers, List<Uuid> topics) {
    Map<String, Integer> places = new TreeMap<>();
    for (String id : readers) {
      int place =
          Known.in(input.members(), id).before().stream()
              .filter(partition -> topics.contains(partition.topic()))
              .mapToInt(PartitionId::number)
              .min()
              .orElse(Integer.MAX_VALUE);
      places.put(id, place);
    }
    Comparator<String> byPlace = Comparator.comparing(places::get);
    Comparator<String> byName =
        Comparator.comparing(id -> Known.in(input.members(), id).instanceId().orElse(""));
    return readers.stream()
        .sorted(byPlace.thenComparing(byName).thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static void assign(
      Uuid topic,
      int partitions,
      List<String> readers,
      Map<String, NavigableSet<PartitionId>> shares) {
    int least = partitions / readers.size();
    int more = partitions % readers.size();
    int next = 0;
    for (int i = 0; i < readers.size(); i++) {
      NavigableSet<PartitionId> share = Known.in(shares, readers.get(i));
      int end = next + least + (i < more ? 1 : 0);
      for (; next < end; next++) {
        share.add(new PartitionId(topic, next));
      }
    }
  }
}
