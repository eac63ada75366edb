package io.barnabas.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.apache.kafka.common.Uuid;

/**
 * A partition on its way to its next state: the one place where partitions change, so that these
 * rules hold whatever changes them.
 *
 * <ul>
 *   <li>The leader is in the in-sync replicas and online, or there is none. Who leads goes on
 *       leading while that is so; else the first assigned replica that is in sync and online; else
 *       one in sync that should lead nothing but still can, as its broker is about to stop or has a
 *       disk that hangs; else the first eligible one (KIP-966), which is then alone in sync; else,
 *       if the topic allows unclean elections, the first one that is online of those that were in
 *       sync last, or else of all, which may lack acknowledged records.
 *   <li>Where one leads that is online, all in-sync replicas are. Where nobody can, they stay as
 *       they are: they are never empty. Only if all of them are in doubt, and others are eligible,
 *       those are in sync instead. If there are no others, the doubt stays as long as nobody leads.
 *   <li>While fewer replicas are in sync than {@code min.insync.replicas} asks for, nothing is
 *       acknowledged, so those that were in sync before still hold all that was: they are the
 *       eligible ones.
 *   <li>The partition epoch grows with each change, and with each proposal of a leader; the leader
 *       epoch with each change of the leader, when an assigned replica goes, and when one is
 *       damaged, so that no leader goes by how far it was.
 *   <li>A replica whose data was found damaged is neither in sync nor eligible if another one is,
 *       and leads nothing, not even uncleanly.
 *   <li>A reassignment is complete when all replicas that stay are in sync.
 * </ul>
 *
 * <p>For one use by one thread.
 */
final class PartitionChange {
  /** How a leader is sought. */
  enum Election {
    /** The present leader stays if it can. */
    ANY,
    /** The preferred leader leads if it can, else as {@link #ANY}. */
    PREFERRED,
    /** As {@link #ANY}, and one that may lack acknowledged records if there is no other. */
    UNCLEAN
  }

  private final Elections elections;
  private final TopicImage topic;
  private final int number;
  private final PartitionImage before;
  private final Set<Integer> doubtful = new HashSet<>();
  private final Set<Integer> distrusted = new HashSet<>();
  private final Map<Integer, Uuid> moved = new HashMap<>();
  private List<Integer> replicas;
  private List<Integer> adding;
  private List<Integer> removing;
  private List<Integer> isr;
  private Election election = Election.ANY;
  private boolean leadingAnew;
  private boolean barrier;

  /**
   * A change of an existing partition.
   *
   * @throws IllegalArgumentException if there is none of this number
   */
  PartitionChange(Elections elections, TopicImage topic, int number) {
    PartitionImage found = topic.partitions().get(number);
    if (found == null) {
      throw new IllegalArgumentException(
          "There is no partition %s-%d".formatted(topic.name(), number));
    }
    this.elections = elections;
    this.topic = topic;
    this.number = number;
    before = found;
    replicas = before.replicas();
    adding = before.addingReplicas();
    removing = before.removingReplicas();
    isr = before.isr();
    if (before.doubted()) {
      isr.forEach(this::distrusting);
    }
  }

  /** These are in sync, as the leader says. */
  PartitionChange inSync(List<Integer> brokers) {
    isr = List.copyOf(brokers);
    return this;
  }

  /**
   * Other replicas are assigned.
   *
   * @param all the preferred leader first; those added and those to be removed are among them
   */
  PartitionChange assign(List<Integer> all, List<Integer> added, List<Integer> toBeRemoved) {
    replicas = List.copyOf(all);
    adding = List.copyOf(added);
    removing = List.copyOf(toBeRemoved);
    return this;
  }

  /** A leader is sought in this way. */
  PartitionChange electing(Election kind) {
    election = kind;
    return this;
  }

  /** A replica is in another directory. */
  PartitionChange inDirectory(int broker, Uuid directory) {
    moved.put(broker, directory);
    return this;
  }

  /** A replica's data was found damaged. */
  PartitionChange losing(int broker) {
    leadingAnew |= !before.isLost(broker);
    return inDirectory(broker, PartitionImage.LOST);
  }

  /** There is a new leader epoch even if the leader stays. */
  PartitionChange leadingAnew() {
    leadingAnew = true;
    return this;
  }

  /**
   * There is a new partition epoch even if all else stays, so that nothing that was decided for the
   * present one is carried out any more.
   */
  PartitionChange asBarrier() {
    barrier = true;
    return this;
  }

  /** What this replica holds is not known, so it is not eligible, nor in sync if another one is. */
  PartitionChange doubting(int broker) {
    doubtful.add(broker);
    return this;
  }

  /** As {@link #doubting}, and until an unclean election it leads nothing that is in no other. */
  PartitionChange distrusting(int broker) {
    distrusted.add(broker);
    return doubting(broker);
  }

  /** The change as a fact; empty if all stays as it is. */
  Optional<Fact> fact() {
    PartitionImage next = next();
    return next.equals(before)
        ? Optional.empty()
        : Optional.of(new Fact.PartitionChanged(topic.id(), number, next));
  }

  /** As {@link #fact}, but only if somebody leads afterwards who did not before. */
  Optional<Fact> electedFact() {
    PartitionImage next = next();
    return next.leader() == before.leader() || next.leader() == PartitionImage.NO_LEADER
        ? Optional.empty()
        : Optional.of(new Fact.PartitionChanged(topic.id(), number, next));
  }

