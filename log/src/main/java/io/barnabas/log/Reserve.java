package io.barnabas.log;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file whose bytes mean nothing. When something else has filled the disk to the last byte, it is
 * removed, so that what must be written to start and to delete has room. Thread-safe.
 */
final class Reserve {
  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final String FILE = "reserve";
  private static final int BYTES = 8 << 20;

  /** It is no more than this part of a small disk. */
  private static final long PART = 128;

  private static final int CHUNK_BYTES = 64 << 10;

  private final Disk disk;
  private final Path directory;
  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();

  Reserve(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
    file = directory.resolve(FILE);
  }

  private long bytes() throws IOException {
    return Math.min(BYTES, disk.totalBytes(directory) / PART);
  }

  /** When a node starts: gives it back if there is less room than that. */
  void open() throws IOException {
    if (disk.usableBytes(directory) < bytes()) {
      var _ = giveBack();
    }
  }

  /** Writing that replaces files as a whole, so that it can be done again. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  /** Writes what deleting, cutting and starting cannot do without. */
  void write(Writing writing) throws IOException {
    try {
      writing.run();
    } catch (NotWrittenException e) {
      if (!giveBack()) {
        throw e;
      }
      writing.run();
    }
  }

  /** Makes room; whether there was any to be made. */
  private boolean giveBack() throws IOException {
    lock.lock();
    try {
      if (!disk.exists(file)) {
        return false;
      }
      disk.delete(file);
      LOG.warn("The disk of {} is full: what was kept for that is used", directory);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the file if it is not there, while there is ample room.
   *
   * @throws NotWrittenException if there is not
   */
  void replenish() throws IOException {
    lock.lock();
    try {
      if (!disk.exists(file)) {
        make();
      }
    } finally {
      lock.unlock();
    }
  }

  private void make() throws IOException {
    // Not zeros, of which some file systems keep nothing.
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int i = 0; i < chunk.length; i++) {
      chunk[i] = (byte) (i * 31 + (i >>> 8));
    }
    try (DiskFile made = disk.openForAppend(file)) {
      for (long left = bytes(); left > 0; left -= CHUNK_BYTES) {
        made.append(ByteBuffer.wrap(chunk, 0, (int) Math.min(left, CHUNK_BYTES)));
      }
      made.force();
    } catch (IOException e) {
      disk.delete(file);
      throw new NotWrittenException(file, e);
    }
  }
}
