package io.barnabas.log;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where in a segment's file some of its batches are. One thread at a time adds or cuts; any number
 * look up meanwhile.
 */
final class OffsetIndex {
  static final int ENTRY_BYTES = 8;

  /** Pairs of relative offset and position; replaced when it grows, never shrunk. */
  private int[] entries = new int[16];

  /** Written after the entries that it counts, so that who reads it sees them. */
  private volatile int count;

  int count() {
    return count;
  }

  void add(int relativeOffset, int position) {
    int n = count;
    if (2 * n == entries.length) {
      entries = Arrays.copyOf(entries, 4 * n);
    }
    entries[2 * n] = relativeOffset;
    entries[2 * n + 1] = position;
    count = n + 1;
  }

  /** The position of a batch that begins at or before the one with this offset. */
  int positionAtOrBefore(long relativeOffset) {
    return floor(relativeOffset, 0);
  }

  /** The last known batch position that is not above another position. */
  int positionNotAbove(long position) {
    return floor(position, 1);
  }

  int lastPosition() {
    int n = count;
    return n == 0 ? 0 : entries[2 * n - 1];
  }

  private int floor(long wanted, int column) {
    int low = 0;
    int high = count - 1;
    int[] all = entries;
    int position = 0;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (all[2 * middle + column] <= wanted) {
        position = all[2 * middle + 1];
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return position;
  }

  /** The entries below a relative offset. */
  ByteBuffer toFile(long belowRelative) {
    int n = count;
    ByteBuffer file = ByteBuffer.allocate(n * ENTRY_BYTES);
    for (int i = 0; i < n && entries[2 * i] < belowRelative; i++) {
      file.putInt(entries[2 * i]).putInt(entries[2 * i + 1]);
    }
    return file.flip();
  }

  /**
   * Takes a file's entries below a relative offset; false, and left empty, when they cannot be of
   * such a segment.
   */
  boolean load(ByteBuffer file, int logBytes, long belowRelative) {
    clear();
    if (file.remaining() % ENTRY_BYTES != 0) {
      return false;
    }
    int lastOffset = -1;
    int lastPosition = -1;
    while (file.hasRemaining()) {
      int offset = file.getInt();
      int position = file.getInt();
      if (offset <= lastOffset || position <= lastPosition) {
        clear();
        return false;
      }
      if (offset >= belowRelative) {
        return true;
      }
      if (position >= logBytes) {
        clear();
        return false;
      }
      add(offset, position);
      lastOffset = offset;
      lastPosition = position;
    }
    return true;
  }

  /** Forgets all; only before anyone else looks. */
  void clear() {
    count = 0;
  }
}
