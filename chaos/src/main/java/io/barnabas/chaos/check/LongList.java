package io.barnabas.chaos.check;

import java.util.Arrays;

/** Numbers by their index, in as little memory as they need; what was not set is {@code NONE}. */
final class LongList {
  /** In place of a number. */
  static final long NONE = Long.MIN_VALUE;

  private long[] values = new long[0];
  private int size;

  int size() {
    return size;
  }

  long get(long index) {
    return index < size ? values[Math.toIntExact(index)] : NONE;
  }

  void set(long index, long value) {
    int at = Math.toIntExact(index);
    if (at >= values.length) {
      int before = values.length;
      values = Arrays.copyOf(values, Math.max(Math.max(64, at + 1), before + before / 2));
      Arrays.fill(values, before, values.length, NONE);
    }
    values[at] = value;
    size = Math.max(size, at + 1);
  }
}
