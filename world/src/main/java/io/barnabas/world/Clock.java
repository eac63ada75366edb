package io.barnabas.world;

/** Time. Safe for use by any thread. */
public interface Clock {
  /**
   * Nanoseconds since an arbitrary origin. Never goes back; the only clock for durations and
   * deadlines.
   */
  long nanoTime();

  /**
   * Milliseconds since 1970-01-01 UTC. May jump in either direction; only for timestamps that
   * people or clients see.
   */
  long wallTimeMillis();

  /**
   * Runs an action once, on a thread that all timers share, so the action must neither block nor
   * throw.
   *
   * @param delayNanos how long from now; zero or less means as soon as possible
   */
  Timer schedule(long delayNanos, Runnable action);

  /** An action that was scheduled. */
  interface Timer {
    /** Forgets the action unless it has begun. */
    void cancel();
  }
}
