package io.barnabas.log;

import io.barnabas.world.Clock;

/**
 * How long something that only one thread at a time does on the disk has been under way. Any thread
 * may ask.
 */
final class Underway {
  private static final long NOT = 0;

  private final Clock clock;
  private volatile long sinceNanos = NOT;

  Underway(Clock clock) {
    this.clock = clock;
  }

  void begin() {
    // A nanosecond more or less does not matter, and it is never taken for nothing.
    sinceNanos = clock.nanoTime() | 1;
  }

  void end() {
    sinceNanos = NOT;
  }

  /** 0 if nothing is under way. */
  long nanos() {
    long since = sinceNanos;
    return since == NOT ? 0 : Math.max(0, clock.nanoTime() - since);
  }
}
