package io.barnabas.log;

import java.util.List;

/**
 * What readers see of a log: immutable, replaced as a whole.
 *
 * @param segments at least one, in the order of their offsets
 * @param startOffset the first offset that may be read
 * @param endOffset the offset that the next record gets
 * @param activeBytes how much of the last segment counts
 */
record LogState(List<Segment> segments, long startOffset, long endOffset, int activeBytes) {
  LogState {
    segments = List.copyOf(segments);
  }

  /** The segment that is appended to. */
  Segment active() {
    return segments.getLast();
  }

  int bytesOf(int index) {
    return index == segments.size() - 1 ? activeBytes : segments.get(index).size();
  }

  long sizeBytes() {
    long bytes = 0;
    for (int i = 0; i < segments.size(); i++) {
      bytes += bytesOf(i);
    }
    return bytes;
  }

  /** The last segment that begins at or below an offset, or the first. */
  int indexOf(long offset) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).baseOffset <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  LogState withStart(long offset) {
    return new LogState(segments, offset, endOffset, activeBytes);
  }
}
