package io.barnabas.world;

/** Threads and the waits that have a deadline. Safe for use by any thread. */
public interface Threads {
  /**
   * Starts a virtual thread: for connections and request logic, where there may be thousands. It
   * must not call {@link DiskFile#force}; an exception that leaves {@code body} is a defect and is
   * given to the world's uncaught handler.
   */
  WorldThread startVirtual(String name, Runnable body);

  /** Starts a platform thread: for the few that force files or compute for long. */
  WorldThread startPlatform(String name, Runnable body);

  /** Stops the calling thread for at least this long. */
  void sleep(long nanos);

  /** A new lock with one condition, whose waits may have a deadline. */
  Monitor newMonitor();
}
