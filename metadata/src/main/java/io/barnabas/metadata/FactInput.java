package io.barnabas.metadata;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;

/** Reads what {@link FactOutput} wrote. Nothing is allocated beyond the bytes that are there. */
final class FactInput {
  private final ByteBuffer bytes;

  FactInput(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /**
   * What {@code body} reads from the bytes, all of which it must use.
   *
   * @throws UnreadableFactException if they end too early or too late
   */
  static <T> T readAll(byte[] bytes, String what, Function<FactInput, T> body) {
    FactInput in = new FactInput(bytes);
    try {
      T read = body.apply(in);
      if (in.bytes.hasRemaining()) {
        throw new UnreadableFactException(
            "%s has %d bytes too many".formatted(what, in.bytes.remaining()));
      }
      return read;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new UnreadableFactException(what + " is damaged", e);
    }
  }

  /** A number from 0 to the greatest int. */
  int count() {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        if (value > Integer.MAX_VALUE) {
          break;
        }
        return (int) value;
      }
    }
    throw new IllegalArgumentException("A count beyond 2147483647");
  }

  int int32() {
    return bytes.getInt();
  }

  long int64() {
    return bytes.getLong();
  }

  Uuid uuid() {
    long most = int64();
    return new Uuid(most, int64());
  }

  byte[] blob() {
    int length = count();
    if (length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] value = new byte[length];
    bytes.get(value);
    return value;
  }

  String string() {
    return new String(blob(), StandardCharsets.UTF_8);
  }

  Optional<String> optionalString() {
    return optional(FactInput::string);
  }

  <T> Optional<T> optional(Function<FactInput, T> value) {
    return bool() ? Optional.of(value.apply(this)) : Optional.empty();
  }

  boolean bool() {
    return switch (count()) {
      case 0 -> false;
      case 1 -> true;
      default -> throw new IllegalArgumentException("Neither true nor false");
    };
  }

  <T> List<T> list(Function<FactInput, T> each) {
    int count = count();
    List<T> values = new ArrayList<>(Math.min(count, bytes.remaining()));
    for (int i = 0; i < count; i++) {
      values.add(each.apply(this));
    }
    return values;
  }
}
