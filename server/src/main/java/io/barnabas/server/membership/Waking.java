package io.barnabas.server.membership;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** How a thread waits that has something to do from time to time, or when it is woken. */
final class Waking {
  private final World world;
  private final Monitor monitor;
  private boolean woken;
  private boolean abandoned;
  private boolean closed;

  Waking(World world) {
    this.world = world;
    monitor = world.threads().newMonitor();
  }

  /** Ends the pause of the thread, or the next one. */
  void wake() {
    monitor.lock();
    try {
      woken = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** The same, and ends what the thread waits for since its last {@link #begin}. */
  void abandon() {
    monitor.lock();
    try {
      woken = true;
      abandoned = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  /** From now on {@link #abandon} ends {@link #await}. */
  void begin() {
    monitor.lock();
    try {
      abandoned = false;
    } finally {
      monitor.unlock();
    }
  }

  void close() {
    monitor.lock();
    try {
      closed = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }

  boolean isClosed() {
    monitor.lock();
    try {
      return closed;
    } finally {
      monitor.unlock();
    }
  }

  /** Returns when so much time has passed, when woken, or when closed. */
  void pause(long nanos) {
    long deadline = world.clock().nanoTime() + nanos;
    monitor.lock();
    try {
      boolean waiting = true;
      while (!woken && !closed && waiting) {
        waiting = monitor.awaitUntil(deadline);
      }
      woken = false;
    } finally {
      monitor.unlock();
    }
  }

  /** Returns when woken or closed. */
  void pause() {
    monitor.lock();
    try {
      while (!woken && !closed) {
        monitor.await();
      }
      woken = false;
    } finally {
      monitor.unlock();
    }
  }

  /** What a future comes to; empty if nothing, if it fails, is abandoned, or takes longer. */
  <A> Optional<A> await(CompletableFuture<? extends A> future, long nanos) {
    long deadline = world.clock().nanoTime() + nanos;
    CompletableFuture<?> _ = future.whenComplete((answer, failure) -> signal());
    monitor.lock();
    try {
      boolean waiting = true;
      while (!future.isDone() && !abandoned && !closed && waiting) {
        waiting = monitor.awaitUntil(deadline);
      }
    } finally {
      monitor.unlock();
    }
    try {
      return future.isDone() ? Optional.ofNullable(future.join()) : Optional.empty();
    } catch (CompletionException e) {
      return Optional.empty();
    }
  }

  private void signal() {
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
