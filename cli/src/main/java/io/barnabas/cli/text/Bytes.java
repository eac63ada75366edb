package io.barnabas.cli.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Bytes that are text most of the time. */
public final class Bytes {
  private Bytes() {}

  /** The text, if they are UTF-8. */
  private static Optional<String> decode(byte[] bytes) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** JSON has no bytes: what is not UTF-8 goes in base 64 under a name that says so. */
  public static void put(Map<String, @Nullable Object> json, String name, byte @Nullable [] bytes) {
    Optional<String> text = bytes == null ? Optional.empty() : decode(bytes);
    if (bytes == null || text.isPresent()) {
      json.put(name, text.orElse(null));
    } else {
      json.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
    }
  }

  /**
   * For a person, on one line: text in quotation marks, or {@code 0x} and hexadecimal digits where
   * it is none; {@code null} without any.
   */
  public static String quoted(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "null";
    }
    return decode(bytes)
        .filter(text -> text.codePoints().noneMatch(Bytes::isInvisible))
        .map(Json::of)
        .orElseGet(() -> "0x" + HexFormat.of().formatHex(bytes));
  }

  /** Whether it is none of what text has. */
  private static boolean isInvisible(int codePoint) {
    return Character.isISOControl(codePoint)
        && codePoint != '\n'
        && codePoint != '\r'
        && codePoint != '\t';
  }
}
