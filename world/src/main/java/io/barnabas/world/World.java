package io.barnabas.world;

/** All that the program may know of the world outside itself. Safe for use by any thread. */
public interface World {
  /** Time, and actions to be run at a time. */
  Clock clock();

  /** Starting threads, and the waits that have a deadline. */
  Threads threads();

  /** Byte streams between addresses. */
  Network network();

  /** Files and directories. */
  Disk disk();

  /** Random numbers. */
  Randomness randomness();
}
