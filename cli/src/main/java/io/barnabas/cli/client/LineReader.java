package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of bytes, not of characters: what goes in comes out the same, whatever its encoding. A line
 * ends with a line feed, the last one also with the end of the input. Not for several threads.
 */
final class LineReader {
  private static final int FIRST_BUFFER_BYTES = 1 << 18;

  private final InputStream in;
  private final int maxLineBytes;
  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int start;
  private int end;
  private long lines;

  /**
   * Reads from a stream that is not closed by this.
   *
   * @param maxLineBytes the longest line that is accepted
   */
  LineReader(InputStream in, int maxLineBytes) {
    this.in = in;
    this.maxLineBytes = maxLineBytes;
  }

  /** The number of the line that was read last, from 1. */
  long lineNumber() {
    return lines;
  }

  /**
   * The next line without its end, or null after the last one.
   *
   * @throws CliException when it is too long
   */
  byte @Nullable [] next() throws IOException {
    int scanned = start;
    while (true) {
      for (int i = scanned; i < end; i++) {
        if (buffer[i] == '\n') {
          return take(i, i + 1);
        }
      }
      int scannedBytes = end - start;
      if (scannedBytes > maxLineBytes) {
        throw new CliException(
            "Line %d is longer than %d bytes.".formatted(lines + 1, maxLineBytes));
      }
      if (!fill()) {
        return start == end ? null : take(end, end);
      }
      scanned = start + scannedBytes;
    }
  }

  private byte[] take(int lineEnd, int next) {
    byte[] line = Arrays.copyOfRange(buffer, start, lineEnd);
    start = next;
    lines++;
    return line;
  }

  /** Reads more behind what is there; false at the end of the input. */
  private boolean fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    int read = in.read(buffer, end, buffer.length - end);
    end += Math.max(read, 0);
    return read >= 0;
  }
}
