package io.barnabas.replica;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Raises the starts of logs on the worker. What comes while it is busy is done in one go, so that
 * it shares one checkpoint of the directory. Thread-safe.
 */
final class Cuts {
  private static final int MAX_WAITING = 10_000;

  private final LogDirectory directory;
  private final Worker worker;
  private final ReentrantLock lock = new ReentrantLock();
  private List<Cut> waiting = new ArrayList<>();

  private record Cut(Replica replica, long offset, CompletableFuture<Long> lowWatermark) {}

  private record Raised(Cut cut, long start) {}

  Cuts(LogDirectory directory, Worker worker) {
    this.directory = directory;
    this.worker = worker;
  }

  /** As {@link Replica#deleteRecords}. */
  CompletableFuture<Long> submit(Replica replica, long offset) {
    Cut cut = new Cut(replica, offset, new CompletableFuture<>());
    boolean first;
    lock.lock();
    try {
      if (waiting.size() >= MAX_WAITING) {
        return CompletableFuture.failedFuture(
            new TimeoutException("Too many deletions of records wait for the disk"));
      }
      first = waiting.isEmpty();
      waiting.add(cut);
    } finally {
      lock.unlock();
    }
    if (first) {
      var _ = worker.submit(this::carryOut).whenComplete((all, failure) -> refuseAfter(failure));
    }
    return cut.lowWatermark();
  }

  private void refuseAfter(@org.jspecify.annotations.Nullable Throwable failure) {
    if (failure != null) {
      take().forEach(cut -> cut.lowWatermark().completeExceptionally(failure));
    }
  }

  private List<Cut> take() {
    lock.lock();
    try {
      List<Cut> taken = waiting;
      waiting = new ArrayList<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean carryOut() {
    List<Raised> raised = new ArrayList<>();
    for (Cut cut : take()) {
      try {
        raised.add(new Raised(cut, cut.replica().raiseStart(cut.offset())));
      } catch (RuntimeException e) {
        cut.lowWatermark().completeExceptionally(e);
      }
    }
    List<PartitionLog> logs = raised.stream().map(r -> r.cut().replica().log()).toList();
    try {
      directory.persistStarts(logs);
    } catch (RuntimeException e) {
      raised.forEach(r -> r.cut().lowWatermark().completeExceptionally(e));
      return false;
    }
    raised.forEach(r -> r.cut().lowWatermark().complete(r.start()));
    return true;
  }
}
