package io.barnabas.world.simulated;

import io.barnabas.world.Monitor;
import org.jspecify.annotations.Nullable;

/** Harsh within the promise: who gets the lock is chance, and waits wake without a reason. */
final class SimulatedMonitor implements Monitor {
  private static final DelayRange SPURIOUS_WAKE_AFTER = DelayRange.ofMicros(0, 10_000);

  private final SimulatedMachine machine;
  private final Scheduler scheduler;
  private final WaitQueue lockers;
  private final WaitQueue waiters;
  private @Nullable Thread owner;
  private int holds;

  SimulatedMonitor(SimulatedMachine machine) {
    this.machine = machine;
    this.scheduler = machine.scheduler();
    this.lockers = new WaitQueue(scheduler);
    this.waiters = new WaitQueue(scheduler);
  }

  @Override
  public void lock() {
    machine.enter();
    take(1);
  }

  @Override
  public void unlock() {
    checkHeld();
    if (holds > 1) {
      holds--;
    } else {
      release();
      machine.enter();
    }
  }

  @Override
  public void await() {
    awaitUntil(Scheduler.NO_DEADLINE);
  }

  @Override
  public boolean awaitUntil(long deadlineNanos) {
    checkHeld();
    long now = scheduler.nanoTime();
    long remaining = deadlineNanos - now;
    if (remaining > 0) {
      int held = release();
      if (scheduler.random().oneIn(scheduler.options().spuriousWakeOneIn())) {
        long wakeAfter = Math.min(remaining, SPURIOUS_WAKE_AFTER.pick(scheduler.random()));
        waiters.await(now + wakeAfter);
      } else {
        // A deadline so far away that it wraps round is none.
        waiters.await(deadlineNanos < now ? Scheduler.NO_DEADLINE : deadlineNanos);
      }
      take(held);
    }
    return deadlineNanos - scheduler.nanoTime() > 0;
  }

  @Override
  public void signal() {
    checkHeld();
    waiters.wakeOne();
  }

  @Override
  public void signalAll() {
    checkHeld();
    waiters.wakeAll();
  }

  private void take(int count) {
    Thread caller = Thread.currentThread();
    while (owner != null && owner != caller) {
      lockers.await();
    }
    owner = caller;
    holds += count;
  }

  private int release() {
    int held = holds;
    owner = null;
    holds = 0;
    lockers.wakeOne();
    return held;
  }

  private void checkHeld() {
    if (owner != Thread.currentThread()) {
      throw new IllegalMonitorStateException("the monitor is not held by this thread");
    }
  }
}
