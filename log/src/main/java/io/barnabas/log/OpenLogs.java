package io.barnabas.log;

import io.barnabas.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;

/**
 * The logs of a directory that are open, and how logs come and go. An I/O error at that fails the
 * directory, as at everything else that is done to it: it would not be tried again, and the node
 * would go on as the leader of what it does not serve, or what stays would be in the way of a new
 * topic of that name. Thread-safe.
 */
final class OpenLogs {
  private static final String DELETED = "-delete";
  private static final String STRAY = "-stray";

  private final LogDirectory directory;
  private final World world;
  private final DirectoryFiles files;
  private final Map<TopicIdPartition, PartitionLog> logs = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  /** Under the lock. */
  private boolean closed;

  OpenLogs(LogDirectory directory, World world, DirectoryFiles files) {
    this.directory = directory;
    this.world = world;
    this.files = files;
  }

  /** Those that are open, as they come and go. */
  Collection<PartitionLog> all() {
    return Collections.unmodifiableCollection(logs.values());
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  /** One at a time. */
  private <T> T alone(Work<T> work) throws IOException {
    lock.lock();
    try {
      return work.run();
    } catch (NotWrittenException | DamagedLogException | ForeignFilesException e) {
      throw e;
    } catch (IOException e) {
      throw directory.fail(e);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #alone}, for a log that may have no room now. */
  private PartitionLog opened(TopicIdPartition id, Work<PartitionLog> opening) throws IOException {
    try {
      return alone(opening);
    } catch (NotWrittenException e) {
      throw new KafkaStorageException("The disk is too full to open " + id, e);
    }
  }

  /** As {@link LogDirectory#openOrCreate(TopicIdPartition, LogConfig, boolean)}. */
  PartitionLog openOrCreate(TopicIdPartition id, LogConfig config, boolean isCopied)
      throws IOException {
    return opened(
        id,
        () -> {
          PartitionLog open = logs.get(id);
          return open == null ? open(id, config, false, isCopied) : open;
        });
  }

  /** As {@link LogDirectory#reopenIfSound}. */
  PartitionLog reopenIfSound(TopicIdPartition id, LogConfig config) throws IOException {
    return opened(
        id,
        () -> {
          close(id);
          Path folder = files.folders().of(id);
          if (!files.folders().isMarked(folder)) {
            throw new DamagedLogException(folder, 0, 0, Long.MAX_VALUE, "is gone");
          }
          return open(id, config, true, false);
        });
  }

  private PartitionLog open(
      TopicIdPartition id, LogConfig config, boolean readAll, boolean isCopied) throws IOException {
    if (closed || directory.failure().isPresent()) {
      throw new KafkaStorageException("The data directory " + directory.path() + " is not usable");
    }
    directory.noteSettings(id, config);
    Path folder = files.folders().of(id);
    if (!files.folders().isMarked(folder)) {
      create(folder, id);
    } else {
      checkOwner(folder, id);
    }
    OffsetCheckpoints.Bounds bounds = files.bounds().of(id.topicPartition());
    // Of a topic that is not forced a crash may take a lot, and the cluster does not rely on it.
    boolean gapIsDamage = isCopied && !files.unforced().mayLack(id.topicId());
    LogLoader.Known known =
        new LogLoader.Known(bounds.start(), bounds.recoveryPoint(), readAll, gapIsDamage);
    PartitionLog log = new PartitionLog(directory, id, folder, config, known);
    // It may have lost its end, or be of a topic that was not there when that was written.
    try {
      files.cleaned().cut(id.topicPartition(), log.view().logEndOffset());
    } catch (NotWrittenException e) {
      log.close(false);
      throw e;
    }
    logs.put(id, log);
    directory.opened(log);
    return log;
  }

  private void checkOwner(Path folder, TopicIdPartition id) throws IOException {
    try {
      Uuid owner = files.folders().topicId(folder);
      if (Folders.isMisspelt(owner, id.topicId())) {
        throw new DamagedLogException(
            files.folders().mark(folder), 0, 0, Long.MAX_VALUE, "misspells the topic's id");
      }
      if (!owner.equals(id.topicId())) {
        throw new ForeignFilesException(folder + " belongs to another topic of that name");
      }
    } catch (MalformedFileException e) {
      // A topic that is gone was taken away, so most likely it is this one's.
      throw new DamagedLogException(
          files.folders().mark(folder), 0, 0, Long.MAX_VALUE, "names no topic");
    }
  }

  private void create(Path folder, TopicIdPartition id) throws IOException {
    if (files.disk().isDirectory(folder)
        && files.disk().list(folder).stream().anyMatch(name -> name.toString().endsWith(".log"))) {
      throw new ForeignFilesException(
          folder + " has data but no partition.metadata that says whose it is");
    }
    // They may be left from a topic of the same name, and would speak of records that were there.
    if (files.bounds().forget(id.topicPartition())) {
      directory.checkpoint();
    }
    files.watermarks().forget(id.topicPartition());
    files.watermarks().writeForgotten(id.topicPartition());
    if (files.disk().isDirectory(folder)) {
      files.disk().forceDirectory(directory.path());
    } else {
      files.folders().make(folder);
    }
    files.folders().mark(folder, id);
  }

  /** As {@link LogDirectory#delete}. */
  void delete(TopicIdPartition id) throws IOException {
    alone(
        () -> {
          PartitionLog log = logs.get(id);
          long delayMs = log == null ? 0 : log.config().fileDeleteDelayMs();
          close(id);
          Path damaged = files.folders().damaged(id);
          if (files.disk().exists(damaged)) {
            directory.later(delayMs, () -> files.folders().remove(damaged));
          }
          Path gone = files.folders().renamed(files.folders().of(id), unique() + DELETED);
          if (takeAway(id, gone)) {
            directory.later(delayMs, () -> files.folders().remove(gone));
            if (logs.keySet().stream().noneMatch(other -> other.topicId().equals(id.topicId()))) {
              files.unforced().forget(id.topicId());
            }
          }
          return gone;
        });
  }

  /** As {@link LogDirectory#setDamagedAside}. */
  Optional<Path> setDamagedAside(TopicIdPartition id) throws IOException {
    return alone(
        () -> {
          close(id);
          Path damaged = files.folders().damaged(id);
          if (!files.folders().isOf(files.folders().of(id), id)) {
            return Optional.empty();
          }
          files.folders().remove(damaged);
          takeAway(id, damaged);
          return Optional.of(damaged);
        });
  }

  private void close(TopicIdPartition id) {
    PartitionLog log = logs.remove(id);
    if (log != null) {
      log.close(false);
      directory.closed(log);
    }
  }

  /** Gives a partition's folder another name; whether it was there. */
  private boolean takeAway(TopicIdPartition id, Path name) throws IOException {
    Path folder = files.folders().of(id);
    if (!files.folders().isOf(folder, id)) {
      return false;
    }
    files.disk().rename(folder, name);
    files.disk().forceDirectory(directory.path());
    // The files that speak of it are written by the housekeeper, for all that are gone by then, and
    // when there is room; or before a log of that name is made.
    files.bounds().forget(id.topicPartition());
    files.watermarks().forget(id.topicPartition());
    files.cleaned().forget(id.topicPartition());
    return true;
  }

  private String unique() {
    return "." + new Uuid(world.randomness().nextLong(), world.randomness().nextLong());
  }

  /** As {@link LogDirectory#setAside}. */
  void setAside(StoredPartition stored) throws IOException {
    Path name = files.folders().renamed(stored.folder(), unique() + STRAY);
    files.disk().rename(stored.folder(), name);
    files.disk().forceDirectory(directory.path());
  }

  /** Removes what was deleted before the directory was opened. */
  void removeDeletedFolders() throws IOException {
    for (Path name : files.disk().list(directory.path())) {
      if (name.toString().endsWith(DELETED)) {
        files.folders().remove(directory.path().resolve(name));
      }
    }
  }

  /** Once: none is opened any more, and this is done; who comes meanwhile waits. */
  void end(Housekeeper.Task closing) throws IOException {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        closing.run();
      }
    } finally {
      lock.unlock();
    }
  }
}
