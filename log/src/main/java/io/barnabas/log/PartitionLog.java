package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/**
 * One partition on disk. Thread-safe: one lock serialises what changes it; reading takes no lock.
 */
public final class PartitionLog {
  /** What readers see: replaced as a whole. */
  private record State(List<Segment> segments, long startOffset, long endOffset, int activeBytes) {
    Segment active() {
      return segments.getLast();
    }

    int bytesOf(int index) {
      return index == segments.size() - 1 ? activeBytes : segments.get(index).size();
    }

    int indexOf(long offset) {
      int low = 0;
      int high = segments.size() - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (segments.get(middle).baseOffset <= offset) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return low;
    }
  }

  private record Sealed(Segment segment, long nextOffset, ByteBuffer producers) {}

  private final LogDirectory directory;
  private final Disk disk;
  private final TopicIdPartition id;
  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock flushing = new ReentrantLock();
  private final EpochCache epochs;
  private final ProducerStates producers;
  private final FlushWaiters waiters = new FlushWaiters();
  private List<Sealed> sealed = new ArrayList<>();
  private boolean folderDirty;
  private volatile boolean closed;
  private long cuts;

  /** Set while the flusher has this log in its queue. */
  final AtomicBoolean queued = new AtomicBoolean();

  private volatile LogConfig config;
  private volatile State state;
  private volatile long durableEnd;
  private volatile @Nullable LongConsumer flushedListener;

  PartitionLog(
      LogDirectory directory,
      TopicIdPartition id,
      Path folder,
      LogConfig config,
      long startOffset,
      long recoveryPoint)
      throws IOException {
    this.directory = directory;
    disk = directory.world().disk();
    this.id = id;
    this.folder = folder;
    this.config = config;
    LogLoader loader = new LogLoader(disk, folder, config, nowMs(), startOffset, recoveryPoint);
    loader.load();
    epochs = loader.epochs;
    producers = loader.producers;
    long start = Math.max(startOffset, loader.segments.getFirst().baseOffset);
    LogLoader.loadProducers(disk, folder, producers, loader.segments, start, loader.logEndOffset);
    state =
        new State(
            List.copyOf(loader.segments),
            start,
            loader.logEndOffset,
            loader.segments.getLast().size());
    folderDirty = loader.folderDirty();
    long end = loader.logEndOffset;
    durableEnd = folderDirty ? Math.max(start, Math.min(recoveryPoint, end)) : end;
    if (folderDirty) {
      directory.flusher().add(this);
    }
  }

  /** Which partition this is. */
  public TopicIdPartition id() {
    return id;
  }

  private long nowMs() {
    return directory.world().clock().wallTimeMillis();
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
    LogConfig settings = config;
    long nowMs = nowMs();
    new BatchValidator(id.topicPartition(), settings, context.origin(), nowMs).validate(batches);
    Appended appended;
    lock.lock();
    try {
      checkUsable();
      Appended duplicate = checkProducers(batches, context.origin());
      if (duplicate != null) {
        return duplicate;
      }
      appended = write(batches, context, settings, nowMs);
    } finally {
      lock.unlock();
    }
    afterAppend(settings, appended.lastOffset() + 1);
    return appended;
  }

  private void afterAppend(LogConfig settings, long endOffset) {
    if (settings.flushes()) {
      directory.flusher().add(this);
    } else {
      LongConsumer listener = flushedListener;
      if (listener != null) {
        listener.accept(endOffset);
      }
    }
  }

