package io.barnabas.log;

import io.barnabas.world.Clock;
import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A disk that knows for how long it has not answered. That is for each call on its own: however
 * long many of them take, each that returns is a sign of life. Safe for use by any thread.
 *
 * <p>Removing a file and cutting it are not counted. To give back the room of a large file takes
 * some file systems seconds, in which they serve everyone else; and where the disk does hang, other
 * calls soon do, too.
 */
final class WatchedDisk implements Disk {
  private final Disk disk;
  private final Underway underway;

  WatchedDisk(Disk disk, Clock clock) {
    this.disk = disk;
    underway = new Underway(clock);
  }

  /** For how long the oldest call that is under way has not been answered; 0 if none is. */
  long busyNanos() {
    return underway.nanos();
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T watch(Call<T> call) throws IOException {
    int begun = underway.begin();
    try {
      return call.run();
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public WatchedFile openForRead(Path path) throws IOException {
    return new WatchedFile(watch(() -> disk.openForRead(path)), underway);
  }

  @Override
  public WatchedFile openForAppend(Path path) throws IOException {
    return new WatchedFile(watch(() -> disk.openForAppend(path)), underway);
  }

  @Override
  public void createDirectories(Path path) throws IOException {
    int begun = underway.begin();
    try {
      disk.createDirectories(path);
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return watch(() -> disk.list(directory));
  }

  @Override
  public boolean exists(Path path) {
    int begun = underway.begin();
    try {
      return disk.exists(path);
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public boolean isDirectory(Path path) {
    int begun = underway.begin();
    try {
      return disk.isDirectory(path);
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public long size(Path path) throws IOException {
    return watch(() -> disk.size(path));
  }

  @Override
  public long lastModifiedMillis(Path path) throws IOException {
    return watch(() -> disk.lastModifiedMillis(path));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    int begun = underway.begin();
    try {
      disk.rename(from, to);
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    disk.delete(path);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    int begun = underway.begin();
    try {
      disk.forceDirectory(directory);
    } finally {
      underway.end(begun);
    }
  }

  @Override
  public long usableBytes(Path path) throws IOException {
    return watch(() -> disk.usableBytes(path));
  }

  @Override
  public long totalBytes(Path path) throws IOException {
    return watch(() -> disk.totalBytes(path));
  }

  @Override
  public Optional<Closeable> tryLock(Path path) throws IOException {
    return watch(() -> disk.tryLock(path));
  }

  /** One of its files. */
  static final class WatchedFile implements DiskFile {
    private final DiskFile file;
    private final Underway underway;

    private WatchedFile(DiskFile file, Underway underway) {
      this.file = file;
      this.underway = underway;
    }

    /** The same for the world, which knows its own files, and sends them without a copy. */
    DiskFile unwatched() {
      return file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int begun = underway.begin();
      try {
        return file.read(target, position);
      } finally {
        underway.end(begun);
      }
    }

    @Override
    public void append(ByteBuffer... sources) throws IOException {
      int begun = underway.begin();
      try {
        file.append(sources);
      } finally {
        underway.end(begun);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      int begun = underway.begin();
      try {
        file.force();
      } finally {
        underway.end(begun);
      }
    }

    @Override
    public void close() throws IOException {
      int begun = underway.begin();
      try {
        file.close();
      } finally {
        underway.end(begun);
      }
    }
  }
}
