package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * A member of a group of the classic protocol.
 *
 * @param instanceId what a static member is known by
 * @param rebalanceTimeoutMs how long others wait for it when the group rebalances
 * @param sessionTimeoutMs how long it may be silent
 * @param protocols what it can do, what it likes best first
 * @param assignment what the leader gave it
 * @param isNew whether it has not been part of a generation yet
 * @param joinWaiter the command by which it joins, or {@link #NOBODY}
 * @param syncWaiter the command by which it waits for its assignment, or {@link #NOBODY}
 */
record ClassicMember(
    String id,
    Optional<String> instanceId,
    String clientId,
    String clientHost,
    int rebalanceTimeoutMs,
    int sessionTimeoutMs,
    List<Protocol> protocols,
    Bytes assignment,
    boolean isNew,
    long joinWaiter,
    long syncWaiter) {
  /** No command waits. */
  static final long NOBODY = -1;

  /** Something that a member can do, with what it says about it. */
  record Protocol(String name, Bytes metadata) {}

  ClassicMember {
    protocols = List.copyOf(protocols);
  }

  boolean isStatic() {
    return instanceId.isPresent();
  }

  boolean awaitsJoin() {
    return joinWaiter != NOBODY;
  }

  boolean awaitsSync() {
    return syncWaiter != NOBODY;
  }

  boolean supports(String protocol) {
    return protocols.stream().anyMatch(each -> each.name().equals(protocol));
  }

  /** What it says about a protocol; nothing if it does not know it. */
  Bytes metadata(String protocol) {
    return protocols.stream()
        .filter(each -> each.name().equals(protocol))
        .findFirst()
        .map(Protocol::metadata)
        .orElse(Bytes.EMPTY);
  }

  ClassicMember withJoinWaiter(long waiter) {
    return with(assignment, isNew, waiter, syncWaiter);
  }

  ClassicMember withSyncWaiter(long waiter) {
    return with(assignment, isNew, joinWaiter, waiter);
  }

  ClassicMember withAssignment(Bytes given) {
    return with(given, isNew, joinWaiter, syncWaiter);
  }

  /** In a generation, and no longer new. */
  ClassicMember joined() {
    return with(assignment, false, NOBODY, syncWaiter);
  }

  /** What changes without the member saying anything else of itself. */
  private ClassicMember with(Bytes given, boolean stillNew, long join, long sync) {
    return new ClassicMember(
        id,
        instanceId,
        clientId,
        clientHost,
        rebalanceTimeoutMs,
        sessionTimeoutMs,
        protocols,
        given,
        stillNew,
        join,
        sync);
  }

  /** As it says when it joins again, perhaps under another id; nobody waits yet. */
  ClassicMember rejoining(Newcomer as) {
    return new ClassicMember(
        as.id(),
        instanceId,
        as.clientId(),
        as.clientHost(),
        as.rebalanceTimeoutMs(),
        as.sessionTimeoutMs(),
        as.protocols(),
        assignment,
        isNew,
        NOBODY,
        NOBODY);
  }

  /** What somebody says who joins. */
  record Newcomer(
      String id,
      Optional<String> instanceId,
      String clientId,
      String clientHost,
      int rebalanceTimeoutMs,
      int sessionTimeoutMs,
      List<Protocol> protocols) {
    Newcomer {
      protocols = List.copyOf(protocols);
    }

    /** A member that was none before. */
    ClassicMember member() {
      return new ClassicMember(
          id,
          instanceId,
          clientId,
          clientHost,
          rebalanceTimeoutMs,
          sessionTimeoutMs,
          protocols,
          Bytes.EMPTY,
          true,
          NOBODY,
          NOBODY);
    }
  }
}
