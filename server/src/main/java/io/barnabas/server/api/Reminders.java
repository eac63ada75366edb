package io.barnabas.server.api;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Decides when something is worth saying again, for each thing that there is. Thread-safe. */
final class Reminders {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** If there are more, all are forgotten, so that some are said again too early. */
  private static final int MAX_REMEMBERED = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> saidAtNanos = new HashMap<>();

  /**
   * Whether to say it now, in which case it counts as said.
   *
   * @param nowNanos of the world's clock
   */
  boolean isDue(String what, long nowNanos) {
    lock.lock();
    try {
      @Nullable Long saidAt = saidAtNanos.get(what);
      if (saidAt != null && nowNanos - saidAt < PAUSE_NANOS) {
        return false;
      }
      if (saidAt == null && saidAtNanos.size() >= MAX_REMEMBERED) {
        saidAtNanos.clear();
      }
      saidAtNanos.put(what, nowNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }
}
