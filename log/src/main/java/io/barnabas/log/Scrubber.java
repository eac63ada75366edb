package io.barnabas.log;

import io.barnabas.world.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Reads all logs of a directory, one after the other, slowly and again after a long pause, and
 * compares them with their checksums: what nobody reads would else decay unnoticed until the other
 * copies have, too. {@link #add} is for any thread; the rest is the housekeeper's.
 */
final class Scrubber {
  /** So much is read at a time. */
  private static final int STEP_BYTES = 1 << 20;

  /** A node that starts has better things to do. */
  private static final long FIRST_PAUSE_MS = 5_000;

  private record Due(PartitionLog log, long atNanos) {}

  private final Clock clock;
  private final Housekeeper housekeeper;
  private final LogDirectoryOptions options;
  private final Queue<PartitionLog> opened = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();

  // The housekeeper's.
  private final Deque<Due> read = new ArrayDeque<>();
  private @Nullable PartitionLog reading;
  private long nextOffset;
  private long untilOffset;

  Scrubber(Clock clock, Housekeeper housekeeper, LogDirectoryOptions options) {
    this.clock = clock;
    this.housekeeper = housekeeper;
    this.options = options;
  }

  /** A log was opened. */
  void add(PartitionLog log) {
    if (options.scrubBytesPerSecond() > 0) {
      opened.add(log);
      if (running.compareAndSet(false, true)) {
        housekeeper.later(FIRST_PAUSE_MS, this::step);
      }
    }
  }

  private void step() {
    PartitionLog log = reading == null ? begin() : reading;
    if (log == null) {
      housekeeper.later(untilDueMs(), this::step);
      return;
    }
    if (!readOn(log)) {
      reading = null;
      if (log.isUsable()) {
        read.add(new Due(log, clock.nanoTime()));
      }
    }
    long bytes = Math.min(STEP_BYTES, log.sizeBytes());
    housekeeper.later(1 + 1_000 * bytes / options.scrubBytesPerSecond(), this::step);
  }

  /** The next log, from its start on; null if there is none to be read now. */
  private @Nullable PartitionLog begin() {
    PartitionLog log = opened.poll();
    if (log == null && !read.isEmpty() && untilDueMs() <= 0) {
      log = read.removeFirst().log;
    }
    if (log != null) {
      reading = log;
      nextOffset = log.view().logStartOffset();
      untilOffset = log.view().logEndOffset();
    }
    return log;
  }

  /** Whether there is more to be read of it. */
  private boolean readOn(PartitionLog log) {
    if (nextOffset >= untilOffset || !log.isUsable()) {
      return false;
    }
    try {
      nextOffset = log.verify(nextOffset, STEP_BYTES);
      return true;
    } catch (DamagedLogException e) {
      // The directory's listener has heard of it.
      return false;
    }
  }

  /** Until a log that was read is to be read again, or until it is worth to look for new ones. */
  private long untilDueMs() {
    Due next = read.peekFirst();
    if (next == null) {
      return FIRST_PAUSE_MS;
    }
    long passed = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - next.atNanos);
    return Math.min(FIRST_PAUSE_MS, options.scrubPauseMs() - passed);
  }
}
