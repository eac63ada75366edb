package io.barnabas.metadata;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;

/** Builds the bytes of facts. Numbers are big-endian; counts and lengths are unsigned varints. */
final class FactOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  void count(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
  }

  void int32(int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes.write(value >>> shift);
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
    bytes.writeBytes(value);
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
