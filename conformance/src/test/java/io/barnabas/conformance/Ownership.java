package io.barnabas.conformance;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;

/** Who owned which partitions in which generation (or member epoch). For any thread. */
final class Ownership {
  private record Place(int generation, TopicPartition partition) {}

  private final ConcurrentMap<Place, String> owners = new ConcurrentHashMap<>();
  private final Queue<String> conflicts = new ConcurrentLinkedQueue<>();

  /** A member says what it owns; nothing if it is in no generation. */
  void claim(int generation, String member, Collection<TopicPartition> partitions) {
    if (generation <= 0) {
      return;
    }
    for (TopicPartition partition : partitions) {
      String owner = owners.putIfAbsent(new Place(generation, partition), member);
      if (owner != null && !owner.equals(member)) {
        conflicts.add("%s in %d: %s and %s".formatted(partition, generation, owner, member));
      }
    }
  }

  /** How many claims there were. */
  int size() {
    return owners.size();
  }

  /** The partitions that two members owned at once. */
  List<String> conflicts() {
    return List.copyOf(conflicts);
  }
}
