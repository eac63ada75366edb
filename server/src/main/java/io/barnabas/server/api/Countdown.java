package io.barnabas.server.api;

import io.barnabas.world.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action once: when all that a request waits for has happened, or when its time is up. The
 * action runs on the thread that brought the end, without any lock, and must not block.
 */
final class Countdown {
  private final Runnable end;
  private final AtomicBoolean ended = new AtomicBoolean();

  /** What is awaited, and one for the handler that still adds to it. */
  private final AtomicInteger pending = new AtomicInteger(1);

  private volatile Clock.@Nullable Timer timer;

  Countdown(Runnable end) {
    this.end = end;
  }

  /** One more thing is awaited; only before {@link #start}. */
  void add() {
    pending.incrementAndGet();
  }

  /** One of the things awaited has happened. */
  void done() {
    if (pending.decrementAndGet() == 0) {
      end();
    }
  }

  /** Nothing more will be added; the time runs from now on if there is anything to wait for. */
  void start(Clock clock, int timeoutMs) {
    if (pending.decrementAndGet() == 0) {
      end();
      return;
    }
    timer = clock.schedule(TimeUnit.MILLISECONDS.toNanos(Math.max(0, timeoutMs)), this::end);
    if (ended.get()) {
      cancelTimer();
    }
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      cancelTimer();
      end.run();
    }
  }

  private void cancelTimer() {
    Clock.Timer set = timer;
    if (set != null) {
      set.cancel();
    }
  }
}
