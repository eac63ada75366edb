package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a node takes.
 *
 * @param residentBytes memory as the operating system counts it
 * @param heapBytes of live objects, right after a collection
 * @param snapshotBytes the largest snapshot of the metadata; 0 if there is none yet
 * @param metadataBytes all files of the metadata's log and snapshots
 */
record Footprint(long residentBytes, long heapBytes, long snapshotBytes, long metadataBytes) {
  private static final Pattern USED =
      Pattern.compile("(?:def new|tenured|DefNew|Tenured)[^\\n]*used (\\d+)K");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  /** Kafka's, and Barnabas's for one node and for several. */
  private static final Set<String> METADATA_FOLDERS =
      Set.of("__cluster_metadata-0", "quorum", "raft");

  private static final int KIB = 1024;
  private static final int LIMIT_SECONDS = 120;

  /** Looks at a running node, after a collection of its garbage. */
  static Footprint of(BrokerProcess node, Path scratch) throws IOException, InterruptedException {
    jcmd(node, "GC.run", scratch);
    long heap = sum(USED.matcher(jcmd(node, "GC.heap_info", scratch)));
    long resident =
        sum(RESIDENT.matcher(Files.readString(Path.of("/proc", node.pid() + "", "status"))));
    return new Footprint(
        resident * KIB, heap * KIB, snapshot(node.dataDirectory()), metadata(node.dataDirectory()));
  }

  private static String jcmd(BrokerProcess node, String command, Path scratch)
      throws IOException, InterruptedException {
    String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return JavaProcess.run(
            List.of(program, Long.toString(node.pid()), command),
            LIMIT_SECONDS,
            scratch.resolve("jcmd.log").toFile())
        .output();
  }

  private static long sum(Matcher numbers) {
    return numbers.results().mapToLong(found -> Long.parseLong(found.group(1))).sum();
  }

  private static long snapshot(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files.filter(Footprint::isSnapshot).mapToLong(Footprint::size).max().orElse(0);
    }
  }

  private static long metadata(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files.filter(Footprint::isMetadata).mapToLong(Footprint::size).sum();
    }
  }

  private static boolean isSnapshot(Path file) {
    String name = String.valueOf(file.getFileName());
    return isMetadata(file)
        && !name.endsWith(".md5")
        && (name.endsWith(".checkpoint") || name.contains("snapshot"));
  }

  private static boolean isMetadata(Path file) {
    return Files.isRegularFile(file)
        && StreamSupport.stream(file.spliterator(), false)
            .anyMatch(folder -> METADATA_FOLDERS.contains(folder.toString()));
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  /** For a table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "%,d MiB | %,d MiB | %,d KiB | %,d KiB",
        residentBytes >> 20,
        heapBytes >> 20,
        snapshotBytes >> 10,
        metadataBytes >> 10);
  }
}
