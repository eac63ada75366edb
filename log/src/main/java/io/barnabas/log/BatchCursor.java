package io.barnabas.log;

import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Walks the batches of a stretch of a segment's file by their headers, for one thread. */
final class BatchCursor {
  private static final int CHUNK_BYTES = 8 * 1024;

  /** For looking at no more than headers. */
  private static final int SMALL_BYTES = 512;

  private final DiskFile file;
  private final int end;
  private final int chunkBytes;
  private ByteBuffer chunk;
  private int chunkStart;
  private int next;
  private int at;

  BatchCursor(DiskFile file, int start, int end) {
    this(file, start, end, CHUNK_BYTES);
  }

  /** The same that reads so much at a time. */
  BatchCursor(DiskFile file, int start, int end, int chunkBytes) {
    this.chunkBytes = Math.max(chunkBytes, BatchFormat.HEADER_BYTES);
    chunk = ByteBuffer.allocate(this.chunkBytes).limit(0);
    this.file = file;
    this.end = end;
    next = start;
    chunkStart = start;
  }

  /** Goes to the next batch; false when no whole header is left. */
  boolean advance() throws IOException {
    if (end - next < BatchFormat.HEADER_BYTES) {
      return false;
    }
    int into = next - chunkStart;
    if (into < 0 || into + BatchFormat.HEADER_BYTES > chunk.limit()) {
      // What is behind a header in this much is not wanted where batches are larger.
      boolean small = into > chunkBytes;
      fill(next, small ? SMALL_BYTES : chunkBytes);
      if (chunk.limit() < BatchFormat.HEADER_BYTES) {
        return false;
      }
      into = 0;
    }
    int size = BatchFormat.size(chunk, into);
    if (size < BatchFormat.HEADER_BYTES || size > end - next) {
      return false;
    }
    at = into;
    next += size;
    return true;
  }

  private void fill(int from, int bytes) throws IOException {
    if (chunk.capacity() < bytes) {
      chunk = ByteBuffer.allocate(bytes);
    }
    chunk.clear().limit(Math.min(bytes, end - from));
    file.read(chunk, from);
    chunk.flip();
    chunkStart = from;
  }

  /** Whether the header may be that of a batch whose first offset is not below another. */
  boolean isPlausible(long notBelow) {
    return chunk.get(at + BatchFormat.MAGIC) == 2
        && baseOffset() >= notBelow
        && lastOffset() >= baseOffset();
  }

  /** The whole batch, all its bytes in the buffer from {@link #at}; null if the file is short. */
  @org.jspecify.annotations.Nullable
  ByteBuffer whole() throws IOException {
    int size = size();
    if (at + size > chunk.limit()) {
      fill(position(), Math.max(size, chunkBytes));
      at = 0;
      if (chunk.limit() < size) {
        return null;
      }
    }
    return chunk;
  }

  ByteBuffer header() {
    return chunk;
  }

  /** Where in the buffer the batch begins. */
  int at() {
    return at;
  }

  int size() {
    return BatchFormat.size(chunk, at);
  }

  int position() {
    return chunkStart + at;
  }

  long baseOffset() {
    return BatchFormat.baseOffset(chunk, at);
  }

  long lastOffset() {
    return BatchFormat.lastOffset(chunk, at);
  }

  long maxTimestamp() {
    return chunk.getLong(at + BatchFormat.MAX_TIMESTAMP);
  }

  int leaderEpoch() {
    return chunk.getInt(at + BatchFormat.LEADER_EPOCH);
  }
}
