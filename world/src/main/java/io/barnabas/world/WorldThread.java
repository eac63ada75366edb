package io.barnabas.world;

/**
 * A thread that {@link Threads} started. It is never interrupted: it ends when its body returns.
 */
public interface WorldThread {
  /** Waits until the thread has ended. */
  void join();

  /** Whether the thread has not ended yet. */
  boolean isAlive();
}
