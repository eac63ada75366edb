package io.barnabas.tidy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The repository's own Java files. */
final class Sources {
  private Sources() {}

  /** The nearest directory upwards that is no module of a larger build. */
  static Path root() {
    for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
      if (Files.exists(path.resolve(".ci")) && Files.exists(path.resolve("pom.xml"))) {
        return path;
      }
    }
    throw new AssertionError("not inside the repository");
  }

  /** All Java files of all modules, tests included, sorted; absolute. */
  static List<Path> javaFiles() throws IOException {
    try (Stream<Path> modules = Files.list(root())) {
      return modules
          .map(module -> module.resolve("src"))
          .filter(Files::isDirectory)
          .flatMap(Sources::javaFilesIn)
          .sorted()
          .toList();
    }
  }

  private static Stream<Path> javaFilesIn(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The name that people know a file by: its path from the root. */
  static String name(Path file) {
    return root().relativize(file).toString();
  }
}
