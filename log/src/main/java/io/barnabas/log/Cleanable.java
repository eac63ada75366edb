package io.barnabas.log;

import java.util.List;
import java.util.OptionalLong;

/**
 * How much of a log is to be compacted. The segments are taken as a whole: the one that holds the
 * first dirty offset counts as dirty, and what is clean of it as clean, too.
 *
 * @param firstDirty the first offset that was not compacted
 * @param upTo where the first segment begins that must stay as it is
 * @param cleanBytes of the segments below the first dirty offset
 * @param dirtyBytes of those that can be compacted
 * @param overdue whether some of that may not wait any more
 */
record Cleanable(long firstDirty, long upTo, long cleanBytes, long dirtyBytes, boolean overdue) {
  /** How much of it is dirty. */
  double dirtyRatio() {
    long all = cleanBytes + dirtyBytes;
    return all == 0 ? 0 : (double) dirtyBytes / all;
  }

  /** Whether it is worth it, or must be. */
  boolean isDue(LogConfig config) {
    return (overdue && dirtyBytes > 0) || dirtyRatio() > config.minCleanableDirtyRatio();
  }

  /** The first offset that was not compacted, where that is known and not outlived. */
  static long firstDirty(LogState state, OptionalLong known) {
    long from = known.orElse(state.startOffset());
    return from < state.startOffset() || from > state.endOffset() ? state.startOffset() : from;
  }

  /** Where the segment begins that holds an offset. */
  static long segmentAt(LogState state, long offset) {
    return state.segments().get(state.indexOf(offset)).baseOffset;
  }

  /**
   * Of a log as it is.
   *
   * @param below all from here on must stay as it is
   * @param earliestMs the time of the earliest of what is not compacted
   */
  static Cleanable of(
      LogState state, long firstDirty, long below, LogConfig config, long nowMs, long earliestMs) {
    List<Segment> segments = state.segments();
    long limit = Math.min(below, state.active().baseOffset);
    if (config.minCompactionLagMs() > 0) {
      int first = state.indexOf(firstDirty);
      for (Segment segment : segments.subList(first, segments.size() - 1)) {
        if (segment.maxTimestamp() > nowMs - config.minCompactionLagMs()) {
          limit = Math.min(limit, segment.baseOffset);
        }
      }
    }
    long upTo = segmentAt(state, Math.max(firstDirty, limit));
    long dirtyFrom = segmentAt(state, Math.min(firstDirty, upTo));
    long clean = 0;
    long dirty = 0;
    for (Segment segment : segments) {
      clean += segment.baseOffset < firstDirty ? segment.size() : 0;
      boolean inDirty = segment.baseOffset >= dirtyFrom && segment.baseOffset < upTo;
      dirty += inDirty ? segment.size() : 0;
    }
    boolean overdue = earliestMs < nowMs - Math.max(0, config.maxCompactionLagMs());
    return new Cleanable(firstDirty, upTo, clean, dirty, overdue);
  }
}
