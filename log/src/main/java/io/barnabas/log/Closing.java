package io.barnabas.log;

import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Closes logs in good order, several at a time, as each of them may wait for the disk. */
final class Closing {
  private static final int MAX_THREADS = 8;

  private final Queue<PartitionLog> open;
  private final AtomicReference<Optional<IOException>> failure =
      new AtomicReference<>(Optional.empty());

  private Closing(Collection<PartitionLog> logs) {
    open = new ConcurrentLinkedQueue<>(logs);
  }

  /** Closes all; throws what one of them threw, after the others. */
  static void closeAll(World world, Collection<PartitionLog> logs) throws IOException {
    Closing closing = new Closing(logs);
    List<WorldThread> threads = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_THREADS, logs.size()); i++) {
      threads.add(world.threads().startPlatform("barnabas-closing-" + i, closing::run));
    }
    threads.forEach(WorldThread::join);
    Optional<IOException> failed = closing.failure.get();
    if (failed.isPresent()) {
      throw failed.get();
    }
  }

  private void run() {
    for (PartitionLog log = open.poll(); log != null; log = open.poll()) {
      try {
        log.close(true);
      } catch (IOException e) {
        failure.set(Optional.of(e));
      }
    }
  }
}
