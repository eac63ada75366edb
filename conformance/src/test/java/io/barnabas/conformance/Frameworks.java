package io.barnabas.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program made with Kafka Streams or Kafka Connect, in a process of its own with the libraries of
 * that release. Ends with its test.
 */
final class Frameworks implements AutoCloseable {
  private static final Path TARGET = Path.of("..", "frameworks", "target");
  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final Path output;

  private Frameworks(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a main class.
   *
   * @param output where what it prints is kept for a person to look at
   */
  static Frameworks start(String mainClass, List<String> arguments, Path output)
      throws IOException {
    List<String> options =
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
            "-Dorg.slf4j.simpleLogger.showDateTime=true");
    Process process =
        new ProcessBuilder(JavaProcess.command(options, classPath(), mainClass, arguments))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Frameworks(process, output);
  }

  private static String classPath() {
    try {
      return TARGET.resolve("classes")
          + File.pathSeparator
          + Files.readString(TARGET.resolve("frameworks.classpath")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("run through Maven, which writes the class path", e);
    }
  }

  /** That it runs still; what it printed otherwise. */
  void check() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("it has ended: " + Files.readString(output));
    }
  }

  @Override
  public void close() {
    process.destroy();
    Process _ = process.onExit().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
    if (process.isAlive()) {
      Process _ = process.destroyForcibly().onExit().join();
    }
  }
}
