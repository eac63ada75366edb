package io.barnabas.conformance.load;

import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Kafka's DumpLogSegments over a stopped broker's files. */
final class SegmentDump {
  private static final List<String> COMPLAINTS =
      List.of(
          "isvalid: false",
          "mismatch",
          "found ",
          "exception",
          "error",
          "secutive",
          "is followed by",
          "corrupt",
          "could not");

  /** The tool says this of the first record of every segment but the first, Kafka's own too. */
  private static final Pattern OF_EVERY_SEGMENT = Pattern.compile("\\s*-1 is followed by [0-9]+");

  private final List<String> complaints = new ArrayList<>();
  private long batches;

  private SegmentDump() {}

  /**
   * What the tool said.
   *
   * @param files how many it read
   * @param batches how many valid batches it saw
   * @param complaints lines that say that something is wrong, the first hundred
   */
  record Verdict(int files, long batches, List<String> complaints) {}

  /** Dumps the logs of a topic's partitions with every record, and their indexes and snapshots. */
  static Verdict check(ClassPaths paths, Path dataDirectory, String topic)
      throws IOException, InterruptedException {
    SegmentDump dump = new SegmentDump();
    int files = 0;
    try (Stream<Path> folders = Files.list(dataDirectory)) {
      for (Path folder : folders.filter(f -> isPartition(f, topic)).sorted().toList()) {
        try (Stream<Path> inside = Files.list(folder)) {
          List<Path> dumped = inside.filter(SegmentDump::isDumped).sorted().toList();
          files += dumped.size();
          dump.read(paths, dumped);
        }
      }
    }
    return new Verdict(files, dump.batches, List.copyOf(dump.complaints));
  }

  private static boolean isPartition(Path folder, String topic) {
    return folder.getFileName().toString().matches(topic + "-[0-9]+");
  }

  private static boolean isDumped(Path file) {
    return file.toString().matches(".*\\.(log|index|timeindex|snapshot)");
  }

  private void read(ClassPaths paths, List<Path> files) throws IOException, InterruptedException {
    List<String> quickStart =
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED");
    String names =
        files.stream().map(f -> f.toAbsolutePath().toString()).collect(Collectors.joining(","));
    Process process =
        new ProcessBuilder(
                JavaProcess.command(
                    quickStart,
                    paths.kafkaTools(),
                    "org.apache.kafka.tools.DumpLogSegments",
                    List.of("--deep-iteration", "--files", names)))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line);
      }
    } finally {
      process.destroy();
    }
    if (process.waitFor() != 0) {
      complaints.add("the tool failed for " + names);
    }
  }

  private void take(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    if (lower.contains("isvalid: true")) {
      batches++;
    }
    boolean complains =
        COMPLAINTS.stream().anyMatch(lower::contains)
            && !lower.startsWith("non-consecutive offsets in")
            && !OF_EVERY_SEGMENT.matcher(line).matches();
    if (complains && complaints.size() < 100) {
      complaints.add(line);
    }
  }
}
