package io.barnabas.conformance.load;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets changes begin, so many between one fault and the next, and takes the time from a fault to
 * the first answer to a change that was sent after it. For several threads.
 */
final class ChangeClock {
  private static final long NEVER = Long.MAX_VALUE;
  private static final long LIMIT_NANOS = 120_000_000_000L;

  private final int total;
  private final int pauseMs;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger allowed = new AtomicInteger();
  private final AtomicLong faultNanos = new AtomicLong(NEVER);
  private final AtomicLong firstAnswerNanos = new AtomicLong(NEVER);
  private final AtomicLong lastAnswerNanos = new AtomicLong();
  private final AtomicLong longestGapNanos = new AtomicLong();
  private volatile boolean stopped;

  /**
   * A clock that allows nothing yet.
   *
   * @param total how many changes there will be
   */
  ChangeClock(int total) {
    this.total = total;
    this.pauseMs = 0;
  }

  /**
   * A clock that allows changes until it is stopped.
   *
   * @param pauseMs of each client before each change
   */
  static ChangeClock untilStopped(int pauseMs) {
    return new ChangeClock(pauseMs, Integer.MAX_VALUE);
  }

  private ChangeClock(int pauseMs, int allowed) {
    this.total = Integer.MAX_VALUE;
    this.pauseMs = pauseMs;
    this.allowed.set(allowed);
  }

  /** Has changes end before there were enough. */
  void stop() {
    stopped = true;
  }

  /** Takes the longest time without an answer from now on. */
  void gapsBegin() {
    lastAnswerNanos.set(System.nanoTime());
    longestGapNanos.set(0);
  }

  /** The longest time without an answer since then, the one that has not ended yet included. */
  long longestGapNanos() {
    return Math.max(longestGapNanos.get(), System.nanoTime() - lastAnswerNanos.get());
  }

  /** Waits until another change is allowed; false if there were enough. */
  boolean mayBegin() {
    int mine = begun.getAndIncrement();
    if (mine >= total) {
      return false;
    }
    try {
      Thread.sleep(pauseMs);
      while (mine >= allowed.get() && !stopped) {
        Thread.sleep(1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !stopped;
  }

  /** Allows that many changes in all. */
  void allow(int count) {
    allowed.set(count);
  }

  /** How many changes were begun. */
  int begun() {
    return Math.min(begun.get(), allowed.get());
  }

  /** Called before the fault. */
  void faultBegins() {
    firstAnswerNanos.set(NEVER);
    faultNanos.set(System.nanoTime());
  }

  /** A change that was sent then has just been answered as done. */
  void acknowledged(long sentNanos) {
    long now = System.nanoTime();
    longestGapNanos.accumulateAndGet(now - lastAnswerNanos.getAndSet(now), Math::max);
    long fault = faultNanos.get();
    if (fault != NEVER && sentNanos - fault > 0) {
      firstAnswerNanos.compareAndSet(NEVER, now);
    }
  }

  /** Waits for the first answer since the fault; returns how long after the fault it came. */
  long awaitAnswerNanos() throws IOException, InterruptedException {
    long fault = faultNanos.get();
    while (firstAnswerNanos.get() == NEVER) {
      if (System.nanoTime() - fault > LIMIT_NANOS) {
        throw new IOException("no change was answered for " + LIMIT_NANOS / 1_000_000 + " ms");
      }
      Thread.sleep(1);
    }
    return firstAnswerNanos.get() - fault;
  }
}
