package io.barnabas.cli.text;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

/** Times as people write them. */
public final class Times {
  private Times() {}

  /** A date or time, of this machine's zone if it names none; nothing if it is neither. */
  public static Optional<Instant> parse(String text) {
    return attempt(text, t -> OffsetDateTime.parse(t).toInstant())
        .or(() -> attempt(text, t -> LocalDateTime.parse(t).atZone(zone()).toInstant()))
        .or(() -> attempt(text, t -> LocalDate.parse(t).atStartOfDay(zone()).toInstant()));
  }

  private static ZoneId zone() {
    return ZoneId.systemDefault();
  }

  /** What a parser makes of a text; nothing if it refuses it. */
  public static <T> Optional<T> attempt(String text, Function<String, T> parser) {
    try {
      return Optional.of(parser.apply(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
