package io.barnabas.world;

/**
 * A reentrant lock with one condition. The same as a {@code ReentrantLock} with its {@code
 * Condition}, but its timed wait is on the world's clock.
 */
public interface Monitor {
  /** Takes the lock, waiting as long as it takes. */
  void lock();

  /** Gives the lock back; only the holder may. */
  void unlock();

  /** Waits for a signal, the lock being given up meanwhile. May wake without one: check again. */
  void await();

  /**
   * Waits for a signal until a deadline, the lock being given up meanwhile. May wake without
   * either: check again.
   *
   * @param deadlineNanos on {@link Clock#nanoTime}
   * @return false if the deadline has passed
   */
  boolean awaitUntil(long deadlineNanos);

  /** Wakes one waiter; only the holder may call this. */
  void signal();

  /** Wakes all waiters; only the holder may call this. */
  void signalAll();
}
