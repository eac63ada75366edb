package io.barnabas.server.membership;

/**
 * Tells a thread that looks at its clock again and again whether the whole process stood still
 * since the last time: then it looks much later than it wanted to, whatever woke it, and others
 * were not heard either. For one thread.
 */
final class Standstill {
  private static final long MILLISECOND_NANOS = 1_000_000;

  /** A standstill that is not longer than this, and the next, does no harm. */
  private static final long LOOK_NANOS = 500 * MILLISECOND_NANOS;

  /** A thread that looks so much too late did not run, and others of the process neither. */
  private static final long OVERSLEPT_NANOS = 100 * MILLISECOND_NANOS;

  private long wantedNanos;

  /** When to look next, if there is something to do at a time. */
  long lookBy(long nowNanos, long dueNanos) {
    wantedNanos = dueNanos - nowNanos < LOOK_NANOS ? dueNanos : nowNanos + LOOK_NANOS;
    return wantedNanos;
  }

  /** How long the process stood still, as it looks now; zero if it did not. */
  long atLook(long nowNanos) {
    long lateNanos = nowNanos - wantedNanos;
    return lateNanos > OVERSLEPT_NANOS ? lateNanos : 0;
  }
}
