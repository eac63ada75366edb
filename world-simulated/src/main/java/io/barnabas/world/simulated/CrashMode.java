package io.barnabas.world.simulated;

/** What a disk keeps when its machine loses power, or the program is killed. */
public enum CrashMode {
  /**
   * Everything: the program was killed but the machine stayed on. What was not forced still is not,
   * and a later crash can lose it.
   */
  KEEP_ALL,
  /** Exactly what was forced: nothing else, nothing less. */
  LOSE_UNFORCED,
  /**
   * What was forced, and by chance some of what came after: of each file and each directory the
   * first few unforced changes, the last of them perhaps torn, with zeros or garbage behind the
   * tear.
   */
  RANDOM
}
