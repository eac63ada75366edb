package io.barnabas.world.simulated;

import java.util.concurrent.locks.LockSupport;

/** One thread's one wait. */
final class Waiter {
  private final Thread thread = Thread.currentThread();
  private boolean woken;

  void wake() {
    if (!woken) {
      woken = true;
      LockSupport.unpark(thread);
    }
  }

  boolean isWoken() {
    return woken;
  }

  /** Only {@link Scheduler} calls this: it knows which thread may wait. */
  void park() {
    while (!woken) {
      LockSupport.park(this);
    }
  }
}
