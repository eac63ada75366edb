package io.barnabas.conformance.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A disk for one node: an ext4 file system in a file, mounted. Not for several threads. */
public final class LoopDisk implements Closeable {
  private static final long MEBIBYTE = 1 << 20;

  private final Path mountPoint;
  private final Path file;
  private final Thread atExit;
  private boolean isFrozen;

  private LoopDisk(Path mountPoint, Path file) {
    this.mountPoint = mountPoint;
    this.file = file;
    this.atExit = new Thread(this::remove, "remove-disk");
  }

  /** What keeps this machine from having one, as a sentence; empty if nothing does. */
  public static Optional<String> missing() {
    return SystemCommand.missing("mkfs.ext4", "mount", "umount", "fsfreeze");
  }

  /**
   * Makes a file system and mounts it.
   *
   * @param mountPoint an empty or absent directory; the file lies beside it
   * @param mebibytes its size; only what is written takes room on the disk below
   */
  public static LoopDisk create(Path mountPoint, int mebibytes) throws IOException {
    Path target = mountPoint.toAbsolutePath().normalize();
    Path file = target.resolveSibling(target.getFileName() + ".ext4");
    Files.createDirectories(target);
    try (RandomAccessFile empty = new RandomAccessFile(file.toFile(), "rw")) {
      empty.setLength(mebibytes * MEBIBYTE);
    }
    SystemCommand.run("mkfs.ext4", "-q", "-F", file.toString());
    SystemCommand.run("mount", "-o", "loop", file.toString(), target.toString());
    LoopDisk disk = new LoopDisk(target, file);
    Runtime.getRuntime().addShutdownHook(disk.atExit);
    // Apache Kafka takes every directory beside its partitions' for damage.
    Files.delete(target.resolve("lost+found"));
    return disk;
  }

  /** Where files can be. */
  public Path mountPoint() {
    return mountPoint;
  }

  /**
   * Lets the disk hang: whatever writes or forces waits until {@link #thaw}, and cannot even be
   * killed. What is in memory can be read.
   */
  public void freeze() throws IOException {
    SystemCommand.run("fsfreeze", "-f", mountPoint.toString());
    isFrozen = true;
  }

  /** Lets a disk that hangs go on. */
  public void thaw() throws IOException {
    if (isFrozen) {
      isFrozen = false;
      SystemCommand.run("fsfreeze", "-u", mountPoint.toString());
    }
  }

  /** Removes it with all its files; processes that use them must have ended. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove();
  }

  private void remove() {
    try {
      thaw();
      SystemCommand.run("umount", "-l", mountPoint.toString());
      Files.delete(file);
      Files.delete(mountPoint);
    } catch (IOException e) {
      System.err.println("Left over: " + e.getMessage());
    }
  }
}
