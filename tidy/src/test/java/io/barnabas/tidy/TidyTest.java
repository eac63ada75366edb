package io.barnabas.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How large things may grow, and what may not be left lying about. */
class TidyTest {
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_FILE_LINES = 500;
  private static final int MAX_LINE_CHARACTERS = 100;

  /** Written in two pieces so that this file does not hold them. */
  private static final Pattern UNFINISHED =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");

  private static final Pattern PACKAGE_DOC =
      Pattern.compile("\\A/\\*\\*.{40,}?\\*/\\s*@NullMarked\\s", Pattern.DOTALL);

  private final List<Path> files;
  private final Allowed allowed;
  private final List<String> violations = new ArrayList<>();

  TidyTest() throws IOException {
    files = Sources.javaFiles();
    allowed = Allowed.read("allowed-sizes.txt");
  }

  @Test
  void nothingIsTooLargeOrUnfinished() throws IOException {
    for (Path file : files) {
      checkLines(Sources.name(file), Files.readAllLines(file));
    }
    checkMethods();
    assertThat(violations).isEmpty();
    assertThat(allowed.unused()).as("exceptions that nothing needs").isEmpty();
  }

  private void checkLines(String name, List<String> lines) {
    if (lines.size() > MAX_FILE_LINES && !allowed.allows(name, "file")) {
      violations.add(name + ": " + lines.size() + " lines");
    }
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String where = name + ":" + (i + 1) + ": ";
      if (line.length() > MAX_LINE_CHARACTERS && !allowed.allows(name, "line")) {
        violations.add(where + line.length() + " characters");
      }
      if (UNFINISHED.matcher(line).find()) {
        violations.add(where + "unfinished: " + line.strip());
      }
    }
  }

  private void checkMethods() throws IOException {
    List<MethodLengths.Method> methods = MethodLengths.of(files);
    assertThat(methods).isNotEmpty();
    for (MethodLengths.Method method : methods) {
      String name = Sources.name(method.file());
      if (method.lines() > MAX_METHOD_LINES && !allowed.allows(name, method.name())) {
        violations.add(
            name
                + ":"
                + method.line()
                + ": "
                + method.name()
                + " has "
                + method.lines()
                + " lines");
      }
    }
  }

  @Test
  void everyPackageSaysWhatItOwns() throws IOException {
    Set<String> packages =
        files.stream().map(TidyTest::modulePackage).collect(Collectors.toCollection(TreeSet::new));
    for (Path file : files) {
      if (file.endsWith("package-info.java")
          && PACKAGE_DOC.matcher(Files.readString(file)).find()) {
        packages.remove(modulePackage(file));
      }
    }
    assertThat(packages)
        .as("packages without a package-info.java that has a doc and @NullMarked")
        .isEmpty();
  }

  /** The module and package of a file, the same for its main and its test sources. */
  private static String modulePackage(Path file) {
    return Sources.name(file.resolveSibling("")).replaceFirst("/src/(main|test)/java/", ": ");
  }
}
