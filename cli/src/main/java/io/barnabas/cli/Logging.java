package io.barnabas.cli;

import io.barnabas.cli.logging.NodeLoggingProvider;
import java.util.Map;

/** What is logged, to standard error; {@link io.barnabas.cli.logging} has the loggers. */
final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";

  private Logging() {}

  /**
   * Chooses levels and form before the first logger exists. A system property of slf4j-simple that
   * is set goes before this.
   */
  static void configure(String... arguments) {
    boolean isNode = arguments.length > 0 && arguments[0].equals("start");
    Map<String, String> settings =
        Map.of(
            "defaultLogLevel", isNode ? "info" : "off",
            "log.org.apache.kafka", isNode ? "warn" : "off",
            // It prints the stack of what it throws as well.
            "log.org.apache.kafka.common.security.ssl", "off",
            "log.org.apache.ratis", isNode ? "error" : "off",
            "showDateTime", "true",
            "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "showThreadName", "false",
            "showShortLogName", "true");
    settings.forEach((name, value) -> putIfAbsent(PREFIX + name, value));
    putIfAbsent("slf4j.provider", NodeLoggingProvider.class.getName());
    // Otherwise it says on each start which provider it uses.
    putIfAbsent("slf4j.internal.verbosity", "WARN");
  }

  private static void putIfAbsent(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
