package io.barnabas.conformance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Which member owns which partition now, as the members were told: from the moment on that they
 * were given it to the one when they have given it up, or know that they have lost it. For any
 * thread.
 */
final class Ownership {
  private final Map<TopicPartition, String> owners = new HashMap<>();

  /** Those that do not hear that they have lost something. */
  private final Set<String> heldUp = new HashSet<>();

  private final List<String> conflicts = new ArrayList<>();
  private int claims;
  private int names;

  /** A name for a member. */
  synchronized String newName() {
    return "member-" + names++;
  }

  /** A member was given these; a conflict if another one still has them that could know better. */
  synchronized void claim(String member, Collection<TopicPartition> partitions) {
    claims += partitions.size();
    for (TopicPartition partition : partitions) {
      String owner = owners.put(partition, member);
      if (owner != null && !owner.equals(member) && !heldUp.contains(owner)) {
        conflicts.add("%s is given to %s while %s has it".formatted(partition, member, owner));
      }
    }
  }

  /** A member has these no more. */
  synchronized void release(String member, Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> owners.remove(partition, member));
  }

  /** A member has nothing any more. */
  synchronized void releaseAll(String member) {
    owners.values().removeIf(member::equals);
  }

  /** A member does not listen from now on: what it has may be given to others. */
  synchronized void holdUp(String member) {
    heldUp.add(member);
  }

  /** A member hears again what it has. */
  synchronized void goOn(String member) {
    heldUp.remove(member);
  }

  /** How many partitions were given to members in all. */
  synchronized int size() {
    return claims;
  }

  /** The partitions that two members owned at once. */
  synchronized List<String> conflicts() {
    return List.copyOf(conflicts);
  }
}
