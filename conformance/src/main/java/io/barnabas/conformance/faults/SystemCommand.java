package io.barnabas.conformance.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Short programs of the operating system. */
final class SystemCommand {

  private SystemCommand() {}

  /**
   * Runs one to its end.
   *
   * @throws IOException if it fails, with what it printed
   */
  static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.onExit().join().exitValue();
    if (exitCode != 0) {
      throw new IOException(
          "%s ended with %d: %s".formatted(List.of(command), exitCode, output.strip()));
    }
  }

  /** What is missing of a privileged person and these programs, as a sentence. */
  static Optional<String> missing(String... programs) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("this is not Linux");
    }
    if (!isRoot()) {
      return Optional.of("only root may do that");
    }
    return Arrays.stream(programs)
        .filter(program -> !isOnPath(program))
        .map(program -> "the program " + program + " is not installed")
        .findFirst();
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
