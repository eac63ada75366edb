package io.barnabas.world;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Files and directories. What was written survives a crash only once it was forced: a file's
 * content by {@link DiskFile#force}, and a file's being there, being gone or its new name by {@link
 * #forceDirectory} of the directory that holds it. Safe for use by any thread.
 */
public interface Disk {
  /** Opens a file that must be there, for reading. */
  DiskFile openForRead(Path path) throws IOException;

  /** Opens a file for reading and appending, making it (empty) if it is not there. */
  DiskFile openForAppend(Path path) throws IOException;

  /** Makes a directory and those above it that are missing, and forces what it made. */
  void createDirectories(Path path) throws IOException;

  /**
   * The names in a directory, sorted.
   *
   * @throws java.nio.file.NoSuchFileException if it is not there
   */
  List<Path> list(Path directory) throws IOException;

  /** Whether a file or directory is there. */
  boolean exists(Path path);

  /** Whether a directory is there. */
  boolean isDirectory(Path path);

  /** The length of a file in bytes. */
  long size(Path path) throws IOException;

  /** When a file was last changed, in milliseconds since 1970-01-01 UTC. */
  long lastModifiedMillis(Path path) throws IOException;

  /** Gives a file or directory a new name in one step, replacing a file that has that name. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file or an empty directory; nothing happens if it is not there. */
  void delete(Path path) throws IOException;

  /** Makes the names in a directory survive a crash as they are now. */
  void forceDirectory(Path directory) throws IOException;

  /** The bytes that can still be written on the disk that holds this path. */
  long usableBytes(Path path) throws IOException;

  /** The size in bytes of the disk that holds this path. */
  long totalBytes(Path path) throws IOException;

  /**
   * Takes a file as a lock against other processes and other holders in this one, making it if it
   * is not there. Closing the result, or the end of the process, gives it back.
   *
   * @return empty if another holds it
   */
  Optional<Closeable> tryLock(Path path) throws IOException;
}
