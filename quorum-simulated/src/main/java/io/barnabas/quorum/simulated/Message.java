package io.barnabas.quorum.simulated;

import java.util.List;
import java.util.Optional;

/** What members say to each other. */
sealed interface Message {
  /**
   * A leader's entries, or none to show that it is there.
   *
   * @param round counts what the leader sent to all
   * @param before the position before the first of the entries
   * @param snapshot what the entries come after, if the leader has forgotten what is before
   */
  record Append(
      int term,
      Member leader,
      long round,
      long before,
      int termBefore,
      List<LogEntry> entries,
      long committed,
      Optional<Snapshot> snapshot)
      implements Message {}

  /**
   * What became of it.
   *
   * @param termAsked the leader's
   * @param accepted whether the follower has all up to {@code position}; if not, that is the last
   *     that it may have
   */
  record Appended(
      int term, int termAsked, Member follower, long round, boolean accepted, long position)
      implements Message {}

  /** A node wants to know how far it must read. */
  record Ask(Member asker, long number) implements Message {}

  /** The answer. */
  record Told(long number, long index) implements Message {}

  /** The state after an entry. */
  record Snapshot(RaftLog.Base base, Content state) {}
}
