package io.barnabas.replica;

/**
 * What a follower has on its disk, as it says.
 *
 * @param start where its log begins; -1 if it does not say
 * @param end all from there to below this
 */
record LogBounds(long start, long end) {
  /** Whether a reader may begin at an offset. */
  boolean have(long offset) {
    return start >= 0 && start <= offset && offset <= end;
  }
}
