package io.barnabas.world.simulated;

/**
 * How long something takes in virtual time: anything from one bound to the other, both included.
 */
public record DelayRange(long minNanos, long maxNanos) {
  /** No time at all. */
  public static final DelayRange NONE = new DelayRange(0, 0);

  /** Refuses bounds that are negative or the wrong way round. */
  public DelayRange {
    if (minNanos < 0 || maxNanos < minNanos) {
      throw new IllegalArgumentException("not a range: " + minNanos + ".." + maxNanos);
    }
  }

  /** A range in microseconds. */
  public static DelayRange ofMicros(long min, long max) {
    return new DelayRange(min * 1_000, max * 1_000);
  }

  long pick(SeededRandom random) {
    return minNanos + random.nextLong(maxNanos - minNanos + 1);
  }
}
