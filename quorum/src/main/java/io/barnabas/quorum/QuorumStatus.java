package io.barnabas.quorum;

import java.util.List;

/**
 * How far the members of the quorum have come, as the leader sees it.
 *
 * @param leadership who leads
 * @param committedIndex the last entry known to be on a majority
 * @param voters those whose promises count, this node included
 * @param listeners those that only follow
 */
public record QuorumStatus(
    Leadership leadership, long committedIndex, List<Progress> voters, List<Progress> listeners) {
  /** Copies the lists. */
  public QuorumStatus {
    voters = List.copyOf(voters);
    listeners = List.copyOf(listeners);
  }

  /**
   * What is known of one member; only the leader knows it of others.
   *
   * @param lastIndex the last entry that it has, -1 if not known
   * @param lastContactMs when it last answered, in milliseconds since 1970-01-01 UTC, -1 if not
   *     known
   * @param lastCaughtUpMs when it last had all that the leader had, likewise
   */
  public record Progress(
      QuorumMember member, long lastIndex, long lastContactMs, long lastCaughtUpMs) {}
}
