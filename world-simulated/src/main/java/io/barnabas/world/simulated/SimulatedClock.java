package io.barnabas.world.simulated;

import io.barnabas.world.Clock;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A machine's clock: the simulation's time, the machine's own idea of the date. */
final class SimulatedClock implements Clock {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final SimulatedMachine machine;
  private final Scheduler scheduler;
  private final long startNanos;
  private final Queue<PendingTimer> due = new ArrayDeque<>();
  private final WaitQueue timerThread;
  private boolean timerThreadStarted;
  private long wallOffsetMillis;

  SimulatedClock(SimulatedMachine machine, long startNanos) {
    this.machine = machine;
    this.scheduler = machine.scheduler();
    this.startNanos = startNanos;
    this.timerThread = new WaitQueue(scheduler);
  }

  @Override
  public long nanoTime() {
    return scheduler.nanoTime();
  }

  @Override
  public long wallTimeMillis() {
    long passedMillis = (scheduler.nanoTime() - startNanos) / NANOS_PER_MILLI;
    return scheduler.options().startWallMillis() + passedMillis + wallOffsetMillis;
  }

  void jumpWallClock(long millis) {
    wallOffsetMillis += millis;
  }

  @Override
  public Timer schedule(long delayNanos, Runnable action) {
    machine.enter();
    if (!timerThreadStarted) {
      timerThreadStarted = true;
      scheduler.start(machine, machine.name() + "-timers", this::runTimers);
    }
    PendingTimer timer = new PendingTimer(action);
    long atNanos = scheduler.nanoTime() + Math.max(0, delayNanos);
    if (atNanos >= 0) {
      timer.timeout = scheduler.at(atNanos, machine, () -> fire(timer));
    }
    return timer;
  }

  private void fire(PendingTimer timer) {
    due.add(timer);
    timerThread.wakeAll();
  }

  private void runTimers() {
    while (true) {
      PendingTimer timer = due.poll();
      if (timer == null) {
        timerThread.await();
      } else if (!timer.cancelled) {
        timer.action.run();
      }
    }
  }

  private final class PendingTimer implements Timer {
    private final Runnable action;
    private Scheduler.@Nullable Timeout timeout;
    private boolean cancelled;

    PendingTimer(Runnable action) {
      this.action = action;
    }

    @Override
    public void cancel() {
      cancelled = true;
      if (timeout != null) {
        scheduler.cancel(timeout);
      }
    }
  }
}
