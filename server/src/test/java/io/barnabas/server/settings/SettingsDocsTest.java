package io.barnabas.server.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page that people read says what the code does; {@code -Ddocs.rewrite=true} writes it. */
class SettingsDocsTest {
  private static final Path PAGE = Path.of("..", "docs", "settings.md");

  @Test
  void thePageIsThatOfTheCode() throws IOException {
    if (Boolean.getBoolean("docs.rewrite")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, SettingsDocs.reference());
    }
    assertThat(PAGE).content().isEqualTo(SettingsDocs.reference());
  }
}
