package io.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** How far a log is on disk, who forces it, and who waits for that. */
final class LogFlushes {
  private final LogCore core;
  private final FlushWaiters waiters = new FlushWaiters();
  private final AtomicBoolean timed = new AtomicBoolean();
  private final AtomicBoolean savingEpochs = new AtomicBoolean();

  // Written under the core's lock.
  private volatile long durableEnd;
  private volatile long acknowledgedEnd;
  private volatile long recoveryPoint;
  private volatile @Nullable LongConsumer listener;

  LogFlushes(LogCore core, long durableEnd) {
    this.core = core;
    this.durableEnd = durableEnd;
    recoveryPoint = durableEnd;
    acknowledgedEnd = Math.max(durableEnd, promised(core.state.endOffset(), durableEnd));
  }

  /** What may be acknowledged where so much is on disk: all, unless too much is not. */
  private long promised(long end, long durable) {
    return end - durable >= core.config.flushMessages() ? durable : end;
  }

  /** What is really on disk. */
  long durableEnd() {
    return durableEnd;
  }

  /**
   * Up to where the files beside the data know of what is on disk; above it a start has to look.
   */
  long recoveryPoint() {
    return recoveryPoint;
  }

  /** Below it all is as safe as the topic asks. */
  long acknowledgedEnd() {
    return acknowledgedEnd;
  }

  void onFlushed(LongConsumer consumer) {
    listener = consumer;
  }

  /** After an append, under the lock: whether those who wait have to wait for the disk. */
  boolean mustFlush(long endOffset) {
    long promised = promised(endOffset, durableEnd);
    acknowledgedEnd = Math.max(acknowledgedEnd, promised);
    return promised < endOffset;
  }

  /** After an append, without the lock. */
  void appended(boolean mustFlush) {
    if (mustFlush) {
      core.directory.flusher().add(core.log);
      return;
    }
    long flushMs = core.config.flushMs();
    if (flushMs != Long.MAX_VALUE && timed.compareAndSet(false, true)) {
      core.directory.later(flushMs, this::flushInTime);
    }
    tell();
  }

  private void flushInTime() {
    timed.set(false);
    core.directory.flusher().add(core.log);
  }

  private void tell() {
    LongConsumer told = listener;
    if (told != null) {
      told.accept(acknowledgedEnd);
    }
  }

  /** Forces all that was appended before; then those who waited for it run. */
  void flush() {
    // One at a time: a second one would find nothing dirty while the first still forces it.
    core.flushing.lock();
    try {
      flushAlone();
    } finally {
      core.flushing.unlock();
    }
  }

  private record Taken(List<Segment> dirty, boolean folder, long end, long cutsBefore) {}

  private void flushAlone() {
    Taken taken = take();
    if (taken != null && force(taken)) {
      flushed(taken.end, taken.cutsBefore);
    }
  }

  /** Under all locks, when the log closes: forces the rest; whether all is on disk. */
  boolean forceAlone() {
    Taken taken = take();
    if (taken == null || !force(taken)) {
      return false;
    }
    durableEnd = taken.end;
    saveEpochs();
    return true;
  }

  /** Under the maintenance lock: writes the leader epochs if they changed. */
  void saveEpochs() {
    String epochs;
    long end;
    savingEpochs.set(false);
    core.lock.lock();
    try {
      if (!core.isUsable()) {
        return;
      }
      epochs = core.epochs.takeChanges();
      end = durableEnd;
    } finally {
      core.lock.unlock();
    }
    boolean saved = epochs == null || write(epochs);
    core.lock.lock();
    try {
      if (saved) {
        recoveryPoint = Math.max(recoveryPoint, end);
      } else {
        core.epochs.notWritten();
      }
    } finally {
      core.lock.unlock();
    }
  }

  private boolean write(String epochs) {
    try {
      Checkpoints.replace(core.disk, core.folder.resolve("leader-epoch-checkpoint"), epochs);
      return true;
    } catch (NotWrittenException e) {
      return false;
    } catch (IOException e) {
      core.directory.fail(e);
      return false;
    }
  }

