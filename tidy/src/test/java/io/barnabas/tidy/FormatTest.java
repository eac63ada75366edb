package io.barnabas.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All sources are as google-java-format writes them. */
class FormatTest {
  /** With {@code -Dtidy.rewrite=true} the files are rewritten and the test passes. */
  private static final boolean REWRITE = Boolean.getBoolean("tidy.rewrite");

  @Test
  void sourcesAreFormatted() throws IOException, FormatterException {
    Formatter formatter = new Formatter();
    List<String> unformatted = new ArrayList<>();
    for (Path file : Sources.javaFiles()) {
      String source = Files.readString(file);
      String formatted = formatter.formatSourceAndFixImports(source);
      if (!formatted.equals(source)) {
        unformatted.add(Sources.name(file));
        if (REWRITE) {
          Files.writeString(file, formatted);
        }
      }
    }
    if (!REWRITE) {
      assertThat(unformatted)
          .as("run this test with -Dtidy.rewrite=true to format these")
          .isEmpty();
    }
  }
}
