package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a log share. Locks are taken in this order: {@link #maintenance}, {@link
 * #flushing}, {@link #lock}.
 */
final class LogCore {
  /** A segment that is full, and what is to be written beside it. */
  record Sealed(Segment segment, long nextOffset, @Nullable ByteBuffer producers) {}

  final PartitionLog log;
  final LogDirectory directory;
  final WatchedDisk disk;
  final TopicIdPartition id;
  final Path folder;

  /** Held by who changes the log; never while forcing, but by truncation. */
  final ReentrantLock lock = new ReentrantLock();

  /** Held by the one that forces. */
  final ReentrantLock flushing = new ReentrantLock();

  /** Held by who writes or removes the files beside the data, or cuts it. */
  final ReentrantLock maintenance = new ReentrantLock();

  /** Whether, when it was opened, the files beside the data spoke of all of it. */
  final boolean recoverable;

  // Under the lock.
  final EpochCache epochs;
  final ProducerStates producers;
  List<Sealed> sealed = new ArrayList<>();
  boolean folderDirty;

  /** Appends and cuts in the name of an earlier leadership are refused. */
  int leaderEpoch = -1;

  /** How often something was cut away: what a flush began before it says nothing after it. */
  long cuts;

  /** Why it must not be used any more, if so. */
  final AtomicReference<Optional<DamagedLogException>> damage =
      new AtomicReference<>(Optional.empty());

  // Written under the lock, read by anyone.
  volatile boolean closed;
  volatile Optional<LongSupplier> highWatermark = Optional.empty();
  volatile LogConfig config;
  volatile LogState state;

  LogCore(
      PartitionLog log,
      LogDirectory directory,
      TopicIdPartition id,
      Path folder,
      LogConfig config,
      long startOffset,
      LogLoader loaded)
      throws IOException {
    this.log = log;
    this.directory = directory;
    disk = directory.disk();
    this.id = id;
    this.folder = folder;
    this.config = config;
    epochs = loaded.epochs;
    producers = loaded.producers;
    List<Segment> segments = loaded.segments;
    long start = Math.max(startOffset, segments.getFirst().baseOffset);
    state = new LogState(segments, start, loaded.logEndOffset, segments.getLast().size());
    LogLoader.Producers known =
        LogLoader.loadProducers(
            disk, folder, producers, segments, start, loaded.logEndOffset, nowMs());
    folderDirty = known.removed() || loaded.folderDirty();
    recoverable = loaded.activeIndexed && known.snapshot() == loaded.logEndOffset;
    loaded.unindexed.forEach(s -> sealed.add(new Sealed(s, -1, null)));
  }

  long nowMs() {
    return directory.world().clock().wallTimeMillis();
  }

  boolean isUsable() {
    return !closed && damage.get().isEmpty() && directory.failure().isEmpty();
  }

  /**
   * For readers, too.
   *
   * @throws KafkaStorageException if the log is damaged
   */
  void checkSound() {
    Optional<DamagedLogException> found = damage.get();
    if (found.isPresent()) {
      throw new KafkaStorageException("The log of " + id + " is damaged", found.get());
    }
  }

  void checkUsable() {
    checkSound();
    Optional<IOException> failure = directory.failure();
    if (failure.isPresent()) {
      throw new KafkaStorageException("The data directory of " + id + " has failed", failure.get());
    }
    if (closed) {
      throw new KafkaStorageException("The log of " + id + " is closed");
    }
  }

  /**
   * Under the lock.
   *
   * @throws NotLeaderOrFollowerException if a later leadership has begun
   */
  void checkEpoch(int epoch) {
    if (epoch < leaderEpoch) {
      throw new NotLeaderOrFollowerException(
          "The leader epoch %d of %s is over".formatted(epoch, id.topicPartition()));
    }
  }

  /**
   * Begins a new segment at the log's end; under the lock.
   *
   * @throws NotWrittenException if the disk has no room for its file: nothing changed
   */
  void roll(long nowMs) throws IOException {
    LogState old = state;
    Segment next = Segment.create(disk, folder, old.endOffset(), nowMs);
    old.active().completeTimeIndex();
    sealed.add(new Sealed(old.active(), old.endOffset(), producers.snapshot()));
    folderDirty = true;
    next.dirty = true;
    List<Segment> segments = new ArrayList<>(old.segments());
    segments.add(next);
    state = new LogState(segments, old.startOffset(), old.endOffset(), 0);
  }
}
