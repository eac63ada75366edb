package io.barnabas.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class paths that child processes run with, as the build wrote them down.
 *
 * @param barnabas what ships, without any Apache Kafka server jar
 * @param kafka Apache Kafka's server
 * @param kafkaTools Apache Kafka's command line tools, with the libraries of their own release
 */
public record ClassPaths(String barnabas, String kafka, String kafkaTools) {

  private static final Pattern KAFKA_JAR = Pattern.compile("kafka[-_][^/\\\\]*\\.jar$");

  /**
   * Reads {@code barnabas.classpath} and {@code kafka.classpath}, which the build leaves in a
   * module's target directory beside the folder {@code kafka-tools}.
   */
  public static ClassPaths readFrom(Path targetDirectory) {
    try {
      String kafka = Files.readString(targetDirectory.resolve("kafka.classpath")).strip();
      return new ClassPaths(
          Files.readString(targetDirectory.resolve("barnabas.classpath")).strip(),
          kafka,
          replaced(kafka, targetDirectory.resolve("kafka-tools")));
    } catch (IOException e) {
      throw new UncheckedIOException("run through Maven, which writes the class paths", e);
    }
  }

  /** The class path of clients with the jars of a folder in place of all of Apache Kafka's own. */
  public String withJarsOf(Path folder) {
    return replaced(kafka, folder);
  }

  private static String replaced(String kafka, Path folder) {
    return Stream.concat(
            Stream.of(folder.resolve("*").toString()),
            Arrays.stream(kafka.split(File.pathSeparator, -1))
                .filter(jar -> !KAFKA_JAR.matcher(jar).find()))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
