package io.barnabas.log;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.List;

/** Forces logs on one platform thread: all that came while it forced share the next force. */
final class Flusher {
  private final Monitor monitor;
  private final WorldThread thread;
  private List<PartitionLog> queue = new ArrayList<>();
  private boolean stopped;

  Flusher(World world, String name) {
    monitor = world.threads().newMonitor();
    thread = world.threads().startPlatform(name, this::run);
  }

  void add(PartitionLog log) {
    if (!log.queued.compareAndSet(false, true)) {
      return;
    }
    monitor.lock();
    try {
      queue.add(log);
      monitor.signal();
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    for (List<PartitionLog> batch = take(); !batch.isEmpty(); batch = take()) {
      for (PartitionLog log : batch) {
        // Before the flush looks: what is appended from here on is queued again.
        log.queued.set(false);
        log.flush();
      }
    }
  }

  /** What is to be forced; nothing once it was stopped. */
  private List<PartitionLog> take() {
    monitor.lock();
    try {
      while (queue.isEmpty() && !stopped) {
        monitor.await();
      }
      List<PartitionLog> taken = queue;
      queue = new ArrayList<>();
      return taken;
    } finally {
      monitor.unlock();
    }
  }

  void stop() {
    monitor.lock();
    try {
      stopped = true;
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    thread.join();
  }
}
