package io.barnabas.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cli.CliException;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OffsetResetTest {
  private static final TopicPartition ID = new TopicPartition("t", 0);

  private static OffsetReset.Known known(OptionalLong committed, long atTime) {
    return new OffsetReset.Known(committed, 10, 20, OptionalLong.of(atTime));
  }

  @ParameterizedTest
  @CsvSource({
    "beginning, 10",
    "end, 20",
    "15, 15",
    "9, 10",
    "21, 20",
    "-3, 17",
    "-11, 10",
    "2026-01-01, 13",
    "PT1H, 13"
  })
  void aPlaceBecomesAnOffsetThatThereIs(String where, long offset) {
    OffsetReset reset = new OffsetReset.To(From.parse(where));
    assertThat(reset.offset(ID, known(OptionalLong.empty(), 13))).isEqualTo(offset);
  }

  @Test
  void whereAllRecordsAreOlderItIsTheEnd() {
    OffsetReset reset = new OffsetReset.To(From.parse("PT1H"));
    assertThat(reset.offset(ID, known(OptionalLong.of(12), -1))).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({"0, 12", "5, 17", "-1, 11", "100, 20", "-100, 10"})
  void aShiftBeginsAtWhatIsCommitted(long by, long offset) {
    OffsetReset reset = new OffsetReset.By(by);
    assertThat(reset.offset(ID, known(OptionalLong.of(12), -1))).isEqualTo(offset);
    assertThatThrownBy(() -> reset.offset(ID, known(OptionalLong.empty(), -1)))
        .isInstanceOf(CliException.class)
        .hasMessage("Nothing is committed for t-0 to be moved.");
  }
}
