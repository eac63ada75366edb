package io.barnabas.cli.text;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Standard output, buffered: for a person or, as JSON, for a program. Not for several threads. */
public final class Output {
  private static final int BUFFER_BYTES = 1 << 16;

  private final PrintStream out;
  private final boolean isJson;

  /**
   * Output to a stream that is not closed by this.
   *
   * @param isJson whether a program reads it
   */
  public Output(OutputStream stream, boolean isJson) {
    this.out =
        new PrintStream(
            new BufferedOutputStream(stream, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    this.isJson = isJson;
  }

  /** Whether a program reads it. */
  public boolean isJson() {
    return isJson;
  }

  /** Prints a line, for people or programs. */
  public void line(Object line) {
    out.print(line);
    out.print('\n');
  }

  /** Prints a value as a line of JSON. */
  public void json(@Nullable Object value) {
    line(Json.of(value));
  }

  /** Makes room: on a terminal what comes next takes the place of what there is. */
  public void clear() {
    if (Progress.isOutTerminal()) {
      out.print("\033[H\033[2J");
    }
  }

  /** Writes bytes as they are. */
  public void bytes(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /**
   * Hands everything on to whoever reads.
   *
   * @return false when nobody reads any more
   */
  public boolean flush() {
    return !out.checkError();
  }
}
