package io.barnabas.log;

import io.barnabas.world.Clock;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
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

  private record News(PartitionLog log, boolean isOpen) {}

  private final Clock clock;
  private final Housekeeper housekeeper;
  private final LogDirectoryOptions options;

  /** That logs were opened and closed, in order, and not taken notice of. */
  private final Queue<News> news = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean running = new AtomicBoolean();

  // The housekeeper's.
  private final Set<PartitionLog> unread = new LinkedHashSet<>();

  /** When each was read through, the longest ago first. */
  private final Map<PartitionLog, Long> readNanos = new LinkedHashMap<>();

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
      news.add(new News(log, true));
      if (running.compareAndSet(false, true)) {
        housekeeper.later(FIRST_PAUSE_MS, this::step);
      }
    }
  }

  /** A log was closed: nothing of it is held any more soon. */
  void remove(PartitionLog log) {
    if (options.scrubBytesPerSecond() > 0) {
      news.add(new News(log, false));
    }
  }

  private void takeNotice() {
    for (News next = news.poll(); next != null; next = news.poll()) {
      if (next.isOpen) {
        unread.add(next.log);
      } else {
        unread.remove(next.log);
        readNanos.remove(next.log);
      }
    }
  }

  private void step() {
    takeNotice();
    PartitionLog log = reading == null ? begin() : reading;
    if (log == null) {
      housekeeper.later(untilDueMs(), this::step);
      return;
    }
    if (!readOn(log)) {
      reading = null;
      if (log.isUsable()) {
        readNanos.put(log, clock.nanoTime());
      }
    }
    long bytes = Math.min(STEP_BYTES, log.sizeBytes());
    housekeeper.later(1 + 1_000 * bytes / options.scrubBytesPerSecond(), this::step);
  }

  /** The next log, from its start on; null if there is none to be read now. */
  private @Nullable PartitionLog begin() {
    PartitionLog log = unread.stream().findFirst().orElse(null);
    if (log == null && !readNanos.isEmpty() && untilDueMs() <= 0) {
      log = readNanos.keySet().iterator().next();
    }
    if (log != null) {
      unread.remove(log);
      readNanos.remove(log);
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
      long before = nextOffset;
      nextOffset = log.verify(before, STEP_BYTES);
      // It stays where it is if the log was cut meanwhile and ends before.
      return nextOffset > before;
    } catch (DamagedLogException e) {
      // The directory's listener has heard of it.
      return false;
    }
  }

  /** Until a log that was read is to be read again, or until it is worth to look for new ones. */
  private long untilDueMs() {
    if (readNanos.isEmpty()) {
      return FIRST_PAUSE_MS;
    }
    long first = readNanos.values().iterator().next();
    long passed = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - first);
    return Math.min(FIRST_PAUSE_MS, options.scrubPauseMs() - passed);
  }
}
