package io.barnabas.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Compares what a log has on disk with its checksums. */
final class LogVerification {
  private static final int READ_BYTES = 256 * 1024;

  private final LogCore core;

  LogVerification(LogCore core) {
    this.core = core;
  }

  /**
   * Where a walk through a segment has come to.
   *
   * @param next the offset behind the last good batch
   * @param at where that ends
   * @param problem what is wrong there, or null
   */
  private record Walked(long next, int at, @Nullable String problem) {}

  /** As {@link PartitionLog#verify}. */
  long verify(long fromOffset, int mostBytes) throws DamagedLogException {
    // So that nothing is cut away or removed meanwhile; appends go on behind what is looked at.
    core.maintenance.lock();
    try {
      LogState now = core.state;
      long from = Math.max(fromOffset, now.startOffset());
      return core.isUsable() && from < now.endOffset() ? verify(now, from, mostBytes) : from;
    } finally {
      core.maintenance.unlock();
    }
  }

  private long verify(LogState now, long from, int mostBytes) throws DamagedLogException {
    int index = now.indexOf(from);
    Segment segment = now.segments().get(index);
    int end = now.bytesOf(index);
    boolean last = index == now.segments().size() - 1;
    long segmentEnd = last ? now.endOffset() : now.segments().get(index + 1).baseOffset;
    int start = segment.offsetIndex.positionAtOrBefore(from - segment.baseOffset);
    Walked walked = walk(segment, start, end, from, mostBytes);
    if (walked.problem != null && start > 0) {
      // Perhaps it is the index that leads astray.
      walked = walk(segment, 0, end, from, mostBytes);
    }
    if (walked.problem == null && walked.next > segmentEnd) {
      walked = new Walked(segment.baseOffset, walked.at, "has offsets of the next segment");
    }
    if (walked.problem != null) {
      throw new DamagedLogException(
          segment.path(".log"), walked.at, walked.next, segmentEnd - 1, walked.problem);
    }
    return walked.at == end ? segmentEnd : walked.next;
  }

  private static Walked walk(Segment segment, int start, int end, long from, int mostBytes) {
    BatchCursor cursor =
        new BatchCursor(segment.file, start, end, Math.min(READ_BYTES, Math.max(1, end - start)));
    long next = segment.baseOffset;
    int at = start;
    long checked = 0;
    try {
      while (at < end) {
        if (!cursor.advance() || !cursor.isPlausible(next)) {
          return new Walked(next, at, "has no batch");
        }
        if (checked >= mostBytes) {
          // Only now is it certain that the offsets of the last one do not pass those of the next.
          break;
        }
        int size = cursor.size();
        long last = cursor.lastOffset();
        if (last >= from) {
          if (!cursor.crcHolds()) {
            return new Walked(next, at, "does not match its checksum");
          }
          checked += size;
        }
        at += size;
        next = last + 1;
      }
    } catch (IOException e) {
      return new Walked(next, at, "cannot be read (%s)".formatted(e.getMessage()));
    }
    return new Walked(next, at, null);
  }
}
