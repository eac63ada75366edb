package io.barnabas.log;

import io.barnabas.world.Disk;
import io.barnabas.world.World;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data directory, on one disk, with its flusher and housekeeper. Thread-safe. */
public final class LogDirectory implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
  private static final String DELETED = "-delete";
  private static final String STRAY = "-stray";

  private final World world;
  private final Disk disk;
  private final Path path;
  private final Folders folders;
  private final LogDirectoryOptions options;
  private final Closeable held;
  private final BrokerEpochs epochs;
  private final OffsetCheckpoints bounds;
  private final Map<TopicIdPartition, PartitionLog> logs = new ConcurrentHashMap<>();
  private final UnforcedTopics unforced;
  private final Watermarks watermarks;
  private final ReentrantLock opening = new ReentrantLock();
  private final DirectoryFailure failure;
  private final Flusher flusher;
  private final Housekeeper housekeeper;
  private final Scrubber scrubber;
  private final DiskRoom room;
  private final Reserve reserve;
  private volatile Optional<DamageListener> damageListener = Optional.empty();
  private boolean closed;

  private LogDirectory(World world, Path path, LogDirectoryOptions options, Closeable held)
      throws IOException {
    this.world = world;
    this.path = path;
    this.options = options;
    this.held = held;
    disk = world.disk();
    folders = new Folders(disk, path);
    room = new DiskRoom(disk, world.clock(), path);
    reserve = new Reserve(disk, path);
    reserve.open();
    bounds = new OffsetCheckpoints(disk, path, folders);
    epochs = new BrokerEpochs(disk, path);
    unforced = new UnforcedTopics(disk, path);
    watermarks = new Watermarks(disk, path);
    failure =
        new DirectoryFailure(world, path, () -> logs.values().forEach(PartitionLog::failWaiters));
    flusher = new Flusher(world, "barnabas-flusher");
    housekeeper = new Housekeeper(world, this, "barnabas-log-housekeeper");
    scrubber = new Scrubber(world.clock(), housekeeper, options);
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
   * The broker's starts whose registrations were begun since then, and not heard of: the directory
   * is theirs, too.
   */
  public Set<Uuid> begunRegistrations() {
    return epochs.begun();
  }

  /** As {@link #useWithEpoch}: a registration of this start of the broker begins. */
  public void beginRegistration(Uuid incarnation) throws IOException {
    note(() -> epochs.begin(incarnation));
  }

  /**
   * From now on a broker uses it with this epoch; a power loss does not undo that.
   *
   * @throws IOException if the disk is full: nothing changed
   * @throws KafkaStorageException if the directory has failed
   */
  public void useWithEpoch(long epoch) throws IOException {
    note(() -> epochs.use(epoch));
  }

  private void note(Reserve.Writing writing) throws IOException {
    try {
      reserve.write(writing);
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
    failure.onFailure(listener);
  }

  /** Has one listener hear of damage that is found from now on. */
  public void onDamage(DamageListener listener) {
    damageListener = Optional.of(listener);
  }

  /** A log was found damaged. */
  void foundDamage(TopicIdPartition id, DamagedLogException damage) {
    damageListener.ifPresent(listener -> listener.damaged(id, damage));
  }

  World world() {
    return world;
  }

  LogDirectoryOptions options() {
    return options;
  }

  DiskRoom room() {
    return room;
  }

  Flusher flusher() {
    return flusher;
  }

  /** Notes a failure for good; the result is for the caller to throw. */
  KafkaStorageException fail(IOException cause) {
    return failure.fail(cause);
  }

  /** The partitions that are on disk now; one that does not say which it is is left out. */
  public List<StoredPartition> stored() throws IOException {
    return folders.stored();
  }

  /**
   * Opens a partition's log, recovering or making it; the same object while it is open.
   *
   * @throws DamagedLogException if it is damaged
   * @throws KafkaStorageException if the disk has no room for it now, or the directory has failed
   */
  public PartitionLog openOrCreate(TopicIdPartition id, LogConfig config) throws IOException {
    opening.lock();
    try {
      PartitionLog open = logs.get(id);
      return open == null ? open(id, config, false) : open;
    } catch (NotWrittenException e) {
      throw new KafkaStorageException("The disk is too full to open " + id, e);
    } finally {
      opening.unlock();
    }
  }

  /**
   * Opens a partition's log that was found damaged, anew, after all of it has been read and was
   * good. What was open of it is closed.
   *
   * @throws DamagedLogException if it is still damaged, or gone
   */
  public PartitionLog reopenIfSound(TopicIdPartition id, LogConfig config) throws IOException {
    opening.lock();
    try {
      close(id);
      Path folder = folders.of(id);
      if (!folders.isMarked(folder)) {
        throw new DamagedLogException(folder, 0, 0, Long.MAX_VALUE, "is gone");
      }
      return open(id, config, true);
    } finally {
      opening.unlock();
    }
  }

  private PartitionLog open(TopicIdPartition id, LogConfig config, boolean readAll)
      throws IOException {
    if (closed || failure().isPresent()) {
      throw new KafkaStorageException("The data directory " + path + " is not usable");
    }
    noteSettings(id, config);
    Path folder = folders.of(id);
    if (!folders.isMarked(folder)) {
      create(folder, id);
    } else if (!folders.topicId(folder).equals(id.topicId())) {
      throw new IOException(folder + " belongs to another topic of that name");
    }
    OffsetCheckpoints.Bounds known = bounds.of(id.topicPartition());
    PartitionLog log =
        new PartitionLog(this, id, folder, config, known.start(), known.recoveryPoint(), readAll);
    logs.put(id, log);
    scrubber.add(log);
    return log;
  }

  private void create(Path folder, TopicIdPartition id) throws IOException {
    if (disk.isDirectory(folder)
        && disk.list(folder).stream().anyMatch(name -> name.toString().endsWith(".log"))) {
      throw new IOException(folder + " has data but no partition.metadata that says whose it is");
    }
    // They may be left from a topic of the same name, and would speak of records that were there.
    if (bounds.forget(id.topicPartition())) {
      checkpoint();
    }
    watermarks.forget(id.topicPartition());
    watermarks.writeForgotten(id.topicPartition());
    if (disk.isDirectory(folder)) {
      disk.forceDirectory(path);
    } else {
      folders.make(folder);
    }
    folders.mark(folder, id);
  }

  /** Takes a partition away at once; its files go after the topic's file.delete.delay.ms. */
  public void delete(TopicIdPartition id) throws IOException {
    opening.lock();
    try {
      PartitionLog log = logs.get(id);
      long delayMs = log == null ? 0 : log.config().fileDeleteDelayMs();
      close(id);
      Path damaged = folders.damaged(id);
      if (disk.exists(damaged)) {
        later(delayMs, () -> folders.remove(damaged));
      }
      Path gone = folders.renamed(folders.of(id), unique() + DELETED);
      if (!takeAway(id, gone)) {
        return;
      }
      later(delayMs, () -> folders.remove(gone));
      if (logs.keySet().stream().noneMatch(other -> other.topicId().equals(id.topicId()))) {
        unforced.forget(id.topicId());
      }
    } catch (NotWrittenException e) {
      throw e;
    } catch (IOException e) {
      // What stays would be in the way of a new topic of that name.
      throw fail(e);
    } finally {
      opening.unlock();
    }
  }

  /**
   * Takes a partition's damaged files out of the way, in place of those that were before, and keeps
   * them for people to look at until the partition is deleted.
   *
   * @return where they are now; empty if there were none
   */
  public Optional<Path> setDamagedAside(TopicIdPartition id) throws IOException {
    opening.lock();
    try {
      close(id);
      Path damaged = folders.damaged(id);
      if (!folders.isOf(folders.of(id), id)) {
        return Optional.empty();
      }
      folders.remove(damaged);
      takeAway(id, damaged);
      return Optional.of(damaged);
    } finally {
      opening.unlock();
    }
  }

  private void close(TopicIdPartition id) {
    PartitionLog log = logs.remove(id);
    if (log != null) {
      log.close(false);
    }
  }

  /** Gives a partition's folder another name; whether it was there. */
  private boolean takeAway(TopicIdPartition id, Path name) throws IOException {
    Path folder = folders.of(id);
    if (!folders.isOf(folder, id)) {
      return false;
    }
    disk.rename(folder, name);
    disk.forceDirectory(path);
    // The files that speak of it are written by the housekeeper, for all that are gone by then, and
    // when there is room; or before a log of that name is made.
    bounds.forget(id.topicPartition());
    watermarks.forget(id.topicPartition());
    return true;
  }

  private String unique() {
    return "." + new Uuid(world.randomness().nextLong(), world.randomness().nextLong());
  }

  /** Takes a partition that is not open out of the way; its files stay, for people to decide. */
  public void setAside(StoredPartition stored) throws IOException {
    disk.rename(stored.folder(), folders.renamed(stored.folder(), unique() + STRAY));
    disk.forceDirectory(path);
  }

  private void removeDeletedFolders() throws IOException {
    for (Path name : disk.list(path)) {
      if (name.toString().endsWith(DELETED)) {
        folders.remove(path.resolve(name));
      }
    }
  }

  void later(long delayMs, Housekeeper.Task task) {
    housekeeper.later(delayMs, task);
  }

  private void makeRecoverable() throws IOException {
    Housekeeper.careForAll(
        logs.values(),
        log -> {
          // What was put off when the disk was full.
          log.seal();
          log.makeRecoverable();
        });
    checkpoint();
    if (room.isAmple()) {
      reserve.replenish();
    }
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
    Housekeeper.careForAll(logs.values(), PartitionLog::clean);
  }

  /**
   * Writes how far each log is on disk and where it starts.
   *
   * @throws NotWrittenException if the disk is full
   */
  void checkpoint() throws IOException {
    checkNotFailed();
    reserve.write(() -> bounds.write(logs.values()));
  }

  private void checkNotFailed() throws IOException {
    if (failure().isPresent()) {
      throw new IOException("The data directory " + path + " has failed", failure().get());
    }
  }

  /**
   * Makes the starts of these logs survive a crash, in one go; does nothing if they already do.
   *
   * @throws KafkaStorageException if the directory has failed, or its disk is full
   */
  public void persistStarts(List<PartitionLog> raised) {
    try {
      checkNotFailed();
      reserve.write(() -> bounds.writeStarts(raised, logs.values()));
    } catch (NotWrittenException e) {
      throw new KafkaStorageException("The disk is too full to note where logs start", e);
    } catch (IOException e) {
      throw fail(e);
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
      failure.awaitTold();
      if (failure().isEmpty()) {
        checkpoint();
        watermarks.write(logs.values());
        unforced.retain(unforcedNow());
        epochs.leave();
      }
    } catch (NotWrittenException e) {
      LOG.warn("The next start recovers, as after a crash: {}", e.getMessage());
    } finally {
      opening.unlock();
      held.close();
    }
  }
}
