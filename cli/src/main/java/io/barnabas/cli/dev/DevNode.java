package io.barnabas.cli.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The process of one node: the same program on the same JVM with the same options. */
final class DevNode {
  /** The system property by which a node is told to stop when its standard input ends. */
  private static final String STOPS_WITH_INPUT = "-Dbarnabas.stops.with.input=true";

  private static final long STOP_LIMIT_SECONDS = 20;

  private final DevMember member;
  private final Process process;

  private DevNode(DevMember member, Process process) {
    this.member = member;
    this.process = process;
  }

  /**
   * Starts it. Its standard input is a pipe from this process, so that it ends when this one does,
   * however that happens.
   */
  static DevNode start(DevMember member) throws IOException {
    Process process =
        new ProcessBuilder(command(member))
            .redirectError(Redirect.appendTo(member.log().toFile()))
            .start();
    return new DevNode(member, process);
  }

  /** A Ctrl-C goes to all processes of the terminal; nodes leave it to this one to stop them. */
  private static List<String> command(DevMember member) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$0\" \"$@\""));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-Dbarnabas.std"))
        .forEach(command::add);
    command.add(STOPS_WITH_INPUT);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("io.barnabas.cli.Main", "start"));
    command.addAll(List.of("--config", member.settings().toString()));
    return command;
  }

  DevMember member() {
    return member;
  }

  long pid() {
    return process.pid();
  }

  /** Waits for its first line of output; false if it ends without one. */
  boolean awaitReady() {
    // Not closed: the node would get an error for the next thing that it prints.
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    try {
      return output.readLine() != null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits for its end, and returns its exit code. */
  int awaitEnd() {
    return process.onExit().join().exitValue();
  }

  /** The last line of its log output, which says why it ended; empty if there is none. */
  String lastWords() {
    try {
      List<String> lines = Files.readAllLines(member.log());
      return lines.isEmpty() ? "" : lines.getLast();
    } catch (IOException e) {
      return "";
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Has it stop in good order, and waits for that.
   *
   * @return false if it took too long, and was killed
   */
  boolean stop() {
    process.destroy();
    try {
      if (process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        return true;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
    process.destroyForcibly();
    process.onExit().join();
    return false;
  }
}
