package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a directory has beside the logs themselves.
 *
 * @param disk where it is
 * @param folders the partitions' folders
 * @param bounds where logs start, and from where on they need recovery
 * @param watermarks their high watermarks
 * @param cleaned up to where they are compacted
 * @param unforced the topics that a crash may have taken acknowledged records of
 */
record DirectoryFiles(
    Disk disk,
    Folders folders,
    OffsetCheckpoints bounds,
    Watermarks watermarks,
    CleanerCheckpoint cleaned,
    UnforcedTopics unforced) {
  /** As they are on disk. */
  static DirectoryFiles read(Disk disk, Path path) throws IOException {
    Folders folders = new Folders(disk, path);
    return new DirectoryFiles(
        disk,
        folders,
        new OffsetCheckpoints(disk, path, folders),
        new Watermarks(disk, path),
        new CleanerCheckpoint(disk, path),
        new UnforcedTopics(disk, path));
  }
}
