package io.barnabas.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cli.WrongUsageException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FromTest {
  @Test
  void everyWayToSayWhere() {
    assertThat(From.parse("beginning")).isEqualTo(new From.Beginning());
    assertThat(From.parse("end")).isEqualTo(new From.End());
    assertThat(From.parse("17")).isEqualTo(new From.Offset(17));
    assertThat(From.parse("-3")).isEqualTo(new From.BeforeEnd(3));
    assertThat(From.parse("1970-01-01T00:00:01.5Z")).isEqualTo(new From.Time(1500));
    assertThat(From.parse("1970-01-01T01:00:00+01:00")).isEqualTo(new From.Time(0));
    long midnight =
        LocalDate.of(2026, 1, 1).atStartOfDay(ZoneId.systemDefault()).toInstant().toEpochMilli();
    assertThat(From.parse("2026-01-01")).isEqualTo(new From.Time(midnight));
    assertThat(From.parse("2026-01-01T00:00")).isEqualTo(new From.Time(midnight));
    assertThat(From.parse("PT1H30M")).isEqualTo(new From.Since(Duration.ofMinutes(90)));
  }

  @Test
  void timesAndDurationsAreTimes() {
    assertThat(From.parse("1970-01-01T00:00:01Z").time(5_000)).hasValue(1_000);
    assertThat(From.parse("PT2S").time(5_000)).hasValue(3_000);
    assertThat(From.parse("P1D").time(5_000)).hasValue(0);
    assertThat(From.parse("17").time(5_000)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "start", "1.5", "--1", "2026-13-01", "99999999999999999999", "PT-1S", "P"})
  void nothingElse(String text) {
    assertThatThrownBy(() -> From.parse(text))
        .isInstanceOf(WrongUsageException.class)
        .hasMessageContaining("no place to begin");
  }
}
