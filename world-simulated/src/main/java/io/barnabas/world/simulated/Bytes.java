package io.barnabas.world.simulated;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that grow and are cut at the end. */
final class Bytes {
  private byte[] array;
  private int size;

  Bytes() {
    this(new byte[0]);
  }

  Bytes(byte[] content) {
    this.array = content;
    this.size = content.length;
  }

  int size() {
    return size;
  }

  /** Writes at a position, with zeros in the gap if it is past the end. */
  void write(int position, byte[] source, int count) {
    int end = position + count;
    if (end > array.length) {
      array = Arrays.copyOf(array, Math.max(end, 2 * array.length));
    }
    System.arraycopy(source, 0, array, position, count);
    size = Math.max(size, end);
  }

  void truncate(int newSize) {
    if (newSize < size) {
      Arrays.fill(array, newSize, size, (byte) 0);
      size = newSize;
    }
  }

  /** Reads up to the room in the buffer; 0 at or past the end. */
  int read(ByteBuffer target, long position) {
    if (position >= size) {
      return 0;
    }
    int count = Math.min(target.remaining(), size - (int) position);
    target.put(array, (int) position, count);
    return count;
  }

  void flip(int position, int mask) {
    if (position < size) {
      array[position] ^= (byte) mask;
    }
  }

  byte[] copy() {
    return Arrays.copyOf(array, size);
  }
}
