package io.barnabas.log;

import io.barnabas.world.Disk;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data directory, on one disk, with its flusher and housekeeper. Thread-safe. */
public final class LogDirectory implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
  private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  private static final String LOG_STARTS = "log-start-offset-checkpoint";
  private static final String DELETED = "-delete";
  private static final String STRAY = "-stray";

  private final World world;
  private final Disk disk;
  private final Path path;
  private final Folders folders;
  private final LogDirectoryOptions options;
  private final Closeable held;
  private final BrokerEpochs epochs;
  private final Map<TopicPartition, Long> recoveryPoints;
  private final Map<TopicPartition, Long> logStarts;
  private final Map<TopicIdPartition, PartitionLog> logs = new ConcurrentHashMap<>();
  private final UnforcedTopics unforced;
  private final Watermarks watermarks;
  private final ReentrantLock opening = new ReentrantLock();
  private final ReentrantLock checkpointing = new ReentrantLock();
  private final AtomicReference<Optional<IOException>> failure =
      new AtomicReference<>(Optional.empty());
  private final CompletableFuture<IOException> failed = new CompletableFuture<>();
  private final AtomicReference<Optional<WorldThread>> teller =
      new AtomicReference<>(Optional.empty());
  private final Flusher flusher;
  private final Housekeeper housekeeper;
  private boolean closed;

  // Under checkpointing.
  private boolean outdated;

  private LogDirectory(World world, Path path, LogDirectoryOptions options, Closeable held)
      throws IOException {
    this.world = world;
    this.path = path;
    this.options = options;
    this.held = held;
    disk = world.disk();
    folders = new Folders(disk, path);
    Optional<Map<TopicPartition, Long>> points = readOffsets(RECOVERY_POINTS);
    recoveryPoints = points.orElseGet(HashMap::new);
    if (points.isEmpty()) {
      assumeRecoveryPoints();
    }
    logStarts = readOffsets(LOG_STARTS).orElseGet(HashMap::new);
    epochs = new BrokerEpochs(disk, path);
    unforced = new UnforcedTopics(disk, path);
    watermarks = new Watermarks(disk, path);
    flusher = new Flusher(world, "barnabas-flusher");
    housekeeper = new Housekeeper(world, this, "barnabas-log-housekeeper");
  }

  private Optional<Map<TopicPartition, Long>> readOffsets(String name) throws IOException {
    try {
      return Optional.of(Checkpoints.readOffsets(disk, path.resolve(name)));
    } catch (MalformedFileException e) {
      LOG.warn("The checkpoint is not used, and written anew: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Where the recovery points are lost, damage must not pass for a torn tail: only the last segment
   * of each log is taken to be one that a crash can have torn.
   */
  private void assumeRecoveryPoints() throws IOException {
    for (StoredPartition stored : stored()) {
      long last = 0;
      for (Path name : disk.list(stored.folder())) {
        if (name.toString().matches("\\d{20}\\.log")) {
          last = Math.max(last, Long.parseLong(name.toString(), 0, 20, 10));
        }
      }
      recoveryPoints.put(stored.id().topicPartition(), last);
    }
  }

  /**
   * Takes a directory, making it if it is not there, and starts its two threads.
   *
   * @throws DirectoryInUseException if another holds it
   */
  public static LogDirectory open(World world, Path directory, LogDirectoryOptions options)
      throws IOException {
    world.disk().createDirectories(directory);
    Closeable held =
        world
            .disk()
            .tryLock(directory.resolve(".lock"))
            .orElseThrow(() -> new DirectoryInUseException(directory + " is in use"));
    LogDirectory opened;
    try {
      opened = new LogDirectory(world, directory, options, held);
    } catch (IOException | RuntimeException e) {
      held.close();
      throw e;
    }
    opened.housekeeper.every(options.retentionCheckIntervalMs(), opened::clean);
    opened.housekeeper.every(options.checkpointIntervalMs(), opened::makeRecoverable);
    opened.housekeeper.every(options.watermarkIntervalMs(), opened::writeWatermarks);
    opened.housekeeper.later(0, opened::removeDeletedFolders);
    return opened;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Whether the last who used it closed it in good order. */
  public boolean wasCleanlyClosed() {
    return epochs.isLeft();
  }

  /**
   * The epoch of the broker that closed it in good order; -1 if nobody did, or a broker that was
   * not registered.
   */
  public long leftWithEpoch() {
    return epochs.left();
  }

  /** The epoch of the broker that used it last; -1 if none did. */
  public long usedWithEpoch() {
    return epochs.used();
  }

  /**
   * From now on a broker uses it with this epoch; a power loss does not undo that.
   *
   * @throws IOException if the disk is full: nothing changed
   * @throws KafkaStorageException if the directory has failed
   */
  public void useWithEpoch(long epoch) throws IOException {
    try {
      epochs.use(epoch);
    } catch (NotWrittenException e) {
      throw e;
    } catch (IOException e) {
      throw fail(e);
    }
  }

  /**
   * The topics of which a crash may have lost, or may lose, what was acknowledged here: their
   * flush.messages is, or was, not 1. Empty if it can be any topic.
   */
  public Optional<Set<Uuid>> unforcedTopics() {
    return unforced.known();
  }

  private Set<Uuid> unforcedNow() {
    return logs.values().stream()
        .filter(log -> log.config().flushMessages() != 1)
        .map(log -> log.id().topicId())
        .collect(Collectors.toSet());
  }

  /**
   * Before a log takes these settings.
   *
   * @throws KafkaStorageException if it must not, because after a crash nobody would know of it
   */
  void noteSettings(TopicIdPartition id, LogConfig config) {
    try {
      unforced.note(id.topicId(), config);
    } catch (NotWrittenException e) {
      throw new KafkaStorageException("The disk is too full for flush.messages of " + id, e);
    } catch (IOException e) {
      throw fail(e);
    }
  }

  /**
   * For how many nanoseconds the disk has not answered to the oldest write or force of a log that
   * is under way; 0 if none is. Any thread, never waits.
   */
  public long busyNanos() {
    return logs.values().stream().mapToLong(PartitionLog::busyNanos).max().orElse(0);
  }

  /** Why the directory takes nothing more, if so. */
  public Optional<IOException> failure() {
    return failure.get();
  }

  /** Calls back once when the directory has failed; at once if it has already. Must not block. */
  public void onFailure(Consumer<IOException> listener) {
    CompletableFuture<Void> _ = failed.thenAccept(listener);
  }

  World world() {
    return world;
  }

  LogDirectoryOptions options() {
    return options;
  }

  Flusher flusher() {
    return flusher;
  }

  /** Notes a failure for good; the result is for the caller to throw. */
  KafkaStorageException fail(IOException cause) {
    if (failure.compareAndSet(Optional.empty(), Optional.of(cause))) {
      LOG.error("The data directory {} has failed and takes nothing more", path, cause);
      failed.complete(cause);
      // Not here, where locks are held, nor by the housekeeper, whom the disk may keep waiting.
      teller.set(
          Optional.of(
              world
                  .threads()
                  .startPlatform(
                      "barnabas-log-failed",
                      () -> logs.values().forEach(PartitionLog::failWaiters))));
    }
    return new KafkaStorageException("The data directory " + path + " has failed", cause);
  }

  /** The partitions that are on disk now; one that does not say which it is is left out. */
  public List<StoredPartition> stored() throws IOException {
    return folders.stored();
  }

  /** Opens a partition's log, recovering or making it; the same object while it is open. */
  public PartitionLog openOrCreate(TopicIdPartition id, LogConfig config) throws IOException {
    opening.lock();
    try {
      PartitionLog open = logs.get(id);
      if (open != null) {
        return open;
      }
      if (closed || failure().isPresent()) {
        throw new KafkaStorageException("The data directory " + path + " is not usable");
      }
      noteSettings(id, config);
      Path folder = path.resolve(id.topic() + "-" + id.partition());
      if (!folders.isMarked(folder)) {
        create(folder, id);
      } else if (!folders.topicId(folder).equals(id.topicId())) {
        throw new IOException(folder + " belongs to another topic of that name");
      }
      PartitionLog log = recover(id, folder, config);
      logs.put(id, log);
      return log;
    } finally {
      opening.unlock();
    }
  }

  private PartitionLog recover(TopicIdPartition id, Path folder, LogConfig config)
      throws IOException {
    long logStart;
    long recoveryPoint;
    checkpointing.lock();
    try {
      logStart = logStarts.getOrDefault(id.topicPartition(), 0L);
      recoveryPoint = recoveryPoints.getOrDefault(id.topicPartition(), 0L);
    } finally {
      checkpointing.unlock();
    }
    return new PartitionLog(this, id, folder, config, logStart, recoveryPoint);
  }

  private void create(Path folder, TopicIdPartition id) throws IOException {
    if (disk.isDirectory(folder)
        && disk.list(folder).stream().anyMatch(name -> name.toString().endsWith(".log"))) {
      throw new IOException(folder + " has data but no partition.metadata that says whose it is");
    }
    // They may be left from a topic of the same name, and would speak of records that were there.
    if (forget(id.topicPartition())) {
      checkpoint();
    }
    watermarks.forget(id.topicPartition());
    watermarks.writeForgotten(id.topicPartition());
    if (disk.isDirectory(folder)) {
      disk.forceDirectory(path);
    } else {
      disk.createDirectories(folder);
    }
    folders.mark(folder, id);
  }

  /** Takes a partition away at once; its files go after the topic's file.delete.delay.ms. */
  public void delete(TopicIdPartition id) throws IOException {
    opening.lock();
    try {
      PartitionLog log = logs.remove(id);
      long delayMs = log == null ? 0 : log.config().fileDeleteDelayMs();
      if (log != null) {
        log.close(false);
      }
      Path folder = path.resolve(id.topic() + "-" + id.partition());
      if (!folders.isMarked(folder) || !folders.topicId(folder).equals(id.topicId())) {
        return;
      }
      Uuid unique = new Uuid(world.randomness().nextLong(), world.randomness().nextLong());
      Path gone = folders.renamed(folder, "." + unique + DELETED);
      disk.rename(folder, gone);
      disk.forceDirectory(path);
      // The files that speak of it are written by the housekeeper, for all that are deleted by
      // then,
      // and when there is room; or before a log of that name is made.
      later(delayMs, () -> removeFolder(gone));
      forget(id.topicPartition());
      watermarks.forget(id.topicPartition());
      if (logs.keySet().stream().noneMatch(other -> other.topicId().equals(id.topicId()))) {
        unforced.forget(id.topicId());
      }
    } finally {
      opening.unlock();
    }
  }

  /** Whether the checkpoints on disk speak of logs that are gone. */
  private boolean forget(TopicPartition partition) {
    checkpointing.lock();
    try {
      outdated |= recoveryPoints.remove(partition) != null;
      outdated |= logStarts.remove(partition) != null;
      return outdated;
    } finally {
      checkpointing.unlock();
    }
  }

  /** Takes a partition that is not open out of the way; its files stay, for people to decide. */
  public void setAside(StoredPartition stored) throws IOException {
    Uuid unique = new Uuid(world.randomness().nextLong(), world.randomness().nextLong());
    disk.rename(stored.folder(), folders.renamed(stored.folder(), "." + unique + STRAY));
    disk.forceDirectory(path);
  }

  private void removeDeletedFolders() throws IOException {
    for (Path name : disk.list(path)) {
      if (name.toString().endsWith(DELETED)) {
        removeFolder(path.resolve(name));
      }
    }
  }

  private void removeFolder(Path folder) throws IOException {
    if (!disk.exists(folder)) {
      return;
    }
    for (Path name : disk.list(folder)) {
      disk.delete(folder.resolve(name));
    }
    disk.delete(folder);
  }

  void later(long delayMs, Housekeeper.Task task) {
    housekeeper.later(delayMs, task);
  }

  private void makeRecoverable() throws IOException {
    for (PartitionLog log : logs.values()) {
      // What was put off when the disk was full.
      log.seal();
      log.makeRecoverable();
    }
    checkpoint();
  }

  private void writeWatermarks() throws IOException {
    if (failure().isEmpty()) {
      watermarks.write(logs.values());
    }
  }

  Watermarks watermarks() {
    return watermarks;
  }

  private void clean() throws IOException {
    for (PartitionLog log : logs.values()) {
      log.clean();
    }
  }

  /** Writes how far each log is on disk and where it starts. */
  void checkpoint() throws IOException {
    checkpointing.lock();
    try {
      if (failure().isPresent()) {
        throw new IOException("The data directory " + path + " has failed", failure().get());
      }
      logs.forEach(
          (id, log) -> {
            recoveryPoints.put(id.topicPartition(), log.recoveryPoint());
            logStarts.put(id.topicPartition(), log.view().logStartOffset());
          });
      Checkpoints.writeOffsets(disk, path.resolve(RECOVERY_POINTS), new HashMap<>(recoveryPoints));
      Checkpoints.writeOffsets(disk, path.resolve(LOG_STARTS), new HashMap<>(logStarts));
      outdated = false;
    } finally {
      checkpointing.unlock();
    }
  }

  /**
   * Makes the starts of these logs survive a crash, in one go; does nothing if they already do.
   *
   * @throws KafkaStorageException if the directory has failed
   */
  public void persistStarts(List<PartitionLog> raised) {
    checkpointing.lock();
    try {
      for (PartitionLog log : raised) {
        long known = logStarts.getOrDefault(log.id().topicPartition(), 0L);
        if (known != log.view().logStartOffset()) {
          checkpoint();
          break;
        }
      }
    } catch (IOException e) {
      throw fail(e);
    } finally {
      checkpointing.unlock();
    }
    if (failure().isPresent()) {
      throw new KafkaStorageException("The data directory " + path + " is not usable");
    }
  }

  /**
   * Forces and closes all logs and marks the directory as closed in good order, by the broker that
   * used it last.
   */
  @Override
  public void close() throws IOException {
    opening.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      housekeeper.stop();
      flusher.stop();
      Closing.closeAll(world, logs.values());
      teller.get().ifPresent(WorldThread::join);
      if (failure().isEmpty()) {
        checkpoint();
        watermarks.write(logs.values());
        unforced.retain(unforcedNow());
        epochs.leave();
      }
    } finally {
      opening.unlock();
      held.close();
    }
  }
}
