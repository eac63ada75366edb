package io.barnabas.replica;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Does, one after the other on a platform thread, what forces files. */
final class Worker {
  /** More than its users ever have waiting: each submits again only when its task has begun. */
  private static final int MAX_WAITING = 16;

  private final World world;
  private final Monitor monitor;
  private final Deque<Task<?>> tasks = new ArrayDeque<>();
  private final WorldThread thread;
  private volatile boolean stopped;

  // Under the monitor.
  private Optional<Runnable> delayed = Optional.empty();
  private long delayedUntilNanos;

  Worker(World world, String name) {
    this.world = world;
    monitor = world.threads().newMonitor();
    thread = world.threads().startPlatform(name, this::run);
  }

  private record Task<T>(Supplier<T> body, CompletableFuture<T> result) {
    void run() {
      try {
        result.complete(body.get());
      } catch (RuntimeException e) {
        result.completeExceptionally(e);
      }
    }

    void refuse(RuntimeException reason) {
      result.completeExceptionally(reason);
    }
  }

  /**
   * The task's result; fails with what the task throws, or if the worker has too much to do, or if
   * it stops before the task has begun.
   */
  <T> CompletableFuture<T> submit(Supplier<T> body) {
    Task<T> task = new Task<>(body, new CompletableFuture<>());
    monitor.lock();
    try {
      if (stopped) {
        task.refuse(stopping());
      } else if (tasks.size() >= MAX_WAITING) {
        task.refuse(new TimeoutException("The node has too much to do on its disk"));
      } else {
        tasks.add(task);
        monitor.signal();
      }
    } finally {
      monitor.unlock();
    }
    return task.result();
  }

  /** Has something done after a pause, in place of what waits so, if anything does. */
  void later(long pauseNanos, Runnable body) {
    monitor.lock();
    try {
      delayed = Optional.of(body);
      delayedUntilNanos = world.clock().nanoTime() + pauseNanos;
      monitor.signal();
    } finally {
      monitor.unlock();
    }
  }

  private static KafkaStorageException stopping() {
    return new KafkaStorageException("The node is stopping");
  }

  /**
   * For long tasks, between their steps.
   *
   * @throws KafkaStorageException if the worker is to stop
   */
  void checkNotStopping() {
    if (stopped) {
      throw stopping();
    }
  }

  private void run() {
    for (Task<?> task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private @Nullable Task<?> next() {
    monitor.lock();
    try {
      while (tasks.isEmpty() && !stopped) {
        if (delayed.isEmpty()) {
          monitor.await();
        } else if (delayedUntilNanos - world.clock().nanoTime() > 0) {
          monitor.awaitUntil(delayedUntilNanos);
        } else {
          return takeDelayed();
        }
      }
      return tasks.poll();
    } finally {
      monitor.unlock();
    }
  }

  private Task<?> takeDelayed() {
    Runnable body = delayed.orElseThrow();
    delayed = Optional.empty();
    return new Task<>(
        () -> {
          body.run();
          return true;
        },
        new CompletableFuture<>());
  }

  /** Refuses what has not begun, waits for what has, and ends. */
  void stop() {
    List<Task<?>> refused;
    monitor.lock();
    try {
      stopped = true;
      refused = List.copyOf(tasks);
      tasks.clear();
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
    refused.forEach(task -> task.refuse(stopping()));
    thread.join();
  }
}
