package io.barnabas.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cli.WrongUsageException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "1000000, 1000000", "5B, 5", "500KiB, 512000", "20MiB, 20971520"})
  void aRateIsANumberWithOrWithoutAUnit(String text, long bytesPerSecond) {
    assertThat(Throttle.parse(text)).isEqualTo(bytesPerSecond);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "fast", "20MB", "1.5MiB", "9999999999999999999"})
  void anythingElseIsWrong(String text) {
    assertThatThrownBy(() -> Throttle.parse(text))
        .isInstanceOf(WrongUsageException.class)
        .hasMessage("The rate '%s' is not like 1000000, 500KiB or 20MiB.".formatted(text));
  }
}
