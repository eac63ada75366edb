package io.barnabas.quorum;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The names of a quorum's files; each carries an index. */
final class Names {
  static final String LOCK = ".lock";
  static final String TEMPORARY = ".tmp";
  private static final String ENTRIES = "entries-";
  private static final String SNAPSHOT = "snapshot-";

  private Names() {}

  /** The file of the entries from this index on. */
  static String entries(long firstIndex) {
    return ENTRIES + "%020d".formatted(firstIndex);
  }

  /** The file of the state after this entry. */
  static String snapshot(long index) {
    return SNAPSHOT + "%020d".formatted(index);
  }

  static NavigableMap<Long, Path> listEntries(Disk disk, Path directory) throws IOException {
    return list(disk, directory, ENTRIES);
  }

  static NavigableMap<Long, Path> listSnapshots(Disk disk, Path directory) throws IOException {
    return list(disk, directory, SNAPSHOT);
  }

  private static NavigableMap<Long, Path> list(Disk disk, Path directory, String prefix)
      throws IOException {
    NavigableMap<Long, Path> found = new TreeMap<>();
    for (Path each : disk.list(directory)) {
      String name = String.valueOf(each.getFileName());
      if (name.matches(prefix + "\\d{20}")) {
        found.put(Long.parseLong(name.substring(prefix.length())), directory.resolve(name));
      }
    }
    return found;
  }

  /** All that is neither the newest of its kind nor finished. */
  static List<Path> listOld(Disk disk, Path directory) throws IOException {
    List<Path> old = new ArrayList<>();
    for (Path each : disk.list(directory)) {
      String name = String.valueOf(each.getFileName());
      if (name.endsWith(TEMPORARY)) {
        old.add(directory.resolve(name));
      }
    }
    for (NavigableMap<Long, Path> files :
        List.of(listEntries(disk, directory), listSnapshots(disk, directory))) {
      if (!files.isEmpty()) {
        old.addAll(files.headMap(files.lastKey(), false).values());
      }
    }
    return old;
  }
}
