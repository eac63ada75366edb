package io.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartArgumentsTest {
  @Test
  void theUsualForms() {
    assertThat(StartArguments.parse("start"))
        .contains(new StartArguments(Optional.empty(), Map.of()));
    assertThat(
            StartArguments.parse(
                "start", "-o", "a=b=c", "--config", "f", "--setting", "d=", "-o", "a=e"))
        .contains(new StartArguments(Optional.of(Path.of("f")), Map.of("a", "e", "d", "")));
  }

  /** These are for the command line library to explain. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "topics",
        "start --help",
        "start -o",
        "start -o a",
        "start -o =a",
        "start -x a=b",
        "start -c a -c b",
        "start --config=f",
        "start -c -o"
      })
  void everythingElseIsLeftToOthers(String arguments) {
    assertThat(StartArguments.parse(arguments.split(" ", -1))).isEmpty();
  }
}