  /** What is to be forced, which is noted as done; null if nothing may be. */
  private @Nullable Taken take() {
    List<Segment> dirty = new ArrayList<>(1);
    core.lock.lock();
    try {
      if (!core.isUsable()) {
        return null;
      }
      // Only the newest can be dirty.
      List<Segment> segments = core.state.segments();
      for (int i = segments.size() - 1; i >= 0 && segments.get(i).dirty; i--) {
        if (segments.get(i).hold()) {
          segments.get(i).dirty = false;
          dirty.addFirst(segments.get(i));
        }
      }
      boolean folder = core.folderDirty;
      core.folderDirty = false;
      return new Taken(dirty, folder, core.state.endOffset(), core.cuts);
    } finally {
      core.lock.unlock();
    }
  }

  /** Whether it could be forced; if not, the directory has failed. */
  private boolean force(Taken taken) {
    try {
      for (Segment segment : taken.dirty) {
        segment.file.force();
      }
      if (taken.folder) {
        core.disk.forceDirectory(core.folder);
      }
    } catch (IOException e) {
      core.directory.fail(e);
      return false;
    } finally {
      taken.dirty.forEach(Segment::release);
    }
    return true;
  }

  private void flushed(long end, long cutsBefore) {
    List<Runnable> ready;
    core.lock.lock();
    try {
      if (core.cuts != cutsBefore || end <= durableEnd) {
        return;
      }
      durableEnd = end;
      if (core.epochs.isSaved()) {
        recoveryPoint = end;
      } else if (savingEpochs.compareAndSet(false, true)) {
        // Nobody waits for it: after a crash the batches above the recovery point tell theirs.
        core.directory.later(0, core.log::saveEpochs);
      }
      acknowledgedEnd = Math.max(acknowledgedEnd, promised(core.state.endOffset(), end));
      ready = waiters.takeUpTo(acknowledgedEnd);
    } finally {
      core.lock.unlock();
    }
    tell();
    ready.forEach(Runnable::run);
  }

  /** As {@link PartitionLog#whenFlushed}. */
  void whenFlushed(long offsetExclusive, Runnable action) {
    core.lock.lock();
    try {
      if (acknowledgedEnd < offsetExclusive && core.isUsable()) {
        waiters.add(offsetExclusive, action);
        return;
      }
    } finally {
      core.lock.unlock();
    }
    action.run();
  }

  /** Runs all who wait, because nothing will ever be flushed again. */
  void fail() {
    List<Runnable> ready;
    core.lock.lock();
    try {
      ready = waiters.takeUpTo(Long.MAX_VALUE);
    } finally {
      core.lock.unlock();
    }
    tell();
    ready.forEach(Runnable::run);
  }

  /** Under the lock: those who wait for what is above an offset, which was cut away. */
  List<Runnable> takeAbove(long offset) {
    return waiters.takeAbove(offset);
  }

  /** How far a log is on disk, and the files beside it know of it. */
  record OnDisk(long durableEnd, long recoveryPoint) {}

  /**
   * Under the lock: says that no more than this is on disk, before something is cut away.
   *
   * @return what was said before
   */
  OnDisk lower(long offset) {
    OnDisk before = new OnDisk(durableEnd, recoveryPoint);
    core.cuts++;
    durableEnd = Math.min(durableEnd, offset);
    recoveryPoint = Math.min(recoveryPoint, offset);
    return before;
  }

  /** Under all locks: nothing was cut away after all. */
  void restore(OnDisk before) {
    durableEnd = before.durableEnd;
    recoveryPoint = before.recoveryPoint;
  }

  /** Under all locks: all up to the log's end, which may be lower than it was, is on disk. */
  void allDurable(long endOffset) {
    durableEnd = endOffset;
    acknowledgedEnd = endOffset;
    // If there is no room for that, a start believes only what the file says below the recovery
    // point, which stays where it is.
    saveEpochs();
  }
}