  private @Nullable Appended checkProducers(ByteBuffer batches, Origin origin) {
    if (origin == Origin.FOLLOWER) {
      return null;
    }
    boolean client = origin == Origin.CLIENT;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      if (batches.getLong(at + BatchFormat.PRODUCER_ID) < 0) {
        continue;
      }
      ProducerStates.Written old = client ? producers.duplicateOf(batches, at) : null;
      if (old != null) {
        return new Appended(old.firstOffset(), old.lastOffset(), -1, state.startOffset, true);
      }
      producers.check(batches, at, client);
    }
    return null;
  }

  private Appended write(ByteBuffer batches, AppendContext context, LogConfig settings, long nowMs)
      throws IOException {
    State old = state;
    boolean follower = context.origin() == Origin.FOLLOWER;
    boolean stamp = !follower && settings.logAppendTime();
    long first = follower ? batches.getLong(batches.position()) : old.endOffset;
    long next = old.endOffset;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      if (follower) {
        if (BatchFormat.baseOffset(batches, at) < next) {
          throw new OffsetOutOfRangeException(
              "Offset %d of a fetched batch is below the log end %d of %s"
                  .formatted(BatchFormat.baseOffset(batches, at), next, id));
        }
      } else {
        batches.putLong(at, next);
        batches.putInt(at + BatchFormat.LEADER_EPOCH, context.leaderEpoch());
      }
      if (stamp) {
        stamp(batches, at, nowMs);
      }
      next = BatchFormat.lastOffset(batches, at) + 1;
    }
    try {
      if (mustRoll(old, batches, next, settings, nowMs)) {
        roll(nowMs);
      }
      State now = state;
      now.active().append(batches, settings.indexIntervalBytes());
      for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
        producers.note(batches, at);
        int epoch = batches.getInt(at + BatchFormat.LEADER_EPOCH);
        if (epoch >= 0) {
          epochs.assign(epoch, BatchFormat.baseOffset(batches, at));
        }
      }
      state = new State(now.segments, now.startOffset, next, now.active().size());
    } catch (IOException e) {
      throw directory.fail(e);
    }
    return new Appended(first, next - 1, stamp ? nowMs : -1, old.startOffset, false);
  }

  private static void stamp(ByteBuffer batches, int at, long nowMs) {
    int attributes = BatchFormat.attributes(batches, at) | BatchFormat.LOG_APPEND_TIME;
    batches.putShort(at + BatchFormat.ATTRIBUTES, (short) attributes);
    batches.putLong(at + BatchFormat.MAX_TIMESTAMP, nowMs);
    batches.putInt(at + BatchFormat.CRC, BatchFormat.crc(batches, at));
  }

  private static boolean mustRoll(
      State state, ByteBuffer batches, long nextOffset, LogConfig settings, long nowMs) {
    Segment active = state.active();
    if (active.size() == 0) {
      return false;
    }
    // By the records' own times where they have any, so that old data being copied stays together.
    long age =
        active.firstTimestamp() >= 0
            ? greatestTimestamp(batches) - active.firstTimestamp()
            : nowMs - active.createdMs();
    return active.size() > settings.segmentBytes() - batches.remaining()
        || age > settings.segmentMs() - settings.segmentJitterMs()
        || (active.offsetIndex.count() + 1L) * OffsetIndex.ENTRY_BYTES
            >= settings.segmentIndexBytes()
        || (active.timeIndex.count() + 1L) * TimeIndex.ENTRY_BYTES >= settings.segmentIndexBytes()
        || nextOffset - 1 - active.baseOffset > Integer.MAX_VALUE;
  }

  private static long greatestTimestamp(ByteBuffer batches) {
    long greatest = -1;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      greatest = Math.max(greatest, batches.getLong(at + BatchFormat.MAX_TIMESTAMP));
    }
    return greatest;
  }

  private void roll(long nowMs) throws IOException {
    State old = state;
    old.active().completeTimeIndex();
    sealed.add(new Sealed(old.active(), old.endOffset, producers.snapshot()));
    Segment next = new Segment(disk, folder, old.endOffset, nowMs);
    folderDirty = true;
    next.dirty = true;
    List<Segment> segments = new ArrayList<>(old.segments);
    segments.add(next);
    state = new State(List.copyOf(segments), old.startOffset, old.endOffset, 0);
    directory.flusher().add(this);
  }

  /**
   * Forces all that was appended before, on a platform thread; then those who waited for it run.
   */
  void flush() {
    // One at a time: a second one would find nothing dirty while the first still forces it.
    flushing.lock();
    try {
      flushAlone();
    } finally {
      flushing.unlock();
    }
  }

  private void flushAlone() {
    List<Segment> dirty = new ArrayList<>();
    List<Sealed> toSeal;
    boolean forceFolder;
    String epochText;
    long end;
    long cutsBefore;
    lock.lock();
    try {
      if (closed || directory.failure().isPresent()) {
        return;
      }
      for (Segment segment : state.segments) {
        if (segment.dirty && segment.hold()) {
          segment.dirty = false;
          dirty.add(segment);
        }
      }
      toSeal = sealed;
      sealed = new ArrayList<>();
      forceFolder = folderDirty;
      folderDirty = false;
      epochText = epochs.takeChanges();
      end = state.endOffset;
      cutsBefore = cuts;
    } finally {
      lock.unlock();
    }
    try {
      if (epochText != null) {
        Checkpoints.replace(disk, folder.resolve("leader-epoch-checkpoint"), epochText);
      }
      for (Segment segment : dirty) {
        segment.file.force();
      }
      for (Sealed s : toSeal) {
        s.segment.writeIndexes(disk);
        Path file = folder.resolve(Segment.name(s.nextOffset, ".snapshot"));
        Checkpoints.replace(disk, file, s.producers);
      }
      if (forceFolder) {
        disk.forceDirectory(folder);
      }
    } catch (IOException e) {
      directory.fail(e);
      return;
    } finally {
      dirty.forEach(Segment::release);
    }
    flushed(end, cutsBefore);
  }

  private void flushed(long end, long cutsBefore) {
    List<Runnable> ready;
    lock.lock();
    try {
      if (cuts != cutsBefore || end <= durableEnd) {
        return;
      }
      durableEnd = end;
      ready = waiters.takeUpTo(end);
    } finally {
      lock.unlock();
    }
    LongConsumer listener = flushedListener;
    if (listener != null && config.flushes()) {
      listener.accept(end);
    }
    ready.forEach(Runnable::run);
  }

  /** Runs all who wait, because nothing will ever be flushed again. */
  void failWaiters() {
    List<Runnable> ready;
    lock.lock();
    try {
      ready = waiters.takeUpTo(Long.MAX_VALUE);
    } finally {
      lock.unlock();
    }
    LongConsumer listener = flushedListener;
    if (listener != null) {
      listener.accept(flushedEndOffset());
    }
    ready.forEach(Runnable::run);
  }

  /** Whether it still takes appends: it is open and its directory has not failed. */
  public boolean isUsable() {
    return !closed && directory.failure().isEmpty();
  }

  /**
   * Runs an action once all below an offset is on disk, or the directory has failed: check {@link
   * LogDirectory#failure} in it. Runs at once on the caller, or later on the flusher's thread, in
   * the order of offsets; must not block.
   */
  public void whenFlushed(long offsetExclusive, Runnable action) {
    lock.lock();
    try {
      if (flushedEndOffset() < offsetExclusive && directory.failure().isEmpty() && !closed) {
        waiters.add(offsetExclusive, action);
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  /** All below it survives a power loss; the log end where the topic does not ask for that. */
  public long flushedEndOffset() {
    return config.flushes() ? durableEnd : state.endOffset;
  }

  /** What is really on disk. */
  long durableEnd() {
    return durableEnd;
  }

  /**
   * Sets the one listener that is called, without the lock, after the flushed end advanced, and
   * when the log is no longer {@link #isUsable}.
   */
  public void onFlushed(LongConsumer listener) {
    flushedListener = listener;
  }

  /** The bounds now. */
  public LogView view() {
    long flushed = flushedEndOffset();
    State now = state;
    return new LogView(now.startOffset, now.endOffset, Math.min(flushed, now.endOffset));
  }

  /** The newest leader epoch that has a start in this log, or NONE. */
  public LeaderEpoch latestEpoch() {
    lock.lock();
    try {
      return new LeaderEpoch(epochs.latest());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finds whole batches from the one that contains an offset, below another offset.
   *
   * @param maxBytes not exceeded, except by a first batch when {@code atLeastOneBatch}
   * @throws OffsetOutOfRangeException if the offset is below the start or above the end
   */
  public LogSlice read(
      long fromOffset, long upToOffsetExclusive, int maxBytes, boolean atLeastOneBatch)
      throws IOException {
    State now = state;
    if (fromOffset < now.startOffset || fromOffset > now.endOffset) {
      throw new OffsetOutOfRangeException(
          "Offset %d is not in %s, which has %d to %d"
              .formatted(fromOffset, id, now.startOffset, now.endOffset));
    }
    long upTo = Math.min(upToOffsetExclusive, now.endOffset);
    for (int i = now.indexOf(fromOffset); i < now.segments.size() && fromOffset < upTo; i++) {
      Segment segment = now.segments.get(i);
      if (segment.baseOffset >= upTo || !segment.hold()) {
        break;
      }
      FileRegion region = null;
      try {
        region = region(now, i, fromOffset, upTo, maxBytes, atLeastOneBatch);
      } finally {
        if (region == null) {
          segment.release();
        }
      }
      if (region != null) {
        return new LogSlice(List.of(region), List.of(segment));
      }
    }
    return new LogSlice(List.of(), List.of());
  }

  private static @Nullable FileRegion region(
      State now, int index, long from, long upTo, int maxBytes, boolean atLeastOne)
      throws IOException {
    Segment segment = now.segments.get(index);
    int end = now.bytesOf(index);
    BatchCursor first = segment.find(from, end);
    if (first == null || first.baseOffset() >= upTo) {
      return null;
    }
    int start = first.position();
    int firstEnd = start + first.size();
    boolean last = index == now.segments.size() - 1;
    long segmentEnd = last ? now.endOffset : now.segments.get(index + 1).baseOffset;
    if (upTo < segmentEnd) {
      BatchCursor bound = segment.find(upTo, end);
      end = bound == null ? end : bound.position();
      end = Math.max(end, start);
    }
    int stop = (int) Math.min(end, (long) start + maxBytes);
    stop = segment.batchEndNotAbove(stop, start, end);
    if (stop < firstEnd && atLeastOne && firstEnd <= end) {
      stop = firstEnd;
    }
    return stop > start ? new FileRegion(segment.file, start, stop - start) : null;
  }

  /** Removes all from an offset on, durably; offsets at or above the end change nothing. */
  public void truncateTo(long offset) throws IOException {
    // First, so that no flush under way writes a snapshot or an index of what is cut away.
    flushing.lock();
    lock.lock();
    try {
      checkUsable();
      State old = state;
      if (offset >= old.endOffset) {
        return;
      }
      if (offset < old.segments.getFirst().baseOffset) {
        restart(offset);
        return;
      }
      cuts++;
      int keep = old.indexOf(offset);
      // Not above what is left after a crash half way.
      durableEnd = Math.min(durableEnd, old.segments.get(keep).baseOffset);
      directory.checkpoint();
      dropFrom(old, keep + 1);
      rebuildActive(old, keep, offset);
    } catch (IOException e) {
      throw directory.fail(e);
    } finally {
      lock.unlock();
      flushing.unlock();
    }
  }

  private void dropFrom(State old, int index) throws IOException {
    for (int i = old.segments.size() - 1; i >= index; i--) {
      SegmentFiles.delete(disk, folder, old.segments.get(i).baseOffset);
      old.segments.get(i).release();
    }
    sealed.clear();
    disk.forceDirectory(folder);
  }

  /** Cuts a segment by opening it anew, so that its indexes are built from what is left. */
  private void rebuildActive(State old, int index, long offset) throws IOException {
    Segment cut = old.segments.get(index);
    BatchCursor found = cut.find(offset, cut.size());
    int bytes = found == null ? cut.size() : found.position();
    Segment fresh = new Segment(disk, folder, cut.baseOffset, cut.createdMs());
    long end = cut.baseOffset;
    fresh.cutTo(bytes);
    fresh.file.force();
    BatchCursor cursor = fresh.cursor(0, bytes);
    while (cursor.advance()) {
      fresh.note(cursor.header(), cursor.at(), cursor.position(), config.indexIntervalBytes());
      end = cursor.lastOffset() + 1;
    }
    List<Segment> segments = new ArrayList<>(old.segments.subList(0, index));
    segments.add(fresh);
    cut.release();
    end = index == 0 && bytes == 0 ? cut.baseOffset : end;
    epochs.truncateFromEnd(end);
    LogLoader.loadProducers(disk, folder, producers, segments, old.startOffset, end);
    state = new State(List.copyOf(segments), Math.min(old.startOffset, end), end, bytes);
    durableEnd = end;
  }

  /** Removes everything; the log then begins and ends at an offset. */
  public void truncateFullyAndStartAt(long offset) throws IOException {
    // First, so that no flush under way writes a snapshot or an index of what is cut away.
    flushing.lock();
    lock.lock();
    try {
      checkUsable();
      restart(offset);
    } catch (IOException e) {
      throw directory.fail(e);
    } finally {
      lock.unlock();
      flushing.unlock();
    }
  }

  private void restart(long offset) throws IOException {
    State old = state;
    cuts++;
    durableEnd = 0;
    state =
        new State(old.segments, Math.min(offset, old.startOffset), old.endOffset, old.activeBytes);
    directory.checkpoint();
    dropFrom(old, 0);
    for (Path name : disk.list(folder)) {
      if (name.toString().endsWith(".snapshot")) {
        disk.delete(folder.resolve(name));
      }
    }
    Segment fresh = new Segment(disk, folder, offset, nowMs());
    fresh.file.force();
    disk.forceDirectory(folder);
    epochs.clear();
    producers.clear();
    state = new State(List.of(fresh), offset, offset, 0);
    durableEnd = offset;
    directory.checkpoint();
  }

  /**
   * Makes an offset the first one that may be read; whole segments below it go later.
   *
   * @return the log start offset now
   * @throws OffsetOutOfRangeException if it is above the flushed end
   */
  public long deleteRecordsBefore(long offset) throws IOException {
    lock.lock();
    try {
      checkUsable();
      if (offset > flushedEndOffset()) {
        throw new OffsetOutOfRangeException("Offset " + offset + " is above the end of " + id);
      }
      raiseStart(offset);
      return state.startOffset;
    } catch (IOException e) {
      throw directory.fail(e);
    } finally {
      lock.unlock();
    }
  }

  private void raiseStart(long offset) throws IOException {
    State old = state;
    if (offset > old.startOffset) {
      state = new State(old.segments, offset, old.endOffset, old.activeBytes);
      epochs.truncateFromStart(offset);
      directory.checkpoint();
    }
  }

  /** Retention: raises the start over what is too old or too much and removes whole segments. */
  void clean() throws IOException {
    LogConfig settings = config;
    flush();
    lock.lock();
    try {
      if (closed || directory.failure().isPresent()) {
        return;
      }
      producers.expire(nowMs(), directory.options().producerIdExpirationMs());
      if (settings.cleanupPolicy().contains("delete")) {
        raiseStart(Math.min(retainedFrom(settings), durableEnd));
      }
      removeBelowStart(settings);
    } catch (IOException e) {
      throw directory.fail(e);
    } finally {
      lock.unlock();
    }
  }

  private long retainedFrom(LogConfig settings) throws IOException {
    long nowMs = nowMs();
    long surplus = settings.retentionBytes() < 0 ? 0 : sizeBytes() - settings.retentionBytes();
    long from = state.startOffset;
    List<Segment> segments = state.segments;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      boolean old =
          settings.retentionMs() >= 0
              && segment.size() > 0
              && nowMs - segment.maxTimestamp() > settings.retentionMs();
      surplus -= segment.size();
      boolean tooMuch = settings.retentionBytes() >= 0 && surplus >= 0 && segment.size() > 0;
      if (!old && !tooMuch) {
        break;
      }
      boolean active = i == segments.size() - 1;
      from = active ? state.endOffset : segments.get(i + 1).baseOffset;
      if (active && from <= durableEnd) {
        roll(nowMs);
        state.active().file.force();
        disk.forceDirectory(folder);
        break;
      }
    }
    return from;
  }

  private void removeBelowStart(LogConfig settings) throws IOException {
    State now = state;
    int gone = 0;
    while (gone < now.segments.size() - 1
        && now.segments.get(gone + 1).baseOffset <= Math.min(now.startOffset, durableEnd)) {
      Segment segment = now.segments.get(gone++);
      sealed.removeIf(s -> s.segment == segment);
      SegmentFiles.markDeleted(disk, folder, segment.baseOffset);
      segment.release();
      directory.later(
          settings.fileDeleteDelayMs(),
          () -> SegmentFiles.removeDeleted(disk, folder, segment.baseOffset));
    }
    if (gone > 0) {
      List<Segment> kept = List.copyOf(now.segments.subList(gone, now.segments.size()));
      state = new State(kept, now.startOffset, now.endOffset, now.activeBytes);
    }
  }

  /** The first record whose timestamp is not below this one. */
  public Optional<OffsetAndTimestamp> offsetForTimestamp(long timestampMs) throws IOException {
    return TimeSearch.first(state.segments, state.startOffset, timestampMs);
  }

  /**
   * The first record with the greatest timestamp below an offset; offset and timestamp -1 if there
   * is none.
   */
  public OffsetAndTimestamp maxTimestamp(long belowOffset) throws IOException {
    State now = state;
    return TimeSearch.greatest(now.segments, now.startOffset, Math.min(belowOffset, now.endOffset));
  }

  /** The leader epoch of the record at an offset, or of the last one below it; NONE if unknown. */
  public LeaderEpoch epochOf(long offset) {
    lock.lock();
    try {
      return new LeaderEpoch(epochs.epochOf(offset));
    } finally {
      lock.unlock();
    }
  }

  /** Where an epoch ended, as OffsetForLeaderEpoch asks. */
  public EpochEnd endOffsetForEpoch(int epoch) {
    lock.lock();
    try {
      return epochs.endOf(epoch, state.endOffset);
    } finally {
      lock.unlock();
    }
  }

  /** Notes that a new leader epoch begins at the log's end. */
  public void assignEpochStart(int leaderEpoch) {
    lock.lock();
    try {
      epochs.assign(leaderEpoch, state.endOffset);
    } finally {
      lock.unlock();
    }
    directory.flusher().add(this);
  }

  /** The bytes of all segments' batches. */
  public long sizeBytes() {
    State now = state;
    long bytes = 0;
    for (int i = 0; i < now.segments.size(); i++) {
      bytes += now.bytesOf(i);
    }
    return bytes;
  }

  /** How many segments there are, at least 1. */
  public int segmentCount() {
    return state.segments.size();
  }

  /** The producers that are remembered. */
  public List<ActiveProducer> producers() {
    lock.lock();
    try {
      return producers.active();
    } finally {
      lock.unlock();
    }
  }

  /** Takes changed topic settings. */
  public void updateConfig(LogConfig changed) {
    config = changed;
    directory.flusher().add(this);
  }

  LogConfig config() {
    return config;
  }

  Path folder() {
    return folder;
  }

  private void checkUsable() {
    Optional<IOException> failure = directory.failure();
    if (failure.isPresent()) {
      throw new KafkaStorageException("The data directory of " + id + " has failed", failure.get());
    }
    if (closed) {
      throw new KafkaStorageException("The log of " + id + " is closed");
    }
  }

  /** Forces everything, writes what spares the next start a scan, and closes the files. */
  void close(boolean clean) throws IOException {
    if (clean) {
      flush();
    }
    // First: the folder may be renamed next, under the feet of a flush that writes into it.
    flushing.lock();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (clean && directory.failure().isEmpty()) {
        Path snapshot = folder.resolve(Segment.name(state.endOffset, ".snapshot"));
        Checkpoints.replace(disk, snapshot, producers.snapshot());
        state.active().completeTimeIndex();
        state.active().writeIndexes(disk);
      }
      state.segments.forEach(Segment::release);
    } finally {
      lock.unlock();
      flushing.unlock();
    }
    failWaiters();
  }
}
