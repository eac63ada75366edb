package io.barnabas.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
  @Test
  void columnsAreAligned() {
    Table table = new Table("NAME", ">COUNT", "STATE");
    table.add("a", 5, "ok");
    table.add("longer", 1234567, "");
    assertThat(table.toString())
        .isEqualTo(
            """
            NAME      COUNT  STATE
            a             5  ok
            longer  1234567\
            """);
  }

  @Test
  void jsonHoldsWhateverTextThereIs() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"b\" \\ \n \r \t \u0001 ü €");
    value.put("list", Arrays.asList(1, 2L, true, null));
    value.put("map", Map.of("k", List.of()));
    assertThat(Json.of(value))
        .isEqualTo(
            "{\"text\":\"a \\\"b\\\" \\\\ \\n \\r \\t \\u0001 ü €\","
                + "\"list\":[1,2,true,null],\"map\":{\"k\":[]}}");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1572864, 1.5 MiB",
    "9223372036854775807, 8.0 EiB"
  })
  void sizesHaveUnits(long bytes, String text) {
    assertThat(Amounts.bytes(bytes)).isEqualTo(text);
  }

  @Test
  void countsAgreeWithTheirNouns() {
    assertThat(Amounts.count(1, "record")).isEqualTo("1 record");
    assertThat(Amounts.count(1_234_567, "record")).isEqualTo("1,234,567 records");
  }
}
