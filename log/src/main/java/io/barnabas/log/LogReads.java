package io.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
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
    List<FileRegion> regions = new ArrayList<>(1);
    List<Segment> held = new ArrayList<>(1);
    if (fromOffset < upTo && (maxBytes > 0 || atLeastOneBatch)) {
      collect(now, fromOffset, upTo, maxBytes, atLeastOneBatch, regions, held);
    }
    return new LogSlice(regions, held);
  }

  /** Goes on from one segment to the next only when nothing of the first was left out. */
  private static void collect(
      LogState now,
      long from,
      long upTo,
      int maxBytes,
      boolean atLeastOne,
      List<FileRegion> regions,
      List<Segment> held)
      throws IOException {
    int room = maxBytes;
    boolean whole = true;
    try {
      for (int i = now.indexOf(from); i < now.segments().size() && whole; i++) {
        Segment segment = now.segments().get(i);
        if (segment.baseOffset >= upTo || !segment.hold()) {
          return;
        }
        held.add(segment);
        FileRegion region = region(now, i, from, upTo, room, atLeastOne && regions.isEmpty());
        if (region == null || region.length() == 0) {
          held.removeLast().release();
          whole = region == null;
        } else {
          regions.add(region);
          room -= region.length();
          whole = room > 0 && region.position() + region.length() == now.bytesOf(i);
        }
      }
    } catch (IOException | RuntimeException e) {
      held.forEach(Segment::release);
      throw e;
    }
  }

  /** Null if the segment has nothing from that offset on; empty if what it has does not fit. */
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
    return new FileRegion(segment.file, start, stop - start);
  }
}
