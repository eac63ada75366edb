package io.barnabas.quorum;

import io.barnabas.world.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory with the newest snapshot and the log of the entries since it. For one thread.
 *
 * <p>A snapshot is forced under its name before the log after it is made, and that log before the
 * old files go; so at any moment there is a snapshot (or none, at first) and a log that goes on
 * from it or from before it.
 */
final class QuorumDirectory implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumDirectory.class);

  private final Disk disk;
  private final Path path;
  private final Closeable lock;
  private EntryLog log;
  private long snapshotIndex;

  private QuorumDirectory(Disk disk, Path path, Closeable lock, EntryLog log, long snapshotIndex) {
    this.disk = disk;
    this.path = path;
    this.lock = lock;
    this.log = log;
    this.snapshotIndex = snapshotIndex;
  }

  /**
   * Takes the directory, making it if it is not there, and checks the log in it.
   *
   * @throws IOException if another holds it, if it is damaged, or if the disk fails
   */
  static QuorumDirectory open(Disk disk, Path path) throws IOException {
    disk.createDirectories(path);
    Closeable lock =
        disk.tryLock(path.resolve(Names.LOCK))
            .orElseThrow(
                () ->
                    new IOException(
                        "Another process uses %s; stop it, or set another log.dirs"
                            .formatted(path)));
    try {
      forceNames(disk, path);
      NavigableMap<Long, Path> snapshots = Names.listSnapshots(disk, path);
      long snapshotIndex = snapshots.isEmpty() ? 0 : snapshots.lastKey();
      EntryLog log = openLog(disk, path, snapshotIndex);
      QuorumDirectory opened = new QuorumDirectory(disk, path, lock, log, snapshotIndex);
      opened.deleteOld();
      return opened;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** A killed process may have left names that are seen now, yet would not survive a power loss. */
  private static void forceNames(Disk disk, Path path) throws IOException {
    disk.forceDirectory(path);
    Path parent = path.getParent();
    if (parent != null) {
      disk.forceDirectory(parent);
    }
  }

  private static EntryLog openLog(Disk disk, Path path, long snapshotIndex) throws IOException {
    Map.Entry<Long, Path> newest = Names.listEntries(disk, path).lastEntry();
    if (newest == null && snapshotIndex == 0) {
      return EntryLog.create(disk, path, 1);
    }
    if (newest == null) {
      throw new IOException(
          "%s has a snapshot, but no file of the entries after it; restore that from a backup"
              .formatted(path));
    }
    if (newest.getKey() > snapshotIndex + 1) {
      throw new IOException(
          "%s has the entries from %d on, but no snapshot of those before; restore it from a backup"
              .formatted(path, newest.getKey()));
    }
    EntryLog log = EntryLog.open(disk, newest.getValue(), newest.getKey());
    try {
      log.recover();
      if (log.lastIndex() < snapshotIndex) {
        throw new IOException(
            "%s ends with entry %d, but there is a snapshot of entry %d; restore it from a backup"
                .formatted(newest.getValue(), log.lastIndex(), snapshotIndex));
      }
      return log;
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** Tells of all that is here. */
  void replay(CommitListener listener) throws IOException {
    if (snapshotIndex > 0) {
      Path file = path.resolve(Names.snapshot(snapshotIndex));
      listener.loadSnapshot(snapshotIndex, SnapshotFile.read(disk, file, snapshotIndex));
    }
    log.replay(snapshotIndex, listener);
  }

  long lastIndex() {
    return log.lastIndex();
  }

  /** How long the log is. */
  long logBytes() {
    return log.sizeBytes();
  }

  /** See {@link EntryLog#append}. */
  void append(List<byte[]> entries) throws IOException {
    log.append(entries);
  }

  void force() throws IOException {
    log.force();
  }

  /**
   * Keeps the state after the last entry, and begins the log anew.
   *
   * @throws NotAppendedException if there was no room; all is as it was
   * @throws IOException if it is not known what is on the disk
   */
  void snapshot(byte[] state) throws IOException {
    long index = log.lastIndex();
    SnapshotFile.write(disk, path, index, state);
    snapshotIndex = index;
    EntryLog old = log;
    log = EntryLog.create(disk, path, index + 1);
    old.close();
    deleteOld();
  }

  /** What cannot be removed now is tried again after the next snapshot, and at the next start. */
  private void deleteOld() {
    try {
      for (Path old : Names.listOld(disk, path)) {
        disk.delete(old);
      }
    } catch (IOException e) {
      LOG.warn("Old files in {} could not be removed: {}", path, e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      log.close();
    }
  }
}
