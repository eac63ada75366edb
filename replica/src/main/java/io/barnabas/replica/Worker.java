package io.barnabas.replica;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.KafkaStorageException;

/** Does, one after the other on a platform thread, what forces files. */
final class Worker {
  private final Monitor monitor;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final WorldThread thread;
  private boolean stopped;

  Worker(World world, String name) {
    monitor = world.threads().newMonitor();
    thread = world.threads().startPlatform(name, this::run);
  }

  /** The task's result; fails with what the task throws, or if the worker has stopped. */
  <T> CompletableFuture<T> submit(Supplier<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    monitor.lock();
    try {
      if (stopped) {
        result.completeExceptionally(new KafkaStorageException("The node is stopping"));
        return result;
      }
      tasks.add(() -> complete(result, task));
      monitor.signal();
    } finally {
      monitor.unlock();
    }
    return result;
  }

  private static <T> void complete(CompletableFuture<T> result, Supplier<T> task) {
    try {
      result.complete(task.get());
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void run() {
    for (Runnable task = next(); task != null; task = next()) {
      task.run();
    }
  }

  private @org.jspecify.annotations.Nullable Runnable next() {
    monitor.lock();
    try {
      while (tasks.isEmpty() && !stopped) {
        monitor.await();
      }
      return tasks.poll();
    } finally {
      monitor.unlock();
    }
  }

  /** Takes no more, does what it has, and ends. */
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
