package io.barnabas.replica;

import io.barnabas.world.Clock;
import java.util.concurrent.TimeUnit;

/** When this node led a partition last, or somebody waited in vain for that. Thread-safe. */
final class LastLed {
  /** For so long after, those who write here come because they have not heard that it is over. */
  private static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Clock clock;
  private volatile long nanos;

  /** Long ago. */
  LastLed(Clock clock) {
    this.clock = clock;
    nanos = clock.nanoTime() - LATELY_NANOS;
  }

  /** It is now. */
  void note() {
    nanos = clock.nanoTime();
  }

  boolean isLongAgo() {
    return clock.nanoTime() - nanos >= LATELY_NANOS;
  }
}
