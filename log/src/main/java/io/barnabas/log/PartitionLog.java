package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;

/**
 * One partition on disk. Thread-safe: one lock serialises what changes it; reading takes no lock.
 */
public final class PartitionLog {
  private final LogCore core;
  private final LogFlushes flushes;
  private final LogAppender appender;
  private final LogTruncation truncation;
  private final LogMaintenance maintenance;
  private final LogVerification verification;
  private final LogCompaction compaction;
  private final long recoveredHighWatermark;

  /** Belongs to the flusher. */
  final AtomicReference<Flusher.Turn> turn = new AtomicReference<>(Flusher.Turn.NONE);

  PartitionLog(
      LogDirectory directory,
      TopicIdPartition id,
      Path folder,
      LogConfig config,
      LogLoader.Known known)
      throws IOException {
    long nowMs = directory.world().clock().wallTimeMillis();
    LogLoader loader = new LogLoader(directory.disk(), folder, config, nowMs, known);
    loader.load();
    core = new LogCore(this, directory, id, folder, config, known.startOffset(), loader);
    LogState state = core.state;
    long end = state.endOffset();
    boolean dirty = core.folderDirty;
    long durable =
        dirty ? Math.max(state.startOffset(), Math.min(known.recoveryPoint(), end)) : end;
    flushes = new LogFlushes(core, durable);
    appender = new LogAppender(core, flushes);
    truncation = new LogTruncation(core, flushes);
    maintenance = new LogMaintenance(core, flushes);
    verification = new LogVerification(core);
    compaction = new LogCompaction(core, flushes);
    recoveredHighWatermark =
        directory.watermarks().recover(id.topicPartition(), state.startOffset(), end);
    if (dirty) {
      directory.flusher().add(this);
    }
    if (!core.sealed.isEmpty()) {
      directory.later(0, this::seal);
    }
  }

  /** Which partition this is. */
  public TopicIdPartition id() {
    return core.id;
  }

  /**
   * Checks batches and writes them to the end of the log. Offsets, the leader epoch and log-append
   * times are written into the buffer.
   *
   * @param batches whole batches of version 2 between position and limit, which stay as they are
   * @throws org.apache.kafka.common.errors.ApiException with the code for the client, nothing
   *     appended
   */
  public Appended append(ByteBuffer batches, AppendContext context) throws IOException {
    return appender.append(batches, context);
  }

  /** Forces all that was appended before, on a platform thread. */
  void flush() {
    flushes.flush();
  }

  /** Writes the indexes and the producers of segments that are full. */
  void seal() throws IOException {
    maintenance.seal();
  }

  /** Writes the leader epochs if they changed. */
  void saveEpochs() {
    maintenance.saveEpochs();
  }

  /** Writes what spares a start after a crash to read what is on disk. */
  void makeRecoverable() throws IOException {
    maintenance.makeRecoverable();
  }

  /** Runs all who wait, because nothing will ever be flushed again. */
  void failWaiters() {
    flushes.fail();
  }

  /**
   * Reads batches and checks them against their checksums. If they do not hold, the log is damaged:
   * it takes and gives nothing from then on, and the directory's listener hears of it. May wait for
   * the disk.
   *
   * @param fromOffset where to begin; below the start means at the start
   * @param mostBytes after so many it ends, though not before one batch is checked
   * @return where to go on; the log end if all of it was checked
   * @throws DamagedLogException if it is damaged
   */
  public long verify(long fromOffset, int mostBytes) throws DamagedLogException {
    try {
      return verification.verify(fromOffset, mostBytes);
    } catch (DamagedLogException e) {
      if (core.damage.compareAndSet(Optional.empty(), Optional.of(e))) {
        core.directory.foundDamage(core.id, e);
        flushes.fail();
      }
      throw e;
    }
  }

  /** Whether it still takes appends: it is open and sound, and its directory has not failed. */
  public boolean isUsable() {
    return core.isUsable();
  }

