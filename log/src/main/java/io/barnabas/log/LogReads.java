package io.barnabas.log;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/** Finds batches by offset, in an immutable view of a log. */
final class LogReads {
  private LogReads() {}

  /** As {@link PartitionLog#read}. */
  static LogSlice read(
      TopicIdPartition id,
      LogState now,
      long fromOffset,
      long upToOffsetExclusive,
      int maxBytes,
      boolean atLeastOneBatch)
      throws IOException {
    if (fromOffset < now.startOffset() || fromOffset > now.endOffset()) {
      throw new OffsetOutOfRangeException(
          "Offset %d is not in %s, which has %d to %d"
              .formatted(fromOffset, id, now.startOffset(), now.endOffset()));
    }
    long upTo = Math.min(upToOffsetExclusive, now.endOffset());
    for (int i = now.indexOf(fromOffset); i < now.segments().size() && fromOffset < upTo; i++) {
      Segment segment = now.segments().get(i);
      if (segment.baseOffset >= upTo || !segment.hold()) {
        break;
      }
      FileRegion region = null;
      try {
        region = region(now, i, fromOffset, upTo, maxBytes, atLeastOneBatch);
      } finally {
        if (region == null) {
          segment.release();
        }
      }
      if (region != null) {
        return new LogSlice(List.of(region), List.of(segment));
      }
    }
    return new LogSlice(List.of(), List.of());
  }

  private static @Nullable FileRegion region(
      LogState now, int index, long from, long upTo, int maxBytes, boolean atLeastOne)
      throws IOException {
    Segment segment = now.segments().get(index);
    int end = now.bytesOf(index);
    BatchCursor first = segment.find(from, end);
    if (first == null || first.baseOffset() >= upTo) {
      return null;
    }
    int start = first.position();
    int firstEnd = start + first.size();
    boolean last = index == now.segments().size() - 1;
    long segmentEnd = last ? now.endOffset() : now.segments().get(index + 1).baseOffset;
    if (upTo < segmentEnd) {
      BatchCursor bound = segment.find(upTo, end);
      end = bound == null ? end : bound.position();
      end = Math.max(end, start);
    }
    int stop = (int) Math.min(end, (long) start + maxBytes);
    stop = segment.batchEndNotAbove(stop, start, end);
    if (stop < firstEnd && atLeastOne && firstEnd <= end) {
      stop = firstEnd;
    }
    return stop > start ? new FileRegion(segment.file, start, stop - start) : null;
  }
}
