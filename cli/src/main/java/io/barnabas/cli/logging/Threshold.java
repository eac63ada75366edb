package io.barnabas.cli.logging;

import java.util.Locale;
import org.slf4j.event.Level;

/** How important a message must be to be written. */
enum Threshold {
  TRACE(Level.TRACE.toInt()),
  DEBUG(Level.DEBUG.toInt()),
  INFO(Level.INFO.toInt()),
  WARN(Level.WARN.toInt()),
  ERROR(Level.ERROR.toInt()),
  OFF(Integer.MAX_VALUE);

  private final int least;

  Threshold(int least) {
    this.least = least;
  }

  /** That of a level; there is no message more important than an error. */
  static Threshold of(String level) {
    return switch (level.toUpperCase(Locale.ROOT)) {
      case "TRACE" -> TRACE;
      case "DEBUG" -> DEBUG;
      case "WARN" -> WARN;
      case "ERROR", "FATAL" -> ERROR;
      case "OFF" -> OFF;
      default -> INFO;
    };
  }

  boolean lets(Level level) {
    return level.toInt() >= least;
  }
}
