package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A segment's files by their suffixes. */
final class SegmentFiles {
  /** The data last: an index without it says that it was lost, not removed. */
  private static final List<String> OF_DATA = List.of(".index", ".timeindex", ".log");

  private static final List<String> OF_INDEXES = List.of(".index", ".timeindex");

  private SegmentFiles() {}

  /** Removes a segment's files now. */
  static void delete(Disk disk, Path folder, long baseOffset) throws IOException {
    for (String suffix : OF_DATA) {
      disk.delete(folder.resolve(Segment.name(baseOffset, suffix)));
    }
  }

  /** Removes a segment's index files unless they say nothing; whether it did. */
  static boolean deleteIndexes(Disk disk, Path folder, long baseOffset) throws IOException {
    boolean removed = false;
    for (String suffix : OF_INDEXES) {
      Path path = folder.resolve(Segment.name(baseOffset, suffix));
      if (disk.exists(path) && disk.size(path) > 0) {
        disk.delete(path);
        removed = true;
      }
    }
    return removed;
  }

  /** Gives a segment's files the names of files to be removed later. */
  static void markDeleted(Disk disk, Path folder, long baseOffset) throws IOException {
    for (String suffix : OF_DATA) {
      Path path = folder.resolve(Segment.name(baseOffset, suffix));
      if (disk.exists(path)) {
        disk.rename(path, folder.resolve(Segment.name(baseOffset, suffix + ".deleted")));
      }
    }
  }

  /** Removes what {@link #markDeleted} renamed. */
  static void removeDeleted(Disk disk, Path folder, long baseOffset) throws IOException {
    for (String suffix : OF_DATA) {
      disk.delete(folder.resolve(Segment.name(baseOffset, suffix + ".deleted")));
    }
  }

  /** Removes the producers' snapshots of offsets below another. */
  static void deleteSnapshotsBelow(Disk disk, Path folder, long offset) throws IOException {
    String first = Segment.name(offset, ".snapshot");
    for (Path name : disk.list(folder)) {
      if (name.toString().endsWith(".snapshot") && name.toString().compareTo(first) < 0) {
        disk.delete(folder.resolve(name));
      }
    }
  }
}