  /**
   * Runs an action once all below an offset may be acknowledged, or never will be: check {@link
   * #isUsable} in it, and that nothing was cut away. Runs at once on the caller, or later on the
   * flusher's thread, in the order of offsets; must not block.
   */
  public void whenFlushed(long offsetExclusive, Runnable action) {
    flushes.whenFlushed(offsetExclusive, action);
  }

  /**
   * All below it may be acknowledged: with flush.messages=1 it is on disk, with N fewer than N
   * records may not be; it is the log end where the topic does not ask for any.
   */
  public long flushedEndOffset() {
    return flushes.acknowledgedEnd();
  }

  /** What is really on disk. */
  long durableEnd() {
    return flushes.durableEnd();
  }

  /** All below it is on disk, and the files beside the data say so. */
  long recoveryPoint() {
    return flushes.recoveryPoint();
  }

  /**
   * Sets the one listener that is called, without the lock, after the flushed end advanced, and
   * when the log is no longer {@link #isUsable}.
   */
  public void onFlushed(LongConsumer listener) {
    flushes.onFlushed(listener);
  }

  /** The bounds now. */
  public LogView view() {
    long flushed = flushedEndOffset();
    LogState now = core.state;
    return new LogView(now.startOffset(), now.endOffset(), Math.min(flushed, now.endOffset()));
  }

