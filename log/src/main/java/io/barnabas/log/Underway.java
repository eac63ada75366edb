package io.barnabas.log;

import io.barnabas.world.Clock;
import java.util.concurrent.atomic.AtomicLongArray;

/** Since when calls that any threads make have been under way. Any thread may ask. */
final class Underway {
  private static final long NOT = 0;

  /** A call for which there is no place. */
  private static final int UNNOTED = -1;

  /**
   * So many calls at a time, a power of two. More are not noted, as those that are tell enough of
   * what they all wait for.
   */
  private static final int PLACES = 64;

  /** Each place has a cache line of its own: other threads write to those beside it. */
  private static final int APART = 8;

  private final Clock clock;
  private final AtomicLongArray sinceNanos = new AtomicLongArray(PLACES * APART);

  Underway(Clock clock) {
    this.clock = clock;
  }

  /**
   * A call begins.
   *
   * @return for {@link #end}
   */
  int begin() {
    // A nanosecond more or less does not matter, and it is never taken for nothing.
    long now = clock.nanoTime() | 1;
    int first = (int) Thread.currentThread().threadId();
    for (int i = 0; i < PLACES; i++) {
      int place = ((first + i) & (PLACES - 1)) * APART;
      if (sinceNanos.getPlain(place) == NOT && sinceNanos.compareAndSet(place, NOT, now)) {
        return place;
      }
    }
    return UNNOTED;
  }

  void end(int call) {
    if (call != UNNOTED) {
      sinceNanos.setRelease(call, NOT);
    }
  }

  /** For how long the oldest of them has been; 0 if none is. */
  long nanos() {
    long now = clock.nanoTime();
    long longest = 0;
    for (int i = 0; i < PLACES; i++) {
      long since = sinceNanos.get(i * APART);
      longest = since == NOT ? longest : Math.max(longest, now - since);
    }
    return longest;
  }
}
