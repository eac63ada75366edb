package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskErrorsTest {
  @Test
  void aDirectoryThatCannotBeIsRefusedWithTheReason(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    NodeSettings settings = NodeSettings.parse(Map.of("log.dirs", file.resolve("in").toString()));
    assertThatThrownBy(() -> Node.start(RealWorld.create(), settings))
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "The data directory %s cannot be used: %s is not a directory."
                .formatted(file.resolve("in"), file));
  }

  @Test
  void aMessageThatIsOnlyAPathGetsWords() {
    assertThat(DiskErrors.reason(new NoSuchFileException("/x")))
        .isEqualTo("/x is not there and cannot be made");
    assertThat(DiskErrors.reason(new AccessDeniedException("/x")))
        .isEqualTo("access to /x is denied");
    assertThat(DiskErrors.reason(new FileSystemException("/x", null, "Read-only file system")))
        .isEqualTo("/x: Read-only file system");
    assertThat(DiskErrors.reason(new IOException("It is full."))).isEqualTo("It is full");
  }
}
