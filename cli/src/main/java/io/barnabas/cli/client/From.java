package io.barnabas.cli.client;

import io.barnabas.cli.WrongUsageException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

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

  /**
   * Reads what a person wrote: {@code beginning}, {@code end}, an offset, a negative number of
   * records, or a date or time (of this machine's zone if it names none).
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
    return instant(text)
        .<From>map(instant -> new Time(instant.toEpochMilli()))
        .orElseThrow(
            () ->
                new WrongUsageException(
                    "'%s' is no place to begin: say beginning, end, an offset, -N for the last N"
                            .formatted(text)
                        + " records, or a time such as 2026-11-21T13:00:00Z."));
  }

  private static Optional<Instant> instant(String text) {
    return attempt(text, t -> OffsetDateTime.parse(t).toInstant())
        .or(() -> attempt(text, t -> LocalDateTime.parse(t).atZone(zone()).toInstant()))
        .or(() -> attempt(text, t -> LocalDate.parse(t).atStartOfDay(zone()).toInstant()));
  }

  private static ZoneId zone() {
    return ZoneId.systemDefault();
  }

  private static Optional<Instant> attempt(String text, Function<String, Instant> parser) {
    try {
      return Optional.of(parser.apply(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
