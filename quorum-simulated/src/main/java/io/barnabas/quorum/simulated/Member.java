package io.barnabas.quorum.simulated;

import io.barnabas.quorum.QuorumMember;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node's part in the quorum, and what its disk keeps of it from one life to the next. */
final class Member {
  private final QuorumMember identity;
  final RaftLog log = new RaftLog();

  /** The newest term it has heard of; it votes in each once at most. */
  int term;

  /** The last position that its own disk has for sure. */
  long forced;

  /** The last position that it knows to be committed, which a restart may forget. */
  long committed;

  /** Whether its disk takes nothing in for now. */
  boolean hangs;

  Optional<Message.Snapshot> snapshot = Optional.empty();

  /** Its present life, or its last one. */
  @Nullable NodeQuorum life;

  Member(QuorumMember identity) {
    this.identity = identity;
  }

  QuorumMember identity() {
    return identity;
  }

  int nodeId() {
    return identity.nodeId();
  }

  /** Its present life, unless it is stopped or has not begun. */
  Optional<NodeQuorum> running() {
    NodeQuorum last = life;
    return last != null && last.isRunning() ? Optional.of(last) : Optional.empty();
  }

  /** Whether its log has all that another's may have had committed. */
  boolean isAsNewAs(Member other) {
    return log.lastTerm() > other.log.lastTerm()
        || (log.lastTerm() == other.log.lastTerm()
            && log.lastPosition() >= other.log.lastPosition());
  }

  /** Takes over what a leader sent, unless something is missing before it. */
  boolean take(Message.Append append) {
    append
        .snapshot()
        .filter(snapshot -> snapshot.base().position() > committed)
        .ifPresent(
            snapshot -> {
              log.beginAfter(snapshot.base());
              this.snapshot = append.snapshot();
              committed = snapshot.base().position();
            });
    long base = log.base().position();
    long before = append.before();
    if (before >= base && (!log.has(before) || log.termAt(before) != append.termBefore())) {
      return false;
    }
    long position = before;
    for (LogEntry entry : append.entries()) {
      position++;
      if (position <= base) {
        continue;
      }
      if (log.has(position) && log.termAt(position) != entry.term()) {
        log.truncateAfter(position - 1);
      }
      if (!log.has(position)) {
        log.append(entry);
      }
    }
    committed = Math.max(committed, Math.min(append.committed(), position));
    forced = log.lastPosition();
    return true;
  }

  /**
   * What a crash does to it.
   *
   * @param lost how many of the entries that were not forced, at most
   */
  void crashed(long lost) {
    long kept = Math.max(Math.max(forced, committed), log.lastPosition() - lost);
    log.truncateAfter(Math.max(kept, log.base().position()));
  }
}
