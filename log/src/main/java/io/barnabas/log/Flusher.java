package io.barnabas.log;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Forces logs: all that comes to a log while it is forced shares the next force. Several logs are
 * forced at the same time, by a few platform threads, because a file system makes forces that come
 * together durable together.
 */
final class Flusher {
  private static final int MAX_THREADS = 8;

  /** What a log is to the flusher. */
  enum Turn {
    /** Nothing is to be done. */
    NONE,
    /** It waits for a thread. */
    WAITS,
    /** A thread forces it. */
    FORCED,
    /** A thread forces it, and it has to be forced again after that. */
    FORCED_AND_WAITS
  }

  private final World world;
  private final String name;
  private final Monitor monitor;
  private final Deque<PartitionLog> queue = new ArrayDeque<>();
  private final List<WorldThread> threads = new ArrayList<>();
  private int idle;
  private boolean stopped;

  Flusher(World world, String name) {
    this.world = world;
    this.name = name;
    monitor = world.threads().newMonitor();
  }

  void add(PartitionLog log) {
    while (true) {
      Turn turn = log.turn.get();
      if (turn == Turn.WAITS || turn == Turn.FORCED_AND_WAITS) {
        return;
      }
      if (turn == Turn.NONE && log.turn.compareAndSet(turn, Turn.WAITS)) {
        enqueue(log);
        return;
      }
      if (turn == Turn.FORCED && log.turn.compareAndSet(turn, Turn.FORCED_AND_WAITS)) {
        return;
      }
    }
  }

  private void enqueue(PartitionLog log) {
    monitor.lock();
    try {
      queue.add(log);
      if (queue.size() > idle && threads.size() < MAX_THREADS && !stopped) {
        threads.add(world.threads().startPlatform(name + "-" + threads.size(), this::run));
      } else {
        monitor.signal();
      }
    } finally {
      monitor.unlock();
    }
  }

  private void run() {
    for (PartitionLog log = take(); log != null; log = take()) {
      // Before the flush looks: what is appended from here on is forced again.
      log.turn.set(Turn.FORCED);
      log.flush();
      if (!log.turn.compareAndSet(Turn.FORCED, Turn.NONE)) {
        log.turn.set(Turn.WAITS);
        enqueue(log);
      }
    }
  }

  /** The next to be forced; null once it was stopped and nothing waits. */
  private @org.jspecify.annotations.Nullable PartitionLog take() {
    monitor.lock();
    try {
      idle++;
      while (queue.isEmpty() && !stopped) {
        monitor.await();
      }
      idle--;
      return queue.poll();
    } finally {
      monitor.unlock();
    }
  }

  /** Takes no more, forces what waits, and ends. */
  void stop() {
    List<WorldThread> all;
    monitor.lock();
    try {
      stopped = true;
      all = List.copyOf(threads);
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    all.forEach(WorldThread::join);
  }
}
