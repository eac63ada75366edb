package io.barnabas.world.simulated;

/** What a disk keeps when its machine loses power. */
public enum CrashMode {
  /** Exactly what was forced: nothing else, nothing less. */
  LOSE_UNFORCED,
  /**
   * What was forced, and by chance some of what came after: of each file and each directory the
   * first few unforced changes, the last of them perhaps torn, with zeros or garbage behind the
   * tear.
   */
  RANDOM
}
