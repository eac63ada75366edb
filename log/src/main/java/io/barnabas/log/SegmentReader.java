package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a log's segments for the cleaner, at its pace. Takes no lock: what was cut or removed
 * meanwhile is noticed before anything is made of it.
 */
final class SegmentReader {
  private final LogCore core;
  private final CleanerPace pace;

  SegmentReader(LogCore core, CleanerPace pace) {
    this.core = core;
    this.pace = pace;
  }

  /** Takes a batch of which only the header has been read. */
  interface Headers {
    void take(BatchCursor batch) throws IOException, UncleanableException;
  }

  /** Takes a batch that matches its checksum. */
  interface Batches {
    /**
     * The next one.
     *
     * @param last whether it is the last of its segment
     * @return whether to go on
     */
    boolean take(ByteBuffer batch, boolean last)
        throws IOException, CleaningAbortedException, UncleanableException;
  }

  private interface Reading {
    boolean step(BatchCursor batch)
        throws IOException, CleaningAbortedException, UncleanableException;
  }

  /** The headers of all batches of a segment that is full or as full as it is now. */
  void headers(Segment segment, Headers headers)
      throws IOException, CleaningAbortedException, UncleanableException {
    int size = segment.size();
    read(
        segment,
        segment.cursor(0, size),
        size,
        batch -> {
          pay(BatchFormat.HEADER_BYTES);
          headers.take(batch);
          return true;
        });
  }

  /** All batches of a full segment. */
  void batches(Segment segment, Batches batches)
      throws IOException, CleaningAbortedException, UncleanableException {
    int size = segment.size();
    read(
        segment,
        segment.scan(0),
        size,
        batch -> {
          pay(batch.size());
          ByteBuffer whole = batch.whole();
          if (whole == null || !BatchFormat.crcHolds(whole, batch.at())) {
            throw damaged(segment, batch.baseOffset());
          }
          boolean last = batch.position() + batch.size() == size;
          return batches.take(whole.slice(batch.at(), batch.size()), last);
        });
  }

  private void read(Segment segment, BatchCursor cursor, int size, Reading reading)
      throws IOException, CleaningAbortedException, UncleanableException {
    if (!segment.hold()) {
      throw new CleaningAbortedException("a segment was removed");
    }
    try {
      long next = segment.baseOffset;
      int at = 0;
      boolean more = true;
      while (more && at < size) {
        if (!advance(segment, cursor, next) || !cursor.isPlausible(next)) {
          throw damaged(segment, next);
        }
        at += cursor.size();
        next = cursor.lastOffset() + 1;
        more = reading.step(cursor);
      }
    } finally {
      segment.release();
    }
  }

  private boolean advance(Segment segment, BatchCursor cursor, long next)
      throws IOException, CleaningAbortedException, UncleanableException {
    try {
      return cursor.advance();
    } catch (IOException e) {
      throw damaged(segment, next);
    }
  }

  /** Bytes were read or are to be written: waits for its turn. */
  void pay(long bytes) throws CleaningAbortedException {
    pace.took(bytes);
    if (!core.isUsable()) {
      throw new CleaningAbortedException("the log was closed");
    }
  }

  /**
   * Has the log find out for itself that it is damaged.
   *
   * @throws DamagedLogException if it is
   */
  private UncleanableException damaged(Segment segment, long offset)
      throws DamagedLogException, CleaningAbortedException {
    if (!core.isUsable() || core.state.segments().stream().noneMatch(s -> s == segment)) {
      throw new CleaningAbortedException("a segment was cut or removed");
    }
    core.log.verify(offset, 1);
    return new UncleanableException(
        segment.path(".log") + " is not readable from offset " + offset + " on", null);
  }
}
