package io.barnabas.coordinator.group;

import io.barnabas.coordinator.assignor.PartitionId;
import io.barnabas.metadata.ClusterImage;
import java.util.Collections;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * A group of the consumer protocol (KIP-848). Each change of its members or of what they read
 * begins an epoch; for that a target is computed, which says what each member is to have; and each
 * member comes to its target by its own heartbeats, first giving up what is no longer its own.
 * Immutable.
 *
 * @param epoch grows with each change
 * @param metadataHash of the topics that were looked at for that epoch
 * @param assignmentEpoch the epoch that the targets are made for
 * @param assignedMs when, by the wall clock
 * @param members by id
 * @param targets by the members' ids
 * @param regexes by their text, those that members have
 * @param looked at which topics it was last, which lasts as long as the leadership
 */
record ConsumerGroup(
    String id,
    int epoch,
    long metadataHash,
    int assignmentEpoch,
    long assignedMs,
    PSortedMap<String, ConsumerMember> members,
    PMap<String, NavigableSet<PartitionId>> targets,
    PMap<String, ResolvedRegex> regexes,
    Optional<Looked> looked)
    implements Group {
  /** How groups of this protocol are called where groups have types, and what they are for. */
  static final String TYPE = "consumer";

  /**
   * The names that a regular expression matches.
   *
   * @param version of the cluster's image that was looked at
   * @param resolvedMs when, by the wall clock
   */
  record ResolvedRegex(Set<String> topics, long version, long resolvedMs) {
    ResolvedRegex {
      topics = Collections.unmodifiableSortedSet(new TreeSet<>(topics));
    }
  }

  /** As the protocol names them. */
  enum State {
    EMPTY("Empty"),
    ASSIGNING("Assigning"),
    RECONCILING("Reconciling"),
    STABLE("Stable");

    private final String text;

    State(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** A group that has never had members. */
  static ConsumerGroup empty(String id) {
    return new ConsumerGroup(
        id,
        0,
        0,
        0,
        0,
        TreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        Optional.empty());
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public String purpose() {
    return TYPE;
  }

  @Override
  public String stateText() {
    return state().toString();
  }

  @Override
  public boolean isVacant() {
    return members.isEmpty();
  }

  State state() {
    if (members.isEmpty()) {
      return State.EMPTY;
    } else if (epoch > assignmentEpoch) {
      return State.ASSIGNING;
    }
    return members.values().stream()
            .allMatch(each -> each.current().isReconciledTo(assignmentEpoch))
        ? State.STABLE
        : State.RECONCILING;
  }

  Optional<ConsumerMember> member(String memberId) {
    return Optional.ofNullable(members.get(memberId));
  }

  Optional<ConsumerMember> staticMember(String instanceId) {
    return members.values().stream()
        .filter(each -> each.metadata().instanceId().equals(Optional.of(instanceId)))
        .findFirst();
  }

  /** What a member is to have. */
  NavigableSet<PartitionId> targetOf(String memberId) {
    NavigableSet<PartitionId> target = targets.get(memberId);
    return target == null ? Collections.emptyNavigableSet() : target;
  }

  /** The names of all topics that a member reads, whether they are there or not. */
  Set<String> topicsOf(ConsumerMember member) {
    Set<String> names = new HashSet<>(member.metadata().topics());
    member
        .metadata()
        .regex()
        .map(regexes::get)
        .ifPresent(resolved -> names.addAll(resolved.topics()));
    return names;
  }

  /** The names of all topics that any member reads. */
  Set<String> topics() {
    Set<String> names = new TreeSet<>();
    members.values().forEach(member -> names.addAll(topicsOf(member)));
    return names;
  }

  /** What is anybody's but this member's, in whatever way. */
  Set<PartitionId> heldByOthers(String memberId) {
    Set<PartitionId> held = new HashSet<>();
    for (ConsumerMember member : members.values()) {
      if (!member.id().equals(memberId)) {
        held.addAll(member.current().assigned().keySet());
        held.addAll(member.current().revoking().keySet());
      }
    }
    return held;
  }

  /** Whether some member subscribes by this regular expression. */
  boolean uses(String regex) {
    return members.values().stream()
        .anyMatch(member -> member.metadata().regex().equals(Optional.of(regex)));
  }

  // --- changes

  ConsumerGroup in(int nextEpoch, long hash) {
    return new ConsumerGroup(
        id, nextEpoch, hash, assignmentEpoch, assignedMs, members, targets, regexes, looked);
  }

  ConsumerGroup assigned(int forEpoch, long nowMs) {
    return new ConsumerGroup(
        id, epoch, metadataHash, forEpoch, nowMs, members, targets, regexes, looked);
  }

  ConsumerGroup with(ConsumerMember changed) {
    return withMembers(members.plus(changed.id(), changed));
  }

  ConsumerGroup without(String memberId) {
    return withMembers(members.minus(memberId));
  }

  private ConsumerGroup withMembers(PSortedMap<String, ConsumerMember> changed) {
    return new ConsumerGroup(
        id,
        epoch,
        metadataHash,
        assignmentEpoch,
        assignedMs,
        changed,
        targets,
        regexes,
        // Nobody reads anything, and what was looked at is a whole image.
        changed.isEmpty() ? Optional.empty() : looked);
  }

  /** An image, or the newer one that was looked at already: commands overtake each other. */
  ClusterImage newest(ClusterImage image) {
    return looked.map(Looked::image).filter(seen -> seen.version() > image.version()).orElse(image);
  }

  ConsumerGroup withTarget(String memberId, NavigableSet<PartitionId> target) {
    return withTargets(
        targets.plus(memberId, Collections.unmodifiableNavigableSet(new TreeSet<>(target))));
  }

  ConsumerGroup withoutTarget(String memberId) {
    return withTargets(targets.minus(memberId));
  }

  private ConsumerGroup withTargets(PMap<String, NavigableSet<PartitionId>> changed) {
    return new ConsumerGroup(
        id, epoch, metadataHash, assignmentEpoch, assignedMs, members, changed, regexes, looked);
  }

  ConsumerGroup withRegexes(PMap<String, ResolvedRegex> changed) {
    return new ConsumerGroup(
        id, epoch, metadataHash, assignmentEpoch, assignedMs, members, targets, changed, looked);
  }

  ConsumerGroup looking(Looked at) {
    return new ConsumerGroup(
        id,
        epoch,
        metadataHash,
        assignmentEpoch,
        assignedMs,
        members,
        targets,
        regexes,
        Optional.of(at));
  }
}
