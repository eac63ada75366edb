package io.barnabas.server.api;

import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * The levels of a program's loggers, by Kafka's names. The logger factory of the program implements
 * it if they can be changed while it runs. Thread-safe.
 */
public interface LoggerLevels {
  /** The logger from which all others inherit. */
  String ROOT = "root";

  /** The level in effect of every logger that is there, the root included. */
  Map<String, String> levels();

  /**
   * Changes the level of a logger, and of those under it that have none of their own.
   *
   * @param logger one of {@link #levels}
   * @param level TRACE, DEBUG, INFO, WARN, ERROR or FATAL; empty lets it inherit again
   */
  void change(String logger, Optional<String> level);

  /** Those of this program; empty if they cannot be changed while it runs. */
  static Optional<LoggerLevels> ofProgram() {
    return LoggerFactory.getILoggerFactory() instanceof LoggerLevels levels
        ? Optional.of(levels)
        : Optional.empty();
  }
}
