package io.barnabas.chaos.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short programs of the system. */
final class Commands {
  private static final int LIMIT_SECONDS = 60;

  private Commands() {}

  /**
   * Runs one to its end.
   *
   * @param line the program and its arguments, between spaces
   * @throws IOException if it fails, with what it said
   */
  static void run(String line) throws IOException, InterruptedException {
    run(List.of(line.split(" ", -1)));
  }

  /** The same with arguments that may have spaces in them. */
  static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " did not end");
    }
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
  }
}
