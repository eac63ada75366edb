package io.barnabas.coordinator.group;

import io.barnabas.coordinator.Bytes;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Reads fields of a message, in the compact encoding or the one before it. Throws a {@link
 * RuntimeException} where there are fewer bytes than they should be.
 */
final class FieldReader {
  private final ByteBufferAccessor in;
  private final boolean compact;

  /**
   * Of these bytes.
   *
   * @param compactFrom the first version of the message in the compact encoding
   */
  FieldReader(ByteBuffer bytes, int version, int compactFrom) {
    in = new ByteBufferAccessor(bytes);
    compact = version >= compactFrom;
  }

  int int8() {
    return in.readByte();
  }

  int int32() {
    return in.readInt();
  }

  long int64() {
    return in.readLong();
  }

  Uuid uuid() {
    return new Uuid(in.readLong(), in.readLong());
  }

  private int length(int before) {
    return compact ? in.readUnsignedVarint() - 1 : before;
  }

  String string() {
    return optional().orElseThrow(() -> new IllegalArgumentException("a string is missing"));
  }

  Optional<String> optional() {
    int length = compact ? length(0) : in.readShort();
    return length < 0 ? Optional.empty() : Optional.of(in.readString(length));
  }

  Bytes bytes() {
    int length = compact ? length(0) : in.readInt();
    if (length < 0) {
      throw new IllegalArgumentException("bytes are missing");
    }
    return Bytes.of(in.readArray(length));
  }

  /** How many elements follow. */
  int count() {
    int count = compact ? length(0) : in.readInt();
    if (count < 0 || count > in.remaining()) {
      throw new IllegalArgumentException("not a number of elements: " + count);
    }
    return count;
  }

  /** Takes each tagged field, none of which there are before the compact encoding. */
  void tagged(Tagged reader) {
    if (!compact) {
      return;
    }
    int fields = in.readUnsignedVarint();
    for (int i = 0; i < fields; i++) {
      int tag = in.readUnsignedVarint();
      int length = in.readUnsignedVarint();
      reader.field(tag, ByteBuffer.wrap(in.readArray(length)));
    }
  }

  /** Passes tagged fields by. */
  void skipTagged() {
    tagged((tag, value) -> {});
  }

  /** What becomes of a tagged field. */
  @FunctionalInterface
  interface Tagged {
    void field(int tag, ByteBuffer value);
  }
}
