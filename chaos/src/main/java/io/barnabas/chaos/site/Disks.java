package io.barnabas.chaos.site;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A file system for the data of each node, in a file. Little is written to it that nobody forces:
 * the journal is committed by itself every ten minutes only. Any thread.
 */
public final class Disks implements Closeable {
  private static final int FILL_TRIES = 5;
  private static final long FULL_BYTES = 16 << 10;
  private static final int UNMOUNT_TRIES = 50;
  private static final long UNMOUNT_PAUSE_MS = 100;

  private final Path directory;
  private final Map<Integer, Path> mounts = new ConcurrentSkipListMap<>();
  private final Set<Integer> frozen = ConcurrentHashMap.newKeySet();

  private Disks(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes and mounts them.
   *
   * @param directory below which the data of node n is in {@code node-n/data}
   */
  static Disks create(Path directory, int nodes, int sizeMiB)
      throws IOException, InterruptedException {
    Disks disks = new Disks(directory);
    try {
      for (int node = 1; node <= nodes; node++) {
        disks.make(node, sizeMiB);
      }
      return disks;
    } catch (IOException | InterruptedException e) {
      disks.close();
      throw e;
    }
  }

  private void make(int node, int sizeMiB) throws IOException, InterruptedException {
    Path image = image(node);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) sizeMiB << 20);
    }
    Commands.run(List.of("mkfs.ext4", "-q", "-F", "-m", "0", image.toString()));
    Path mount = directory.resolve("node-" + node).resolve("data");
    Files.createDirectories(mount);
    mount(node, mount);
    mounts.put(node, mount);
    Files.delete(mount.resolve("lost+found"));
  }

  private Path image(int node) {
    return directory.resolve("disk-" + node + ".img");
  }

  private void mount(int node, Path mount) throws IOException, InterruptedException {
    Commands.run(
        List.of(
            "mount", "-o", "loop,commit=600,noatime", image(node).toString(), mount.toString()));
  }

  private Path mountOf(int node) {
    Path mount = mounts.get(node);
    if (mount == null) {
      throw new IllegalArgumentException("node " + node + " has no disk of its own");
    }
    return mount;
  }

  /** Leaves no room on a node's disk. */
  public void fill(int node) throws IOException, InterruptedException {
    Path mount = mountOf(node);
    for (int i = 0; i < FILL_TRIES && freeBytes(node) > FULL_BYTES; i++) {
      try {
        Commands.run(
            List.of(
                "fallocate",
                "-l",
                Long.toString(freeBytes(node)),
                mount.resolve("filler-" + i).toString()));
      } catch (IOException e) {
        // The node was faster; it is tried again with what is left.
        if (i == FILL_TRIES - 1 && freeBytes(node) > 1 << 20) {
          throw e;
        }
      }
    }
  }

  /** How much room there is. */
  public long freeBytes(int node) throws IOException {
    return Files.getFileStore(mountOf(node)).getUsableSpace();
  }

  /** Ends {@link #fill}. */
  public void free(int node) throws IOException {
    for (int i = 0; i < FILL_TRIES; i++) {
      Files.deleteIfExists(mountOf(node).resolve("filler-" + i));
    }
  }

  /** Whoever writes to a node's disk waits from now on. */
  public void hang(int node) throws IOException {
    frozen.add(node);
    Ioctl.freeze(mountOf(node));
  }

  /** Ends {@link #hang}. */
  public void release(int node) throws IOException {
    Ioctl.thaw(mountOf(node));
    frozen.remove(node);
  }

  /** Takes away what was not forced to the disks of nodes that are dead. */
  public void cutPower(List<Integer> nodes) throws IOException, InterruptedException {
    for (int node : nodes) {
      Ioctl.shutDown(mountOf(node));
    }
    for (int node : nodes) {
      unmount(mountOf(node));
      mount(node, mountOf(node));
    }
  }

  private static void unmount(Path mount) throws IOException, InterruptedException {
    for (int i = 1; true; i++) {
      try {
        Commands.run(List.of("umount", mount.toString()));
        return;
      } catch (IOException e) {
        // Busy until the last file of a killed process is closed.
        if (i == UNMOUNT_TRIES) {
          throw e;
        }
        Thread.sleep(UNMOUNT_PAUSE_MS);
      }
    }
  }

  /** Lets every frozen disk go on, so that processes that wait for one can end. */
  void releaseAll() throws IOException {
    for (int node : List.copyOf(frozen)) {
      release(node);
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (int node : List.copyOf(mounts.keySet())) {
      try {
        unmount(mountOf(node));
        mounts.remove(node);
        Files.deleteIfExists(image(node));
      } catch (IOException e) {
        failure = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure = new IOException(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
