package io.barnabas.coordinator;

import io.barnabas.world.World;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A few platform threads that read partitions, which live as long as there is work. Thread-safe.
 */
final class LoadThreads {
  private static final int MAX_THREADS = 2;

  private final World world;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int threads;

  LoadThreads(World world, String name) {
    this.world = world;
    this.name = name;
  }

  /** Has a partition read, when it is its turn. */
  void submit(Runnable load) {
    lock.lock();
    try {
      waiting.add(load);
      if (threads == MAX_THREADS) {
        return;
      }
      threads++;
    } finally {
      lock.unlock();
    }
    world.threads().startPlatform(name, this::run);
  }

  private void run() {
    for (Runnable load = next(); load != null; load = next()) {
      load.run();
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable load = waiting.poll();
      if (load == null) {
        threads--;
      }
      return load;
    } finally {
      lock.unlock();
    }
  }
}
