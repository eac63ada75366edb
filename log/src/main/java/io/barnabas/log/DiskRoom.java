package io.barnabas.log;

import io.barnabas.world.Clock;
import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a disk has room for more records. They are refused a little before it is full, so that
 * there is always room for the small files that deleting, cutting and starting have to write.
 * Thread-safe.
 */
final class DiskRoom {
  private static final Logger LOG = LoggerFactory.getLogger(DiskRoom.class);

  /** So much stays free, or this part of a smaller disk. */
  private static final long RESERVED_BYTES = 64L << 20;

  private static final long RESERVED_PART = 64;

  /** Others may write to the same disk. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So much is written at most before the next look. */
  private static final long MOST_BYTES = 64L << 20;

  private final Disk disk;
  private final Clock clock;
  private final Path directory;
  private final AtomicLong granted = new AtomicLong();
  private final AtomicBoolean full = new AtomicBoolean();
  private volatile long lookedNanos;

  DiskRoom(Disk disk, Clock clock, Path directory) {
    this.disk = disk;
    this.clock = clock;
    this.directory = directory;
  }

  /** How many bytes records leave free. */
  private long reserved() throws IOException {
    return Math.min(RESERVED_BYTES, disk.totalBytes(directory) / RESERVED_PART);
  }

  /** Whether there is much more room than is kept free. */
  boolean isAmple() throws IOException {
    return disk.usableBytes(directory) > 4 * reserved();
  }

  /**
   * Before records are written.
   *
   * @throws NotWrittenException if they must not be
   */
  void take(int bytes) throws NotWrittenException {
    long now = clock.nanoTime();
    if (granted.addAndGet(-bytes) >= 0 && now - lookedNanos < LOOK_NANOS) {
      return;
    }
    lookedNanos = now;
    long free;
    try {
      free = disk.usableBytes(directory) - reserved();
    } catch (IOException e) {
      // Then the write itself will tell.
      return;
    }
    granted.set(Math.clamp(free / 2 - bytes, 0, MOST_BYTES));
    boolean isFull = free < bytes;
    if (full.compareAndSet(!isFull, isFull)) {
      if (isFull) {
        LOG.error("The disk of {} is full: it takes records again when there is room", directory);
      } else {
        LOG.info("The disk of {} has room for records again", directory);
      }
    }
    if (isFull) {
      throw new NotWrittenException(
          directory, new FileSystemException(directory.toString(), null, "the disk is full"));
    }
  }
}
