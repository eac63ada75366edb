package io.barnabas.coordinator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes as a value. Whoever makes one or looks into it leaves the array as it is. */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** These bytes, not copied. */
  public static Bytes of(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /** The bytes, not copied. */
  public byte[] array() {
    return array;
  }

  /** How many there are. */
  public int size() {
    return array.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  @Override
  public String toString() {
    return array.length + " bytes";
  }
}
