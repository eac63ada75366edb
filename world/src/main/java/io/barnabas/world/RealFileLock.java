package io.barnabas.world;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A file that this process holds as a lock. */
final class RealFileLock implements Closeable {
  /**
   * What this process holds, by real path. Static as the locks themselves are: they belong to the
   * process, and the kernel drops one as soon as the process closes any descriptor of the file, so
   * a second holder must be refused before it opens the file.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RealFileLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Empty if another holds it, here or in another process. */
  static Optional<RealFileLock> tryLock(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      throw new IOException(path + " is not a file");
    }
    Path real = parent.toRealPath().resolve(name);
    if (!HELD.add(real)) {
      return Optional.empty();
    }
    boolean locked = false;
    try {
      FileChannel channel = FileChannel.open(real, WRITE, CREATE);
      try {
        locked = channel.tryLock() != null;
      } finally {
        if (!locked) {
          channel.close();
        }
      }
      return locked ? Optional.of(new RealFileLock(real, channel)) : Optional.empty();
    } finally {
      if (!locked) {
        HELD.remove(real);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      channel.close();
      HELD.remove(path);
    }
  }
}