  /** The next state; the same as before if nothing changes. */
  PartitionImage next() {
    completeReassignment();
    Result result = elect(known());
    boolean newEpoch =
        result.leader() != before.leader()
            || !replicas.containsAll(before.replicas())
            || (leadingAnew && result.leader() != PartitionImage.NO_LEADER);
    int leaderEpoch = before.leaderEpoch() + (newEpoch ? 1 : 0);
    PartitionImage same = image(result, leaderEpoch, before.partitionEpoch());
    return same.equals(before) && !barrier
        ? before
        : image(result, leaderEpoch, before.partitionEpoch() + 1);
  }

  /** The in-sync replicas that are still assigned, and beyond doubt if any is. */
  private List<Integer> known() {
    List<Integer> assigned = those(isr, replicas::contains);
    List<Integer> sound = those(assigned, broker -> !isDoubtful(broker));
    if (!sound.isEmpty()) {
      return sound;
    }
    return assigned.isEmpty() ? before.isr() : assigned;
  }

  private record Result(int leader, List<Integer> isr, List<Integer> elr) {}

  private Result elect(List<Integer> known) {
    List<Integer> online = those(known, this::canLead);
    if (!online.isEmpty()) {
      return new Result(leaderAmong(online), online, eligible(online));
    }
    List<Integer> leaving = those(known, this::canLeadStill);
    if (!leaving.isEmpty()) {
      return new Result(leaderAmong(leaving), leaving, eligible(leaving));
    }
    List<Integer> eligible = eligible(known);
    Optional<Integer> other = firstReplica(broker -> eligible.contains(broker) && canLead(broker));
    if (other.isEmpty()) {
      other = firstReplica(broker -> eligible.contains(broker) && canLeadStill(broker));
    }
    if (other.isEmpty() && mayBeUnclean()) {
      other =
          firstReplica(broker -> before.isr().contains(broker) && isOnline(broker))
              .or(() -> firstReplica(this::isOnline));
    }
    return other
        .map(leader -> new Result(leader, List.of(leader), eligible(List.of(leader))))
        .orElseGet(() -> withoutLeader(known, eligible));
  }

  /**
   * Where all in-sync replicas are in doubt, those that are eligible take their place: they hold
   * all that was acknowledged, and are waited for. Else the doubt would be forgotten with this
   * change, and the next one would elect who may lack records.
   */
  private Result withoutLeader(List<Integer> known, List<Integer> eligible) {
    return known.stream().allMatch(this::isDoubtful) && !eligible.isEmpty()
        ? new Result(PartitionImage.NO_LEADER, eligible, eligible(eligible))
        : new Result(PartitionImage.NO_LEADER, known, eligible);
  }

  private int leaderAmong(List<Integer> online) {
    int preferred = replicas.getFirst();
    if (election == Election.PREFERRED && online.contains(preferred)) {
      return preferred;
    }
    return online.contains(before.leader())
        ? before.leader()
        : firstReplica(online::contains).orElseThrow();
  }

  private boolean isDoubtful(int broker) {
    return doubtful.contains(broker) || directoryOf(broker).equals(PartitionImage.LOST);
  }

  private boolean canLead(int broker) {
    return !isDoubtful(broker) && isOnline(broker);
  }

  private boolean canLeadStill(int broker) {
    return !isDoubtful(broker) && elections.isThere(broker, directoryOf(broker));
  }

  private boolean isOnline(int broker) {
    return elections.isOnline(broker, directoryOf(broker));
  }

  private Uuid directoryOf(int broker) {
    return moved.getOrDefault(broker, before.directoryOf(broker));
  }

  private boolean mayBeUnclean() {
    return election == Election.UNCLEAN || elections.rules(topic).unclean();
  }

  /** Who holds all that was acknowledged without being in sync, if these are in sync. */
  private List<Integer> eligible(List<Integer> inSync) {
    int minimum = Math.min(elections.rules(topic).minInsyncReplicas(), replicas.size());
    if (inSync.size() >= minimum) {
      return List.of();
    }
    return those(
        replicas,
        broker ->
            (before.elr().contains(broker) || before.isr().contains(broker))
                && !inSync.contains(broker)
                && !isDoubtful(broker));
  }

  private void completeReassignment() {
    if (adding.isEmpty() && removing.isEmpty()) {
      return;
    }
    List<Integer> target = those(replicas, broker -> !removing.contains(broker));
    List<Integer> inSync = those(isr, target::contains);
    if (!inSync.isEmpty() && inSync.containsAll(target)) {
      replicas = target;
      isr = inSync;
      adding = List.of();
      removing = List.of();
    }
  }

  private PartitionImage image(Result result, int leaderEpoch, int partitionEpoch) {
    return new PartitionImage(
        replicas,
        directories(),
        result.isr(),
        result.elr(),
        List.of(),
        adding,
        removing,
        result.leader(),
        leaderEpoch,
        partitionEpoch,
        result.leader() == PartitionImage.NO_LEADER && distrusted.containsAll(result.isr()));
  }

  private List<Uuid> directories() {
    if (replicas.equals(before.replicas()) && moved.isEmpty()) {
      return before.directories();
    }
    List<Uuid> directories = new ArrayList<>();
    for (int broker : replicas) {
      Uuid known =
          before.replicas().contains(broker)
              ? before.directoryOf(broker)
              : elections.onlyDirectory(broker);
      directories.add(moved.getOrDefault(broker, known));
    }
    return directories.stream().allMatch(PartitionImage.UNASSIGNED::equals)
        ? List.of()
        : directories;
  }

  private Optional<Integer> firstReplica(IntPredicate condition) {
    for (int broker : replicas) {
      if (condition.test(broker)) {
        return Optional.of(broker);
      }
    }
    return Optional.empty();
  }

  private static List<Integer> those(List<Integer> brokers, IntPredicate condition) {
    List<Integer> found = new ArrayList<>(brokers.size());
    for (int broker : brokers) {
      if (condition.test(broker)) {
        found.add(broker);
      }
    }
    return found;
  }
}
