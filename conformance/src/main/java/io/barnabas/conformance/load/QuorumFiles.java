package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a node of Barnabas has of the quorum on disk, and says of it.
 *
 * @param bytes of all files
 * @param logStart the first Raft entry that its log still has, -1 if it has none
 * @param snapshotEntry the last Raft entry in its newest snapshot, -1 if there is none
 * @param snapshotBytes the size of that snapshot
 */
record QuorumFiles(long bytes, long logStart, long snapshotEntry, long snapshotBytes) {
  private static final String FOLDER = "raft";
  private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");
  private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.\\d+_(\\d+)");

  /** Looks at a node that runs or not. */
  static QuorumFiles of(BrokerProcess node) throws IOException {
    long bytes = 0;
    long logStart = Long.MAX_VALUE;
    long snapshotEntry = -1;
    long snapshotBytes = 0;
    for (Path file : files(node.dataDirectory().resolve(FOLDER))) {
      String name = String.valueOf(file.getFileName());
      long size = file.toFile().length();
      bytes += size;
      Matcher segment = SEGMENT.matcher(name);
      Matcher snapshot = SNAPSHOT.matcher(name);
      if (segment.matches()) {
        logStart = Math.min(logStart, Long.parseLong(segment.group(1)));
      } else if (snapshot.matches() && Long.parseLong(snapshot.group(1)) > snapshotEntry) {
        snapshotEntry = Long.parseLong(snapshot.group(1));
        snapshotBytes = size;
      }
    }
    return new QuorumFiles(
        bytes, logStart == Long.MAX_VALUE ? -1 : logStart, snapshotEntry, snapshotBytes);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** How many lines of a node's output since its last start have a text. */
  static long said(BrokerProcess node, String text) throws IOException {
    try (Stream<String> lines = Files.lines(node.dataDirectory().resolveSibling("output.log"))) {
      return lines.filter(line -> line.contains(text)).count();
    }
  }
}
