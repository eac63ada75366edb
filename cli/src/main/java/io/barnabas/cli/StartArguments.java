package io.barnabas.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code barnabas start} is told.
 *
 * @param settings by name; they go before the file's
 */
record StartArguments(Optional<Path> file, Map<String, String> settings) {

  /** Reads the usual forms; empty for everything else, help and mistakes included. */
  static Optional<StartArguments> parse(String... arguments) {
    if (arguments.length % 2 == 0 || !arguments[0].equals("start")) {
      return Optional.empty();
    }
    Optional<Path> file = Optional.empty();
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 1; i < arguments.length; i += 2) {
      String value = arguments[i + 1];
      int equals = value.indexOf('=');
      switch (arguments[i]) {
        case "-c", "--config" -> {
          if (file.isPresent() || value.startsWith("-")) {
            return Optional.empty();
          }
          try {
            file = Optional.of(Path.of(value));
          } catch (InvalidPathException e) {
            return Optional.empty();
          }
        }
        case "-o", "--setting" -> {
          if (equals <= 0) {
            return Optional.empty();
          }
          settings.put(value.substring(0, equals), value.substring(equals + 1));
        }
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new StartArguments(file, settings));
  }
}
