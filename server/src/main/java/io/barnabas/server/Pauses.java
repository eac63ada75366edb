package io.barnabas.server;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;

/** The pauses of a thread that does the same again and again until it is closed. Thread-safe. */
final class Pauses implements AutoCloseable {
  private final World world;
  private final Monitor monitor;
  private boolean closed;

  Pauses(World world) {
    this.world = world;
    monitor = world.threads().newMonitor();
  }

  /** Waits so long. Whether the thread is to go on: false, and at once, when closed. */
  boolean await(long nanos) {
    long end = world.clock().nanoTime() + nanos;
    monitor.lock();
    try {
      boolean early = true;
      while (!closed && early) {
        early = monitor.awaitUntil(end);
      }
      return !closed;
    } finally {
      monitor.unlock();
    }
  }

  /** Ends the pause, and there is no other one. */
  @Override
  public void close() {
    monitor.lock();
    try {
      closed = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
