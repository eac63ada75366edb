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
    return run(command(quickStart, classPath, mainClass, arguments), 60, outputFile);
  }

  /**
   * Runs any program to its end.
   *
   * @param limitSeconds after which it is killed, which is an error
   * @param outputFile where its output is kept for a person to look at
   */
  public static Result run(List<String> command, int limitSeconds, File outputFile)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(outputFile).start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        throw new IOException(
            command.getFirst() + " did not end in " + limitSeconds + " s, see " + outputFile);
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return new Result(process.exitValue(), Files.readString(outputFile.toPath()));
  }
}
