package io.barnabas.quorum.ratis;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls of Ratis, which may hold up its callers: a thread of its own makes them all, in order. Each
 * is made or fails. Safe for use by any thread.
 */
final class Calls {
  /** So many wait at most. */
  private static final int MAX_WAITING = 1_000;

  private record Call(Runnable make, Consumer<IOException> fail) {}

  private final World world;
  private final Monitor monitor;

  // Under the monitor.
  private final Deque<Call> waiting = new ArrayDeque<>();
  private boolean ended;
  private @Nullable WorldThread thread;

  Calls(World world) {
    this.world = world;
    monitor = world.threads().newMonitor();
  }

  /** Begins to make what was added. */
  void start() {
    monitor.lock();
    try {
      if (!ended) {
        thread = world.threads().startPlatform("barnabas-quorum-calls", this::makeAll);
      }
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Adds a call; never waits.
   *
   * @param fail told why the call will not be made
   */
  void add(Runnable make, Consumer<IOException> fail) {
    IOException refusal;
    monitor.lock();
    try {
      if (!ended && waiting.size() < MAX_WAITING) {
        waiting.add(new Call(make, fail));
        monitor.signalAll();
        return;
      }
      refusal =
          new IOException(ended ? "The quorum is closed" : "Too many requests wait for the quorum");
    } finally {
      monitor.unlock();
    }
    fail.accept(refusal);
  }

  private void makeAll() {
    for (Call call = next(); call != null; call = next()) {
      try {
        call.make().run();
      } catch (RuntimeException e) {
        call.fail().accept(new IOException("The quorum refused: " + e.getMessage(), e));
      }
    }
  }

  private @Nullable Call next() {
    monitor.lock();
    try {
      while (waiting.isEmpty() && !ended) {
        monitor.await();
      }
      return waiting.poll();
    } finally {
      monitor.unlock();
    }
  }

  /** Takes no more calls, and waits until those that were added are made. */
  void finish() {
    WorldThread making;
    monitor.lock();
    try {
      ended = true;
      making = thread;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    if (making != null) {
      making.join();
    }
  }

  /** What was not made yet fails. Does not wait. */
  void end() {
    List<Call> left;
    monitor.lock();
    try {
      ended = true;
      left = List.copyOf(waiting);
      waiting.clear();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    left.forEach(call -> call.fail().accept(new IOException("The quorum is closed")));
  }
}
