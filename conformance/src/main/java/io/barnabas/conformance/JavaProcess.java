package io.barnabas.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Java main classes run as child processes with the JDK that runs this one. */
public final class JavaProcess {

  private JavaProcess() {}

  /**
   * What a finished program left.
   *
   * @param exitCode as the operating system reports it
   * @param output what it printed, standard output and error in one
   */
  public record Result(int exitCode, String output) {}

  /** The command line for a main class. */
  public static List<String> command(
      List<String> jvmOptions, String classPath, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /**
   * Runs a short program to its end, at most a minute.
   *
   * @param outputFile where its output is kept for a person to look at
   */
  public static Result run(
      String classPath, String mainClass, List<String> arguments, File outputFile)
      throws IOException, InterruptedException {
    List<String> quickStart =
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    Process process =
        new ProcessBuilder(command(quickStart, classPath, mainClass, arguments))
            .redirectErrorStream(true)
            .redirectOutput(outputFile)
            .start();
    process.getOutputStream().close();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      process.waitFor();
      throw new IOException(mainClass + " did not end within a minute, see " + outputFile);
    }
    return new Result(process.exitValue(), Files.readString(outputFile.toPath()));
  }
}
