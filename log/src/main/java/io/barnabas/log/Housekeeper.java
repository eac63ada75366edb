package io.barnabas.log;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what is due at a time, on one platform thread. */
final class Housekeeper {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

  /** Work on files. */
  interface Task {
    void run() throws IOException;
  }

  /** Work on the files of a log. */
  interface Care {
    void take(PartitionLog log) throws IOException;
  }

  /** Looks after logs, of which one that has no room keeps no other waiting. */
  static void careForAll(Iterable<PartitionLog> logs, Care care) throws IOException {
    Optional<NotWrittenException> full = Optional.empty();
    for (PartitionLog log : logs) {
      try {
        care.take(log);
      } catch (NotWrittenException e) {
        full = Optional.of(e);
      }
    }
    if (full.isPresent()) {
      throw full.get();
    }
  }

  private record Due(long atNanos, long number, Task task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final World world;
  private final LogDirectory directory;
  private final Monitor monitor;
  private final PriorityQueue<Due> tasks = new PriorityQueue<>();
  private final WorldThread thread;
  private long number;
  private boolean stopped;

  Housekeeper(World world, LogDirectory directory, String name) {
    this.world = world;
    this.directory = directory;
    monitor = world.threads().newMonitor();
    thread = world.threads().startPlatform(name, this::run);
  }

  void later(long delayMs, Task task) {
    long now = world.clock().nanoTime();
    long delay = TimeUnit.MILLISECONDS.toNanos(delayMs);
    long at = delay > Long.MAX_VALUE - Math.max(0, now) ? Long.MAX_VALUE : now + delay;
    monitor.lock();
    try {
      tasks.add(new Due(at, number++, task));
      monitor.signal();
    } finally {
      monitor.unlock();
    }
  }

  void every(long pauseMs, Task task) {
    later(
        pauseMs,
        () -> {
          try {
            task.run();
          } finally {
            every(pauseMs, task);
          }
        });
  }

  private void run() {
    for (Task task = next(); task != null; task = next()) {
      try {
        task.run();
      } catch (NotWrittenException e) {
        LOG.warn("It is tried again later: {}", e.getMessage());
      } catch (KafkaStorageException e) {
        LOG.warn("The directory has failed: {}", e.getMessage());
      } catch (IOException e) {
        directory.fail(e);
      }
    }
  }

  private @Nullable Task next() {
    monitor.lock();
    try {
      while (!stopped) {
        Due due = tasks.peek();
        if (due == null) {
          monitor.await();
        } else if (due.atNanos <= world.clock().nanoTime()) {
          tasks.poll();
          return due.task;
        } else {
          monitor.awaitUntil(due.atNanos);
        }
      }
      return null;
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
