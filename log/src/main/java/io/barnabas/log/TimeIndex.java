package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Up to where in a segment which timestamp is not exceeded. Threads as in {@link OffsetIndex}. */
final class TimeIndex {
  static final int ENTRY_BYTES = 12;

  private long[] timestamps = new long[16];
  private int[] offsets = new int[16];
  private volatile int count;

  int count() {
    return count;
  }

  long lastTimestamp() {
    int n = count;
    return n == 0 ? -1 : timestamps[n - 1];
  }

  int lastOffset() {
    int n = count;
    return n == 0 ? -1 : offsets[n - 1];
  }

  /** Adds an entry, unless it says nothing new. */
  void maybeAdd(long timestampMs, int relativeOffset) {
    int n = count;
    if (timestampMs <= lastTimestamp() || relativeOffset < lastOffset()) {
      return;
    }
    if (n == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * n);
      timestamps = Arrays.copyOf(timestamps, 2 * n);
    }
    timestamps[n] = timestampMs;
    offsets[n] = relativeOffset;
    count = n + 1;
  }

  /** A relative offset below which all timestamps are less than this one. */
  int offsetBefore(long timestampMs) {
    int n = count;
    int low = 0;
    int high = n - 1;
    int offset = 0;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (timestamps[middle] < timestampMs) {
        offset = offsets[middle];
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return offset;
  }

  /** The entries below a relative offset. */
  ByteBuffer toFile(long belowRelative) {
    int n = count;
    ByteBuffer file = ByteBuffer.allocate(n * ENTRY_BYTES);
    for (int i = 0; i < n && offsets[i] < belowRelative; i++) {
      file.putLong(timestamps[i]).putInt(offsets[i]);
    }
    return file.flip();
  }

  /** Takes a file's entries below a relative offset; false, and left empty, if they are bad. */
  boolean load(ByteBuffer file, long belowRelative) {
    clear();
    if (file.remaining() % ENTRY_BYTES != 0) {
      return false;
    }
    while (file.hasRemaining()) {
      int before = count;
      long timestamp = file.getLong();
      int offset = file.getInt();
      if (offset >= belowRelative) {
        return true;
      }
      maybeAdd(timestamp, offset);
      if (count == before) {
        clear();
        return false;
      }
    }
    return true;
  }

  /** Forgets all; only before anyone else looks. */
  void clear() {
    count = 0;
  }
}
