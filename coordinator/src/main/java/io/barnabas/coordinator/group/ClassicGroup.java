package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import io.barnabas.coordinator.group.ClassicMember.Protocol;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.pcollections.HashTreePSet;
import org.pcollections.PSet;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * A group of the classic protocol, or one that has nothing but offsets. Immutable.
 *
 * <pre>
 *   EMPTY ----- somebody joins -----&gt; PREPARING
 *   PREPARING - all have joined, or it took too long -&gt; COMPLETING, or EMPTY if nobody is left
 *   COMPLETING - the leader brings the assignment ----&gt; STABLE
 *   COMPLETING, STABLE - somebody joins or leaves ----&gt; PREPARING
 * </pre>
 *
 * @param protocolType what the group is for; empty if it has never had members
 * @param generation how often it has rebalanced
 * @param protocol which of the members' protocols was chosen
 * @param leader the member that assigns
 * @param members by id
 * @param pendingJoin the ids that were given to newcomers which have not come back with them
 * @param pendingSync the members that have not asked for their assignment
 * @param gathering how a group that was empty waits for more; only while it is being prepared
 * @param stateSinceMs by the wall clock; -1 if it is not known
 */
record ClassicGroup(
    String id,
    State state,
    Optional<String> protocolType,
    int generation,
    Optional<String> protocol,
    Optional<String> leader,
    PSortedMap<String, ClassicMember> members,
    PSet<String> pendingJoin,
    PSet<String> pendingSync,
    Optional<Gathering> gathering,
    long stateSinceMs)
    implements Group {
  /** How groups of this protocol are called where groups have types. */
  static final String TYPE = "classic";

  /** As the protocol names them. */
  enum State {
    EMPTY("Empty"),
    PREPARING("PreparingRebalance"),
    COMPLETING("CompletingRebalance"),
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

  /**
   * How long newcomers may still make others wait.
   *
   * @param delayMs the wait under way
   * @param leftMs after that
   * @param hasNewcomers whether somebody came during that wait
   */
  record Gathering(int delayMs, int leftMs, boolean hasNewcomers) {}

  /** A group without members. */
  static ClassicGroup empty(String id) {
    return new ClassicGroup(
        id,
        State.EMPTY,
        Optional.empty(),
        0,
        Optional.empty(),
        Optional.empty(),
        TreePMap.empty(),
        HashTreePSet.empty(),
        HashTreePSet.empty(),
        Optional.empty(),
        -1);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public String purpose() {
    return protocolType.orElse("");
  }

  @Override
  public String stateText() {
    return state.toString();
  }

  @Override
  public boolean isVacant() {
    return is(State.EMPTY);
  }

  boolean is(State asked) {
    return state == asked;
  }

  Optional<ClassicMember> member(String memberId) {
    return Optional.ofNullable(members.get(memberId));
  }

  Optional<ClassicMember> staticMember(String instanceId) {
    return members.values().stream()
        .filter(each -> each.instanceId().equals(Optional.of(instanceId)))
        .findFirst();
  }

  boolean isLeader(String memberId) {
    return leader.equals(Optional.of(memberId));
  }

  boolean isConsumerGroup() {
    return protocolType.equals(Optional.of("consumer"));
  }

  boolean allHaveJoined() {
    return pendingJoin.isEmpty() && members.values().stream().allMatch(ClassicMember::awaitsJoin);
  }

  long awaitingJoin() {
    return members.values().stream().filter(ClassicMember::awaitsJoin).count();
  }

  /** How long the most patient member lets others wait. */
  int rebalanceTimeoutMs() {
    return members.values().stream().mapToInt(ClassicMember::rebalanceTimeoutMs).max().orElse(0);
  }

  /** Whether somebody who can do these could be a member. */
  boolean fits(String type, Collection<Protocol> offered) {
    if (is(State.EMPTY) || members.isEmpty()) {
      return !type.isEmpty() && !offered.isEmpty();
    }
    Set<String> common = commonProtocols();
    return protocolType.equals(Optional.of(type))
        && offered.stream().anyMatch(each -> common.contains(each.name()));
  }

  private Set<String> commonProtocols() {
    Set<String> common = new HashSet<>();
    boolean first = true;
    for (ClassicMember member : members.values()) {
      List<String> names = member.protocols().stream().map(Protocol::name).toList();
      if (first) {
        common.addAll(names);
        first = false;
      } else {
        common.retainAll(names);
      }
    }
    return common;
  }

  /** The protocol that most members like best of those that all know. */
  String chooseProtocol() {
    Set<String> common = commonProtocols();
    Map<String, Integer> votes = new HashMap<>();
    for (ClassicMember member : members.values()) {
      member.protocols().stream()
          .map(Protocol::name)
          .filter(common::contains)
          .findFirst()
          .ifPresent(name -> votes.merge(name, 1, Integer::sum));
    }
    return votes.entrySet().stream()
        .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
        .orElseThrow(() -> new IllegalStateException("no protocol that all members know"))
        .getKey();
  }

  /** What is wrong with a request of somebody who says who he is; NONE if nothing is. */
  Errors check(String memberId, Optional<String> instanceId) {
    if (instanceId.isPresent()) {
      Optional<ClassicMember> known = staticMember(instanceId.get());
      if (known.isEmpty()) {
        return Errors.UNKNOWN_MEMBER_ID;
      }
      return known.get().id().equals(memberId) ? Errors.NONE : Errors.FENCED_INSTANCE_ID;
    }
    return members.containsKey(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
  }

  ClassicGroup in(State next, long nowMs) {
    return new ClassicGroup(
        id,
        next,
        protocolType,
        generation,
        protocol,
        leader,
        members,
        pendingJoin,
        pendingSync,
        next == State.PREPARING ? gathering : Optional.empty(),
        nowMs);
  }

  ClassicGroup withGathering(Optional<Gathering> changed) {
    return awaiting(pendingJoin, pendingSync, changed);
  }

  /** The next generation of the same members. */
  ClassicGroup nextGeneration(long nowMs) {
    boolean isEmpty = members.isEmpty();
    return new ClassicGroup(
        id,
        isEmpty ? State.EMPTY : State.COMPLETING,
        protocolType,
        generation + 1,
        isEmpty ? Optional.empty() : Optional.of(chooseProtocol()),
        leader,
        members,
        pendingJoin,
        HashTreePSet.from(members.keySet()),
        Optional.empty(),
        nowMs);
  }

  ClassicGroup withProtocol(String chosen) {
    return new ClassicGroup(
        id,
        state,
        protocolType,
        generation,
        Optional.of(chosen),
        leader,
        members,
        pendingJoin,
        pendingSync,
        gathering,
        stateSinceMs);
  }

  ClassicGroup withLeader(String memberId) {
    return withMembers(members, Optional.of(memberId), protocolType);
  }

  private ClassicGroup withMembers(
      PSortedMap<String, ClassicMember> changed,
      Optional<String> changedLeader,
      Optional<String> changedType) {
    return new ClassicGroup(
        id,
        state,
        changedType,
        generation,
        protocol,
        changedLeader,
        changed,
        pendingJoin,
        pendingSync,
        gathering,
        stateSinceMs);
  }

  /** With a member changed that it has. */
  ClassicGroup with(ClassicMember changed) {
    return withMembers(members.plus(changed.id(), changed), leader, protocolType);
  }

  /** With one member more; the first one decides what the group is for, and leads. */
  ClassicGroup adding(ClassicMember newcomer, String type) {
    return withMembers(
            members.plus(newcomer.id(), newcomer),
            leader.or(() -> Optional.of(newcomer.id())),
            members.isEmpty() ? Optional.of(type) : protocolType)
        .withPendingJoin(pendingJoin.minus(newcomer.id()));
  }

  /** Without a member; another one leads if it did. */
  ClassicGroup without(String memberId) {
    PSortedMap<String, ClassicMember> left = members.minus(memberId);
    Optional<String> leads = isLeader(memberId) ? left.keySet().stream().findFirst() : leader;
    return withMembers(left, leads, protocolType).withPendingSync(pendingSync.minus(memberId));
  }

  /** With a static member under another id. */
  ClassicGroup replacing(String oldId, ClassicMember renamed) {
    return withMembers(
            members.minus(oldId).plus(renamed.id(), renamed),
            isLeader(oldId) ? Optional.of(renamed.id()) : leader,
            protocolType)
        .withPendingSync(
            pendingSync.contains(oldId)
                ? pendingSync.minus(oldId).plus(renamed.id())
                : pendingSync);
  }

  ClassicGroup withPendingJoin(PSet<String> changed) {
    return awaiting(changed, pendingSync, gathering);
  }

  ClassicGroup withPendingSync(PSet<String> changed) {
    return awaiting(pendingJoin, changed, gathering);
  }

  /** The same with others that it waits for. */
  private ClassicGroup awaiting(
      PSet<String> join, PSet<String> sync, Optional<Gathering> newcomers) {
    return new ClassicGroup(
        id,
        state,
        protocolType,
        generation,
        protocol,
        leader,
        members,
        join,
        sync,
        newcomers,
        stateSinceMs);
  }

  /** What a member says about the protocol that was chosen. */
  Bytes metadataOf(ClassicMember member) {
    return protocol.map(member::metadata).orElse(Bytes.EMPTY);
  }
}