  /** The newest leader epoch that has a start in this log, or NONE. */
  public LeaderEpoch latestEpoch() {
    core.lock.lock();
    try {
      return new LeaderEpoch(core.epochs.latest());
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * Finds whole batches from the one that contains an offset, below another offset.
   *
   * @param maxBytes not exceeded, except by a first batch when {@code atLeastOneBatch}
   * @throws OffsetOutOfRangeException if the offset is below the start or above the end
   * @throws org.apache.kafka.common.errors.KafkaStorageException if the log is damaged
   */
  public LogSlice read(
      long fromOffset, long upToOffsetExclusive, int maxBytes, boolean atLeastOneBatch)
      throws IOException {
    core.checkSound();
    return inOneState(
        now ->
            LogReads.read(core.id, now, fromOffset, upToOffsetExclusive, maxBytes, atLeastOneBatch),
        LogSlice::close);
  }

  private interface Look<T> {
    T at(LogState now) throws IOException;
  }

  /** Looks again if segments came or went meanwhile: one that had gone was not looked into. */
  private <T> T inOneState(Look<T> look, Consumer<T> discard) throws IOException {
    LogState before = core.state;
    T found = look.at(before);
    for (LogState now = core.state; now.segments() != before.segments(); now = core.state) {
      discard.accept(found);
      before = now;
      found = look.at(before);
    }
    return found;
  }

  /**
   * Removes all from an offset on, durably; offsets at or above the end change nothing. Who waits
   * for something above it is called.
   *
   * @param leaderEpoch in the name of which leadership
   * @throws NotLeaderOrFollowerException if a later one has begun; nothing was removed then
   * @throws org.apache.kafka.common.errors.KafkaStorageException if the disk is too full to note
   *     it; nothing was removed then
   */
  public void truncateTo(long offset, int leaderEpoch) throws IOException {
    truncation.truncateTo(offset, leaderEpoch);
  }

  /** Removes everything, as {@link #truncateTo}; the log then begins and ends at an offset. */
  public void truncateFullyAndStartAt(long offset, int leaderEpoch) throws IOException {
    truncation.truncateFullyAndStartAt(offset, leaderEpoch);
  }

  /**
   * Makes an offset the first one that may be read, durably; whole segments below it go later.
   *
   * @return the log start offset now
   * @throws OffsetOutOfRangeException if it is above the flushed end
   */
  public long deleteRecordsBefore(long offset) throws IOException {
    long start = raiseStart(offset);
    core.directory.persistStarts(List.of(this));
    return start;
  }

  /**
   * As {@link #deleteRecordsBefore}, but a crash may take it back until {@link
   * LogDirectory#persistStarts}.
   */
  public long raiseStart(long offset) {
    return maintenance.raiseStartTo(offset);
  }

  /** Retention: raises the start over what is too old or too much and removes whole segments. */
  void clean() throws IOException {
    maintenance.clean();
  }

  LogCompaction compaction() {
    return compaction;
  }

  /**
   * Removes records that have newer ones of the same key; on a platform thread.
   *
   * @return whether there was anything to look at
   */
  boolean compact(CleanerOptions options, CleanerPace pace)
      throws IOException, CleaningAbortedException, UncleanableException {
    return CleaningPass.run(core, compaction, options, pace);
  }

  /** The first record whose timestamp is not below this one. */
  public Optional<OffsetAndTimestamp> offsetForTimestamp(long timestampMs) throws IOException {
    return inOneState(
        now -> TimeSearch.first(now.segments(), now.startOffset(), timestampMs), found -> {});
  }

  /**
   * The first record with the greatest timestamp below an offset; offset and timestamp -1 if there
   * is none.
   */
  public OffsetAndTimestamp maxTimestamp(long belowOffset) throws IOException {
    return inOneState(
        now ->
            TimeSearch.greatest(
                now.segments(), now.startOffset(), Math.min(belowOffset, now.endOffset())),
        found -> {});
  }

  /** The leader epoch of the record at an offset, or of the last one below it; NONE if unknown. */
  public LeaderEpoch epochOf(long offset) {
    core.lock.lock();
    try {
      return new LeaderEpoch(core.epochs.epochOf(offset));
    } finally {
      core.lock.unlock();
    }
  }

  /** Where an epoch ended, as OffsetForLeaderEpoch asks. */
  public EpochEnd endOffsetForEpoch(int epoch) {
    core.lock.lock();
    try {
      return core.epochs.endOf(epoch, core.state.endOffset());
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * This node leads from now on: a new leader epoch begins at the log's end, and what is done in
   * the name of an earlier one is refused.
   *
   * @return where it begins
   */
  public long assignEpochStart(int leaderEpoch) {
    core.lock.lock();
    try {
      core.leaderEpoch = Math.max(core.leaderEpoch, leaderEpoch);
      core.epochs.begin(leaderEpoch, core.state.endOffset());
      return core.state.endOffset();
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * Another node leads from now on, or none: what is done in the name of an earlier leader epoch is
   * refused, and an epoch of this log without records is forgotten.
   */
  public void beginToFollow(int leaderEpoch) {
    core.lock.lock();
    try {
      core.leaderEpoch = Math.max(core.leaderEpoch, leaderEpoch);
      core.epochs.truncateFromEnd(core.state.endOffset());
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * What gives the high watermark from now on: retention removes no records above it, and it is
   * written down from time to time and when the directory is closed.
   */
  public void watchHighWatermark(LongSupplier watermark) {
    core.highWatermark = Optional.of(watermark);
  }

  /** Between the bounds that the log had when it was opened: a high watermark of before. */
  public long recoveredHighWatermark() {
    return recoveredHighWatermark;
  }

  /** As far as the log has it; nothing if nobody has said what gives it. */
  OptionalLong highWatermark() {
    Optional<LongSupplier> watched = core.highWatermark;
    return watched.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Math.min(watched.get().getAsLong(), core.state.endOffset()));
  }

  /** The bytes of all segments' batches. */
  public long sizeBytes() {
    return core.state.sizeBytes();
  }

  /** How many segments there are, at least 1. */
  public int segmentCount() {
    return core.state.segments().size();
  }

  /** The producers that are remembered. */
  public List<ActiveProducer> producers() {
    core.lock.lock();
    try {
      return core.producers.active();
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * Takes changed topic settings. On a platform thread, as it may wait for the disk.
   *
   * @throws org.apache.kafka.common.errors.KafkaStorageException if the disk does not take in what
   *     has to be known of them after a crash; nothing changed then
   */
  public void updateConfig(LogConfig changed) {
    core.directory.noteSettings(core.id, changed);
    core.config = changed;
    core.directory.flusher().add(this);
  }

  LogConfig config() {
    return core.config;
  }

  /** Forces everything, writes what spares the next start a scan, and closes the files. */
  void close(boolean clean) {
    maintenance.close(clean);
  }
}
