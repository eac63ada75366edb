package io.barnabas.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;

/** Builds the bytes of facts. Numbers are big-endian; counts and lengths are unsigned varints. */
final class FactOutput {
  private static final int FIRST_SIZE = 128;

  private byte[] bytes = new byte[FIRST_SIZE];
  private int length;

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** Forgets what was written. */
  void clear() {
    length = 0;
  }

  /** Of all that was written; see {@link Hash64}. */
  long hash() {
    return Hash64.of(bytes, length);
  }

  private void write(int value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) value;
  }

  private void writeAll(byte[] values, int count) {
    if (count > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(length, count)));
    }
    System.arraycopy(values, 0, bytes, length, count);
    length += count;
  }

  void count(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    write(rest);
  }

  void int32(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      write(value >>> shift);
    }
  }

  void int64(long value) {
    int32((int) (value >>> 32));
    int32((int) value);
  }

  void uuid(Uuid id) {
    int64(id.getMostSignificantBits());
    int64(id.getLeastSignificantBits());
  }

  void blob(byte[] value) {
    count(value.length);
    writeAll(value, value.length);
  }

  /** All that another one has, as {@link #blob(byte[])} writes it. */
  void blob(FactOutput value) {
    count(value.length);
    writeAll(value.bytes, value.length);
  }

  void string(String value) {
    blob(value.getBytes(StandardCharsets.UTF_8));
  }

  void optionalString(Optional<String> value) {
    optional(value, FactOutput::string);
  }

  <T> void optional(Optional<T> value, BiConsumer<FactOutput, T> each) {
    bool(value.isPresent());
    value.ifPresent(there -> each.accept(this, there));
  }

  void bool(boolean value) {
    count(value ? 1 : 0);
  }

  <T> void list(List<T> values, BiConsumer<FactOutput, T> each) {
    count(values.size());
    values.forEach(value -> each.accept(this, value));
  }
}
