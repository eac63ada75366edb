package io.barnabas.quorum.ratis;

import java.util.Comparator;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.jspecify.annotations.Nullable;

/**
 * The last entry of a voter's Raft log. A voter gives its vote only to one whose log ends no
 * earlier than its own, in this order.
 *
 * @param term in which it was written
 * @param index its number
 */
record LogEnd(long term, long index) implements Comparable<LogEnd> {
  /** Of an empty log, or of one that is not open. */
  static final LogEnd NONE = new LogEnd(-1, -1);

  private static final Comparator<LogEnd> ORDER =
      Comparator.comparingLong(LogEnd::term).thenComparingLong(LogEnd::index);

  /** As it is now. */
  static LogEnd of(RaftServer.@Nullable Division division) {
    TermIndex last = division == null ? null : division.getRaftLog().getLastEntryTermIndex();
    return last == null ? NONE : new LogEnd(last.getTerm(), last.getIndex());
  }

  @Override
  public int compareTo(LogEnd other) {
    return ORDER.compare(this, other);
  }
}
