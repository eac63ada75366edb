package io.barnabas.world;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clocks, and timers on one daemon thread that lives while there are any. */
final class RealClock implements Clock {
  private static final long IDLE_SECONDS = 60;

  private final UncaughtExceptionHandler uncaught;
  private final ScheduledThreadPoolExecutor timers;

  RealClock(UncaughtExceptionHandler uncaught) {
    this.uncaught = uncaught;
    timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("barnabas-timers").factory());
    timers.setRemoveOnCancelPolicy(true);
    timers.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timers.allowCoreThreadTimeOut(true);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallTimeMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable action) {
    ScheduledFuture<?> timer = timers.schedule(() -> run(action), delayNanos, TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }

  private void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      // The executor would keep it in a future that nobody looks at.
      uncaught.uncaughtException(Thread.currentThread(), e);
    }
  }
}
