package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A line as a record. */
final class KeyedLine {
  private final byte @Nullable [] key;
  private final byte[] value;

  private KeyedLine(byte @Nullable [] key, byte[] value) {
    this.key = key;
    this.value = value;
  }

  /** The key's own bytes, null without one. */
  byte @Nullable [] key() {
    return key;
  }

  /** The value's own bytes. */
  byte[] value() {
    return value;
  }

  /**
   * Splits a line at the first separator.
   *
   * @param separator null if there are no keys
   * @param lineNumber for the complaint when the line has no separator
   */
  static KeyedLine split(byte[] line, byte @Nullable [] separator, long lineNumber) {
    if (separator == null || separator.length == 0) {
      return new KeyedLine(null, line);
    }
    for (int i = 0; i + separator.length <= line.length; i++) {
      if (Arrays.equals(line, i, i + separator.length, separator, 0, separator.length)) {
        return new KeyedLine(
            Arrays.copyOf(line, i), Arrays.copyOfRange(line, i + separator.length, line.length));
      }
    }
    throw new CliException(
        "Line %d has no key: it does not contain '%s'."
            .formatted(lineNumber, new String(separator, StandardCharsets.UTF_8)));
  }
}
