package io.barnabas.log;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;

/** How fast a cleaner goes, and until when. Waiting is for one thread; any may stop it. */
final class CleanerPace {
  private static final double NANOS = 1e9;

  /** It is not worth to wait for less. */
  private static final long LEAST_WAIT_NANOS = 1_000_000;

  private final World world;
  private final double bytesPerSecond;
  private final Monitor monitor;

  /** Written under the monitor. */
  private volatile boolean stopped;

  /** When what was taken is paid for; the cleaner's. */
  private long paidNanos;

  CleanerPace(World world, double bytesPerSecond) {
    this.world = world;
    this.bytesPerSecond = bytesPerSecond;
    monitor = world.threads().newMonitor();
    paidNanos = world.clock().nanoTime();
  }

  /** So many bytes were read or written: waits until it may go on. */
  void took(long bytes) throws CleaningAbortedException {
    long now = world.clock().nanoTime();
    paidNanos = Math.max(paidNanos, now) + (long) (bytes * NANOS / bytesPerSecond);
    boolean goesOn = paidNanos - now < LEAST_WAIT_NANOS ? isRunning() : await(paidNanos);
    if (!goesOn) {
      throw new CleaningAbortedException("the data directory is closed");
    }
  }

  /** Whether it was not stopped. */
  boolean isRunning() {
    return !stopped;
  }

  /** Waits until a time; false as soon as it is stopped. */
  boolean await(long untilNanos) {
    monitor.lock();
    try {
      while (!stopped && world.clock().nanoTime() < untilNanos) {
        monitor.awaitUntil(untilNanos);
      }
      return !stopped;
    } finally {
      monitor.unlock();
    }
  }

  void stop() {
    monitor.lock();
    try {
      stopped = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
