package io.barnabas.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The two class paths that child processes run with, as the build wrote them down.
 *
 * @param barnabas what ships, without any Apache Kafka server jar
 * @param kafka Apache Kafka's server and command line tools
 */
public record ClassPaths(String barnabas, String kafka) {

  /**
   * Reads {@code barnabas.classpath} and {@code kafka.classpath}, which the build leaves in a
   * module's target directory.
   */
  public static ClassPaths readFrom(Path targetDirectory) {
    try {
      return new ClassPaths(
          Files.readString(targetDirectory.resolve("barnabas.classpath")).strip(),
          Files.readString(targetDirectory.resolve("kafka.classpath")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("run through Maven, which writes the class paths", e);
    }
  }
}
