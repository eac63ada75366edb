package io.barnabas.log;

import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Closes logs in good order, several at a time, as each of them may wait for the disk. */
final class Closing {
  private static final int MAX_THREADS = 8;

  private final Queue<PartitionLog> open;

  private Closing(Collection<PartitionLog> logs) {
    open = new ConcurrentLinkedQueue<>(logs);
  }

  /** Closes all; what fails of that fails the directory, and keeps none of the others open. */
  static void closeAll(World world, Collection<PartitionLog> logs) {
    Closing closing = new Closing(logs);
    List<WorldThread> threads = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_THREADS, logs.size()); i++) {
      threads.add(world.threads().startPlatform("barnabas-closing-" + i, closing::run));
    }
    threads.forEach(WorldThread::join);
  }

  private void run() {
    for (PartitionLog log = open.poll(); log != null; log = open.poll()) {
      log.close(true);
    }
  }
}
