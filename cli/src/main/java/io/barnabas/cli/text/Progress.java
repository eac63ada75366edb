package io.barnabas.cli.text;

import java.io.PrintStream;

/**
 * How far long work is: one line on standard error that is written over again and again, and only
 * if a person looks at it. Not for several threads.
 */
public final class Progress {
  private static final long PAUSE_NANOS = 200_000_000;
  private static final int LOOK_EVERY = 256;

  /** The system properties by which the launcher tells what is a terminal. */
  private static final String ERR_IS_TERMINAL = "barnabas.stderr.terminal";

  private static final String OUT_IS_TERMINAL = "barnabas.stdout.terminal";

  private final PrintStream err;
  private final boolean isShown;
  private final long startNanos = System.nanoTime();
  private long shownNanos = startNanos;
  private boolean hasShown;
  private long records;
  private long bytes;

  private Progress(PrintStream err, boolean isShown) {
    this.err = err;
    this.isShown = isShown;
  }

  /** Progress on standard error if that is a terminal, else none that is seen. */
  public static Progress onTerminal() {
    return new Progress(System.err, Boolean.getBoolean(ERR_IS_TERMINAL));
  }

  /** The same, but not seen where the work itself is printed to a terminal. */
  public static Progress besideOutput() {
    return new Progress(System.err, Boolean.getBoolean(ERR_IS_TERMINAL) && !isOutTerminal());
  }

  /** Whether a person looks at standard output. */
  static boolean isOutTerminal() {
    return Boolean.getBoolean(OUT_IS_TERMINAL);
  }

  /** One more record is done. */
  public void add(long recordBytes) {
    records++;
    bytes += recordBytes;
    if (isShown && records % LOOK_EVERY == 0) {
      show();
    }
  }

  private void show() {
    long now = System.nanoTime();
    if (now - shownNanos >= PAUSE_NANOS) {
      shownNanos = now;
      hasShown = true;
      err.print("\r\033[K" + this);
      err.flush();
    }
  }

  /** Takes the line away again. */
  public void end() {
    if (hasShown) {
      hasShown = false;
      err.print("\r\033[K");
      err.flush();
    }
  }

  /** How many records are done. */
  public long records() {
    return records;
  }

  /** How many bytes of keys and values they had. */
  public long bytes() {
    return bytes;
  }

  /** How long it has taken so far. */
  public long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }

  /** Such as {@code 1,000 records (1.2 MiB) in 0.42 s}. */
  @Override
  public String toString() {
    return "%s (%s) in %s"
        .formatted(
            Amounts.count(records, "record"),
            Amounts.bytes(bytes),
            Amounts.seconds(elapsedNanos()));
  }
}
