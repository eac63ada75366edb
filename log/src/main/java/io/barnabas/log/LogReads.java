package io.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/** Finds batches by offset, in an immutable view of a log. */
final class LogReads {
  private static final LogSlice NO_ROOM = new LogSlice(List.of(), List.of(), true);

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
    if (fromOffset >= upTo) {
      return LogSlice.EMPTY;
    }
    return maxBytes > 0 || atLeastOneBatch
        ? collect(now, fromOffset, upTo, maxBytes, atLeastOneBatch)
        : NO_ROOM;
  }

  /** Goes on from one segment to the next only when nothing of the first was left out. */
  private static LogSlice collect(
      LogState now, long from, long upTo, int maxBytes, boolean atLeastOne) throws IOException {
    List<FileRegion> regions = new ArrayList<>(1);
    List<Segment> held = new ArrayList<>(1);
    int room = maxBytes;
    boolean cut = false;
    try {
      for (int i = now.indexOf(from); i < now.segments().size() && !cut; i++) {
        Segment segment = now.segments().get(i);
        if (segment.baseOffset >= upTo || !segment.hold()) {
          break;
        }
        held.add(segment);
        Found found = find(now, i, from, upTo, room, atLeastOne && regions.isEmpty());
        if (found.region.length() == 0) {
          held.removeLast().release();
        } else {
          regions.add(found.region);
          room -= found.region.length();
        }
        cut = found.cut;
      }
      return new LogSlice(regions, held, cut);
    } catch (IOException | RuntimeException e) {
      held.forEach(Segment::release);
      throw e;
    }
  }

  /** What a segment has from an offset on, perhaps nothing; cut if there is more than fits. */
  private record Found(FileRegion region, boolean cut) {}

  private static Found find(
      LogState now, int index, long from, long upTo, int maxBytes, boolean atLeastOne)
      throws IOException {
    Segment segment = now.segments().get(index);
    int end = now.bytesOf(index);
    BatchCursor first = segment.find(from, end);
    if (first == null || first.baseOffset() >= upTo) {
      return new Found(new FileRegion(segment.file.unwatched(), 0, 0), false);
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
    return new Found(new FileRegion(segment.file.unwatched(), start, stop - start), stop < end);
  }
}
