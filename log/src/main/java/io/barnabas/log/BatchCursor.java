package io.barnabas.log;

import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Walks the batches of a stretch of a segment's file by their headers, for one thread. */
final class BatchCursor {
  private static final int CHUNK_BYTES = 8 * 1024;

  /** For looking at no more than headers. */
  private static final int SMALL_BYTES = 512;

  /** So much of a large batch is compared with its checksum at a time. */
  private static final int PART_BYTES = 64 * 1024;

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

  /**
   * Whether the batch matches its checksum; false if the file is short. However large its header
   * says that it is, no more than a little of it is held at a time: the header may be damaged.
   */
  boolean crcHolds() throws IOException {
    int size = size();
    if (at + size <= chunk.limit()) {
      return BatchFormat.crcHolds(chunk, at);
    }
    CRC32C crc = new CRC32C();
    ByteBuffer part = ByteBuffer.allocate(Math.min(size, PART_BYTES));
    int from = position() + BatchFormat.ATTRIBUTES;
    int stop = position() + size;
    while (from < stop) {
      part.clear().limit(Math.min(part.capacity(), stop - from));
      file.read(part, from);
      part.flip();
      if (!part.hasRemaining()) {
        return false;
      }
      from += part.remaining();
      crc.update(part);
    }
    return chunk.getInt(at + BatchFormat.CRC) == (int) crc.getValue();
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
