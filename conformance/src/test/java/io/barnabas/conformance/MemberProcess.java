package io.barnabas.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A member of a group in a process of its own, with the client library of some release. */
final class MemberProcess implements AutoCloseable {
  /** The release of which Apache Kafka's broker is here. */
  static final String NEWEST = "4.4";

  private static final Path TARGET = Path.of("target");
  private static final Path PROGRAMS = Path.of("..", "frameworks", "target", "classes");

  private final Process process;
  private final Path output;

  /**
   * What it has read and committed.
   *
   * @param last included
   */
  record Read(int partition, long first, long last) {}

  /**
   * Starts to read a topic.
   *
   * @param release {@link #NEWEST}, or a folder of old client libraries
   * @param settings the consumer's
   * @param name of the file with its output, for people to look at
   */
  MemberProcess(String release, String topic, Map<String, String> settings, String name)
      throws IOException {
    List<String> options =
        List.of(
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    List<String> arguments = new ArrayList<>(List.of(topic));
    settings.forEach((setting, value) -> arguments.add(setting + "=" + value));
    output = TARGET.resolve(name + ".log");
    process =
        new ProcessBuilder(
                JavaProcess.command(
                    options, classPath(release), "io.barnabas.frameworks.ReadingMember", arguments))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  private static String classPath(String release) {
    ClassPaths all = ClassPaths.readFrom(TARGET);
    String library =
        release.equals(NEWEST)
            ? all.kafka()
            : all.withJarsOf(TARGET.resolve("old-clients").resolve(release));
    return PROGRAMS + File.pathSeparator + library;
  }

  private Stream<String> told(String what) throws IOException {
    return Files.readAllLines(output).stream()
        .filter(line -> line.startsWith(what + " "))
        .map(line -> line.substring(what.length() + 1));
  }

  /** The partitions that it had when it last said so; fails if it has ended. */
  Set<Integer> partitions() throws IOException {
    if (!process.isAlive()) {
      throw new AssertionError("it has ended: " + Files.readString(output));
    }
    List<String> all = told("HAS").toList();
    return all.isEmpty() || all.getLast().isEmpty()
        ? Set.of()
        : Arrays.stream(all.getLast().split(",", -1))
            .map(Integer::valueOf)
            .collect(Collectors.toSet());
  }

  /** All that it has read and committed. */
  List<Read> read() throws IOException {
    return told("READ")
        .map(line -> line.split(" ", -1))
        .map(
            each ->
                new Read(
                    Integer.parseInt(each[0]), Long.parseLong(each[1]), Long.parseLong(each[2])))
        .toList();
  }

  /** Leaves the group and ends. */
  void leave() throws IOException, InterruptedException {
    process.getOutputStream().write('\n');
    process.getOutputStream().close();
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      throw new AssertionError("it ended with " + exitCode + ": " + Files.readString(output));
    }
  }

  /** Is killed, and cannot say a word to the group. */
  void kill() {
    Process _ = process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
