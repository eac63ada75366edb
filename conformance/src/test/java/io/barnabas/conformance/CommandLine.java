package io.barnabas.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code barnabas} command as a child process. */
final class CommandLine {

  private static final List<String> QUICK_START =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

  private CommandLine() {}

  /** What a finished command left. */
  record Result(int exitCode, String output, String errors) {}

  /** Begins a command; its output goes to {@code out} and {@code err} in the directory. */
  static Process begin(Path directory, List<String> arguments) throws IOException {
    String classPath = ClassPaths.readFrom(Path.of("target")).barnabas();
    return new ProcessBuilder(
            JavaProcess.command(QUICK_START, classPath, "io.barnabas.cli.Main", arguments))
        .redirectOutput(out(directory))
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  /** Runs a command to its end, at most a minute. */
  static Result run(Path directory, byte[] input, List<String> arguments)
      throws IOException, InterruptedException {
    Process process = begin(directory, arguments);
    try (var toProcess = process.getOutputStream()) {
      toProcess.write(input);
    } catch (IOException e) {
      // It ended without reading all of it; its exit code and errors say why.
      process.onExit().join();
    }
    return end(directory, process);
  }

  /** Waits for the end of a command, at most a minute. */
  static Result end(Path directory, Process process) throws IOException, InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IOException("the command did not end within a minute");
    }
    return new Result(
        process.exitValue(),
        Files.readString(out(directory).toPath()),
        Files.readString(directory.resolve("err")));
  }

  private static File out(Path directory) {
    return directory.resolve("out").toFile();
  }
}
