package io.barnabas.cli.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.cli.CliException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {
  private static List<String> lines(String text) throws IOException {
    LineReader reader =
        new LineReader(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), 1 << 20);
    List<String> lines = new ArrayList<>();
    for (byte[] line = reader.next(); line != null; line = reader.next()) {
      lines.add(new String(line, ISO_8859_1));
      assertThat(reader.lineNumber()).isEqualTo(lines.size());
    }
    return lines;
  }

  @Test
  void linesAreBytesWithoutTheirEnds() throws IOException {
    assertThat(lines("")).isEmpty();
    assertThat(lines("\n")).containsExactly("");
    assertThat(lines("a\r\n\n\u00ff\u0000b")).containsExactly("a\r", "", "\u00ff\u0000b");
  }

  /** Lines around the size of the buffer and far beyond it. */
  @ParameterizedTest
  @ValueSource(ints = {(1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 20})
  void longLinesAreWhole(int length) throws IOException {
    String line = "x".repeat(length);
    assertThat(lines("short\n" + line + "\n" + line)).containsExactly("short", line, line);
  }

  @Test
  void aLineWithoutEndIsRefusedBeforeItFillsTheMemory() {
    assertThatThrownBy(() -> lines("ok\n" + "x".repeat(3 << 20)))
        .isInstanceOf(CliException.class)
        .hasMessage("Line 2 is longer than 1048576 bytes.");
  }

  @Test
  void theFirstSeparatorEndsTheKey() {
    KeyedLine line = KeyedLine.split(bytes("k::v::w"), bytes("::"), 1);
    assertThat(line.key()).isEqualTo(bytes("k"));
    assertThat(line.value()).isEqualTo(bytes("v::w"));
    assertThat(KeyedLine.split(bytes("k::v"), null, 1).key()).isNull();
    assertThatThrownBy(() -> KeyedLine.split(bytes("k:v"), bytes("::"), 7))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("Line 7");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
