package io.barnabas.quorum.simulated;

import java.util.ArrayList;
import java.util.List;

/**
 * A member's entries, whether they are committed or not; the first ones are forgotten when there is
 * a snapshot. Positions count all entries from 1 on, those without effect too.
 */
final class RaftLog {
  /** What a snapshot is of. */
  record Base(long position, int term, long index) {
    static final Base NONE = new Base(0, 0, 0);
  }

  private Base base = Base.NONE;
  private List<LogEntry> entries = new ArrayList<>();

  Base base() {
    return base;
  }

  long lastPosition() {
    return base.position() + entries.size();
  }

  int lastTerm() {
    return entries.isEmpty() ? base.term() : entries.getLast().term();
  }

  /** How many entries have taken effect if all of them are committed. */
  long lastIndex() {
    return entries.isEmpty() ? base.index() : entries.getLast().index();
  }

  LogEntry at(long position) {
    return entries.get(offset(position));
  }

  int termAt(long position) {
    return position == base.position() ? base.term() : at(position).term();
  }

  long indexAt(long position) {
    return position == base.position() ? base.index() : at(position).index();
  }

  boolean has(long position) {
    return position >= base.position() && position <= lastPosition();
  }

  /** A copy of those after a position. */
  List<LogEntry> after(long position, int most) {
    int from = offset(position + 1);
    return List.copyOf(entries.subList(from, Math.min(entries.size(), from + most)));
  }

  void append(LogEntry entry) {
    entries.add(entry);
  }

  /** Forgets those after a position. */
  void truncateAfter(long position) {
    entries = new ArrayList<>(entries.subList(0, offset(position + 1)));
  }

  /** Forgets those up to a position, of which there is a snapshot. */
  void forgetUpTo(long position) {
    Base newBase = new Base(position, termAt(position), indexAt(position));
    entries = new ArrayList<>(entries.subList(offset(position + 1), entries.size()));
    base = newBase;
  }

  /** Has nothing but what is in a snapshot. */
  void beginAfter(Base snapshot) {
    base = snapshot;
    entries = new ArrayList<>();
  }

  private int offset(long position) {
    return Math.toIntExact(position - base.position() - 1);
  }
}
