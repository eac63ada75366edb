package io.barnabas.cli.client;

import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Times;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Where in a partition to begin. */
sealed interface From {
  /** The first record there is. */
  record Beginning() implements From {}

  /** Behind the last record. */
  record End() implements From {}

  /** An offset. */
  record Offset(long offset) implements From {}

  /** So many records before the end. */
  record BeforeEnd(long records) implements From {}

  /** The first record that is not older than a time. */
  record Time(long millis) implements From {}

  /** The first record that is not older than this, seen from now. */
  record Since(Duration age) implements From {}

  /**
   * The time that is meant, in milliseconds since 1970, if one is.
   *
   * @param nowMs the time that durations end at
   */
  default OptionalLong time(long nowMs) {
    return switch (this) {
      case Time(long millis) -> OptionalLong.of(millis);
      case Since(Duration age) -> OptionalLong.of(Math.max(0, nowMs - age.toMillis()));
      default -> OptionalLong.empty();
    };
  }

  /**
   * Reads what a person wrote: {@code beginning}, {@code end}, an offset, a negative number of
   * records, a date or time (of this machine's zone if it names none), or a duration.
   *
   * @throws WrongUsageException if it is none of these
   */
  static From parse(String text) {
    if (text.equals("beginning")) {
      return new Beginning();
    }
    if (text.equals("end")) {
      return new End();
    }
    if (text.matches("-?[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      return text.startsWith("-") ? new BeforeEnd(-number) : new Offset(number);
    }
    return Times.parse(text)
        .<From>map(instant -> new Time(instant.toEpochMilli()))
        .or(() -> age(text).map(Since::new))
        .orElseThrow(
            () ->
                new WrongUsageException(
                    "'%s' is no place to begin: say beginning, end, an offset, -N for the last N"
                            .formatted(text)
                        + " records, a time such as 2026-11-21T13:00:00Z, or a duration such as"
                        + " PT1H30M."));
  }

  private static Optional<Duration> age(String text) {
    return Times.attempt(text, Duration::parse)
        .filter(Duration::isPositive)
        .filter(From::isInMillis);
  }

  private static boolean isInMillis(Duration age) {
    return age.compareTo(Duration.ofMillis(Long.MAX_VALUE)) <= 0;
  }
}
