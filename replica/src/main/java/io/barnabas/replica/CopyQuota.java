package io.barnabas.replica;

import io.barnabas.world.Clock;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whether as many bytes were copied lately as a rate allows, counted in windows of time. What is
 * copied is counted when it has been, so that the rate holds on average and one answer may go
 * beyond it. Thread-safe.
 */
final class CopyQuota {
  private final Clock clock;
  private final long windowNanos;
  private final long originNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  // Under the lock: the bytes of each window, at its number modulo how many there are.
  private final long[] bytes;
  private long newest;
  private long total;

  CopyQuota(Clock clock, int windows, int windowSeconds) {
    this.clock = clock;
    windowNanos = TimeUnit.SECONDS.toNanos(windowSeconds);
    originNanos = clock.nanoTime();
    bytes = new long[windows];
  }

  /** Allows so much from now on. */
  void limit(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  /** So much was copied. */
  void record(long count) {
    lock.lock();
    try {
      forgetOld(clock.nanoTime());
      bytes[(int) (newest % bytes.length)] += count;
      total += count;
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing should be copied for now. */
  boolean isExceeded() {
    long rate = bytesPerSecond;
    if (rate == Long.MAX_VALUE) {
      return false;
    }
    lock.lock();
    try {
      long now = clock.nanoTime();
      forgetOld(now);
      double seconds = countedNanos(now) / (double) TimeUnit.SECONDS.toNanos(1);
      return total > rate * seconds;
    } finally {
      lock.unlock();
    }
  }

  private void forgetOld(long now) {
    long current = (now - originNanos) / windowNanos;
    if (current - newest >= bytes.length) {
      Arrays.fill(bytes, 0);
      total = 0;
      newest = current;
    }
    while (newest < current) {
      newest++;
      int place = (int) (newest % bytes.length);
      total -= bytes[place];
      bytes[place] = 0;
    }
  }

  /** The time since the first window in which something was copied, at least that of one. */
  private long countedNanos(long now) {
    long first = Math.max(0, newest - bytes.length + 1);
    while (first < newest && bytes[(int) (first % bytes.length)] == 0) {
      first++;
    }
    return Math.max(windowNanos, now - originNanos - first * windowNanos);
  }
}
