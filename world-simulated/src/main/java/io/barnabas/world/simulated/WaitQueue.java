package io.barnabas.world.simulated;

import java.util.ArrayList;
import java.util.List;

/** Threads that wait until something may have changed; they look again when they wake. */
final class WaitQueue {
  private final Scheduler scheduler;
  private final List<Waiter> waiters = new ArrayList<>();

  WaitQueue(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void await() {
    await(Scheduler.NO_DEADLINE);
  }

  void await(long deadlineNanos) {
    Waiter waiter = new Waiter();
    waiters.add(waiter);
    try {
      scheduler.await(waiter, deadlineNanos);
    } finally {
      waiters.remove(waiter);
    }
  }

  /** Wakes one that still waits, any of them. */
  void wakeOne() {
    waiters.removeIf(Waiter::isWoken);
    if (!waiters.isEmpty()) {
      waiters.remove(scheduler.random().nextInt(waiters.size())).wake();
    }
  }

  void wakeAll() {
    for (Waiter waiter : List.copyOf(waiters)) {
      waiter.wake();
    }
    waiters.clear();
  }
}
