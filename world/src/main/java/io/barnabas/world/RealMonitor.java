package io.barnabas.world;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A {@code ReentrantLock} and its condition. */
@SuppressWarnings("WaitNotInLoop") // Monitor's contract asks the callers for the loop.
final class RealMonitor implements Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition condition = lock.newCondition();

  @Override
  public void lock() {
    lock.lock();
  }

  @Override
  public void unlock() {
    lock.unlock();
  }

  @Override
  public void await() {
    condition.awaitUninterruptibly();
  }

  @Override
  public boolean awaitUntil(long deadlineNanos) {
    try {
      return condition.awaitNanos(deadlineNanos - System.nanoTime()) > 0;
    } catch (InterruptedException e) {
      throw RealThreads.interrupted(e);
    }
  }

  @Override
  public void signal() {
    condition.signal();
  }

  @Override
  public void signalAll() {
    condition.signalAll();
  }
}
