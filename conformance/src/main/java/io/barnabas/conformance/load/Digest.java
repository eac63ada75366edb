package io.barnabas.conformance.load;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over lines, each with its newline, and how many they are. Not thread-safe. */
final class Digest {
  private final MessageDigest sha256;
  private long lines;

  Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * What came.
   *
   * @param sha256 in hexadecimal digits
   * @param lines how many newlines there were
   */
  record Sum(String sha256, long lines) {}

  /** Takes a line that lacks its newline. */
  void line(byte[] line) {
    sha256.update(line);
    sha256.update((byte) '\n');
    lines++;
  }

  /** Takes a whole stream. */
  void stream(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      sha256.update(buffer, 0, read);
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          lines++;
        }
      }
    }
  }

  /** Ends the sum. */
  Sum sum() {
    return new Sum(HexFormat.of().formatHex(sha256.digest()), lines);
  }
}
