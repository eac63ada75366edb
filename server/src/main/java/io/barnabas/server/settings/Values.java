package io.barnabas.server.settings;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/** Values of settings by name, each of the type that its definition says. Immutable. */
final class Values {
  private final Map<String, Object> values;

  Values(Map<String, Object> values) {
    this.values = values;
  }

  /** As a person writes it; passwords are not shown. */
  static String string(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  /** Null if there is neither a value nor a default. */
  @Nullable Object get(String name) {
    return values.get(name);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(Values::string).filter(t -> !t.isBlank());
  }

  Optional<String> password(String name) {
    return values.get(name) instanceof Password password
        ? Optional.of(password.value())
        : Optional.empty();
  }

  List<String> list(String name) {
    return values.get(name) instanceof List<?> list
        ? list.stream().map(element -> String.valueOf(element).trim()).toList()
        : List.of();
  }

  boolean isOn(String name) {
    return values.get(name) instanceof Boolean on && on;
  }

  int integer(String name) {
    return Math.toIntExact(number(name));
  }

  double decimal(String name) {
    if (values.get(name) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalStateException(name + " is not a number");
  }

  long number(String name) {
    if (values.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException(name + " is not a number");
  }
}
