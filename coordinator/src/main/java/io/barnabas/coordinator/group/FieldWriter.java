package io.barnabas.coordinator.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.barnabas.coordinator.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/** Writes fields in Kafka's encodings; those that are not called compact in the older one. */
final class FieldWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  FieldWriter int8(int value) {
    out.write(value);
    return this;
  }

  FieldWriter int16(int value) {
    out.write(value >>> 8);
    out.write(value);
    return this;
  }

  FieldWriter int32(int value) {
    return int16(value >>> 16).int16(value);
  }

  FieldWriter int64(long value) {
    return int32((int) (value >>> 32)).int32((int) value);
  }

  /** At most 32767 bytes. */
  FieldWriter string(String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    if (utf8.length > Short.MAX_VALUE) {
      throw new IllegalArgumentException("a string of " + utf8.length + " bytes");
    }
    int16(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  FieldWriter optional(Optional<String> value) {
    return value.map(this::string).orElseGet(() -> int16(-1));
  }

  FieldWriter bytes(Bytes value) {
    int32(value.size());
    out.writeBytes(value.array());
    return this;
  }

  /** Lengths and tags of the compact encoding. */
  FieldWriter varint(int value) {
    int left = value;
    while ((left & ~0x7f) != 0) {
      out.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write(left);
    return this;
  }

  FieldWriter compactString(String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    varint(utf8.length + 1);
    out.writeBytes(utf8);
    return this;
  }

  FieldWriter compactOptional(Optional<String> value) {
    return value.map(this::compactString).orElseGet(() -> varint(0));
  }

  FieldWriter compactBytes(Bytes value) {
    varint(value.size() + 1);
    out.writeBytes(value.array());
    return this;
  }

  /** How many elements follow. */
  FieldWriter compactCount(int count) {
    return varint(count + 1);
  }

  FieldWriter uuid(Uuid value) {
    return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
  }

  /** What was written elsewhere, as the only tagged field. */
  FieldWriter onlyTagged(int tag, Bytes value) {
    varint(1).varint(tag).varint(value.size());
    out.writeBytes(value.array());
    return this;
  }

  Bytes written() {
    return Bytes.of(out.toByteArray());
  }
}
