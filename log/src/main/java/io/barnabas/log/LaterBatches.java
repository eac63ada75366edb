package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Looks for good batches behind bytes that are none. */
final class LaterBatches {
  private static final int CHUNK_BYTES = 256 * 1024;

  /**
   * After so many bytes were compared with checksums in vain it ends: a producer may have put into
   * a record's value what looks like any number of large batches.
   */
  private static final long MOST_CHECKED_BYTES = 256L << 20;

  private final Segment segment;
  private final long aboveOffset;
  private long checkedBytes;

  private LaterBatches(Segment segment, long aboveOffset) {
    this.segment = segment;
    this.aboveOffset = aboveOffset;
  }

  /**
   * The first offset of the first good batch that begins anywhere behind a position and has offsets
   * above another; nothing if there is none.
   */
  static OptionalLong first(Segment segment, int behind, long aboveOffset) throws IOException {
    return new LaterBatches(segment, aboveOffset).find(behind + 1);
  }

  /** The same in a whole segment. */
  static OptionalLong first(Segment segment, long aboveOffset) throws IOException {
    return new LaterBatches(segment, aboveOffset).find(0);
  }

  private OptionalLong find(int from) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    int start = from;
    while (segment.size() - start >= BatchFormat.HEADER_BYTES) {
      chunk.clear().limit(Math.min(CHUNK_BYTES, segment.size() - start));
      segment.file.read(chunk, start);
      chunk.flip();
      int places = chunk.limit() - BatchFormat.HEADER_BYTES + 1;
      for (int at = 0; at < places; at++) {
        if (mayBegin(chunk, at, segment.size() - start - at) && isGood(start + at)) {
          return OptionalLong.of(BatchFormat.baseOffset(chunk, at));
        }
      }
      if (places <= 0 || checkedBytes >= MOST_CHECKED_BYTES) {
        return OptionalLong.empty();
      }
      start += places;
    }
    return OptionalLong.empty();
  }

  private boolean mayBegin(ByteBuffer bytes, int at, int left) {
    if (bytes.get(at + BatchFormat.MAGIC) != 2) {
      return false;
    }
    long base = BatchFormat.baseOffset(bytes, at);
    long last = BatchFormat.lastOffset(bytes, at);
    int size = BatchFormat.size(bytes, at);
    return base > aboveOffset
        && last >= base
        && last - segment.baseOffset <= Integer.MAX_VALUE
        && size >= BatchFormat.HEADER_BYTES
        && size <= left;
  }

  private boolean isGood(int position) throws IOException {
    BatchCursor cursor = segment.cursor(position, segment.size());
    if (!cursor.advance() || cursor.size() > MOST_CHECKED_BYTES - checkedBytes) {
      return false;
    }
    checkedBytes += cursor.size();
    return cursor.crcHolds();
  }
}
