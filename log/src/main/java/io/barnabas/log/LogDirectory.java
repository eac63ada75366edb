package io.barnabas.log;

import io.barnabas.world.World;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data directory, on one disk, with its flusher, housekeeper and cleaner. Thread-safe. */
public final class LogDirectory implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);

  private final World world;
  private final WatchedDisk disk;
  private final Path path;
  private final LogDirectoryOptions options;
  private final Closeable held;
  private final DirectoryFiles files;
  private final BrokerEpochs epochs;
  private final OpenLogs logs;
  private final DirectoryFailure failure;
  private final Flusher flusher;
  private final Housekeeper housekeeper;
  private final Scrubber scrubber;
  private final Optional<Cleaner> cleaner;
  private final DiskRoom room;
  private final Reserve reserve;
  private volatile Optional<DamageListener> damageListener = Optional.empty();

  private LogDirectory(World world, Path path, LogDirectoryOptions options, Closeable held)
      throws IOException {
    this.world = world;
    this.path = path;
    this.options = options;
    this.held = held;
    disk = new WatchedDisk(world.disk(), world.clock());
    room = new DiskRoom(disk, world.clock(), path);
    reserve = new Reserve(disk, path);
    reserve.open();
    files = DirectoryFiles.read(disk, path);
    epochs = new BrokerEpochs(disk, path);
    logs = new OpenLogs(this, world, files);
    failure =
        new DirectoryFailure(world, path, () -> logs.all().forEach(PartitionLog::failWaiters));
    flusher = new Flusher(world, "barnabas-flusher");
    housekeeper = new Housekeeper(world, this, "barnabas-log-housekeeper");
    scrubber = new Scrubber(world.clock(), housekeeper, options);
    cleaner =
        options.cleaner().enabled()
            ? Optional.of(new Cleaner(world, this, logs.all()))
            : Optional.empty();
  }

  /**
   * Takes a directory, making it if it is not there, and starts its threads.
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
    opened.housekeeper.later(0, opened.logs::removeDeletedFolders);
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
    return files.unforced().known();
  }

  private Set<Uuid> unforcedNow() {
    return logs.all().stream()
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
      files.unforced().note(id.topicId(), config);
    } catch (NotWrittenException e) {
      throw new KafkaStorageException("The disk is too full for flush.messages of " + id, e);
    } catch (IOException e) {
      throw fail(e);
    }
  }

  /**
   * For how many nanoseconds the disk has not answered to the oldest call that is under way; 0 if
   * none is. Any thread, never waits.
   */
  public long busyNanos() {
    return disk.busyNanos();
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

  WatchedDisk disk() {
    return disk;
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
    return files.folders().stored();
  }

  /**
   * As {@link #openOrCreate(TopicIdPartition, LogConfig, boolean)}, where there is no other copy.
   */
  public PartitionLog openOrCreate(TopicIdPartition id, LogConfig config) throws IOException {
    return openOrCreate(id, config, false);
  }

  /**
   * Opens a partition's log, recovering or making it; the same object while it is open.
   *
   * @param isCopied whether others have all of it that was acknowledged. Then a bad batch with good
   *     ones behind it is damage even where a crash can have torn something; else all from it on is
   *     cut off there
   * @throws DamagedLogException if it is damaged
   * @throws KafkaStorageException if the disk has no room for it now, or the directory has failed,
   *     of which this may be the first sign
   */
  public PartitionLog openOrCreate(TopicIdPartition id, LogConfig config, boolean isCopied)
      throws IOException {
    return logs.openOrCreate(id, config, isCopied);
  }

  /**
   * Opens a partition's log that was found damaged, anew, after all of it has been read and was
   * good. What was open of it is closed.
   *
   * @throws DamagedLogException if it is still damaged, or gone
   * @throws KafkaStorageException as {@link #openOrCreate}
   */
  public PartitionLog reopenIfSound(TopicIdPartition id, LogConfig config) throws IOException {
    return logs.reopenIfSound(id, config);
  }

  /** A log was opened, so that it is to be looked after. */
  void opened(PartitionLog log) {
    scrubber.add(log);
  }

  /** It is used no more. */
  void closed(PartitionLog log) {
    scrubber.remove(log);
  }

  /** Takes a partition away at once; its files go after the topic's file.delete.delay.ms. */
  public void delete(TopicIdPartition id) throws IOException {
    logs.delete(id);
  }

  /**
   * Takes a partition's damaged files out of the way, in place of those that were before, and keeps
   * them for people to look at until the partition is deleted.
   *
   * @return where they are now; empty if there were none
   */
  public Optional<Path> setDamagedAside(TopicIdPartition id) throws IOException {
    return logs.setDamagedAside(id);
  }

  /** Takes a partition that is not open out of the way; its files stay, for people to decide. */
  public void setAside(StoredPartition stored) throws IOException {
    logs.setAside(stored);
  }

  void later(long delayMs, Housekeeper.Task task) {
    housekeeper.later(delayMs, task);
  }

  private void makeRecoverable() throws IOException {
    Housekeeper.careForAll(
        logs.all(),
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
      files.watermarks().write(logs.all());
    }
  }

  Watermarks watermarks() {
    return files.watermarks();
  }

  CleanerCheckpoint cleaned() {
    return files.cleaned();
  }

  private void clean() throws IOException {
    Housekeeper.careForAll(logs.all(), PartitionLog::clean);
  }

  /**
   * Writes how far each log is on disk and where it starts.
   *
   * @throws NotWrittenException if the disk is full
   */
  void checkpoint() throws IOException {
    checkNotFailed();
    reserve.write(() -> files.bounds().write(logs.all()));
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
      reserve.write(() -> files.bounds().writeStarts(raised, logs.all()));
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
    try {
      logs.end(this::closeAll);
    } catch (NotWrittenException e) {
      LOG.warn("The next start recovers, as after a crash: {}", e.getMessage());
    } finally {
      held.close();
    }
  }

  private void closeAll() throws IOException {
    cleaner.ifPresent(Cleaner::stop);
    housekeeper.stop();
    flusher.stop();
    Closing.closeAll(world, logs.all());
    failure.awaitTold();
    if (failure().isEmpty()) {
      checkpoint();
      files.watermarks().write(logs.all());
      files.unforced().retain(unforcedNow());
      epochs.leave();
    }
  }
}
