package io.barnabas.server.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The partitions of which a session's client may have to hear something. Whatever happens to a
 * replica adds it here, and wakes the fetch that waits. Those that were added first come out first.
 * Thread-safe; its lock is held for moments only, as whoever appends or forces adds to it.
 */
final class ReadyPartitions {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<FetchedPartition.Key> keys = new LinkedHashSet<>();
  private long changes;
  private Runnable waiting = ReadyPartitions::nobody;

  private static void nobody() {}

  /** What was ready, and how much had happened until then. */
  record Taken(List<FetchedPartition.Key> keys, long changes) {}

  /** Something happened to a replica. */
  void changed(FetchedPartition.Key key) {
    Runnable wake;
    lock.lock();
    try {
      keys.add(key);
      changes++;
      wake = waiting;
    } finally {
      lock.unlock();
    }
    wake.run();
  }

  /** Adds some of which nothing new is known; wakes nobody. */
  void add(Collection<FetchedPartition.Key> more) {
    lock.lock();
    try {
      keys.addAll(more);
    } finally {
      lock.unlock();
    }
  }

  /** Takes all out. */
  Taken take() {
    lock.lock();
    try {
      List<FetchedPartition.Key> taken = new ArrayList<>(keys);
      keys.clear();
      return new Taken(taken, changes);
    } finally {
      lock.unlock();
    }
  }

  /** Wakes somebody whenever something happens, and at once if something has since a take. */
  void listen(Runnable wake, Taken since) {
    boolean late;
    lock.lock();
    try {
      waiting = wake;
      late = changes != since.changes();
    } finally {
      lock.unlock();
    }
    if (late) {
      wake.run();
    }
  }

  /** Wakes that one no more. */
  void ignore(Runnable wake) {
    lock.lock();
    try {
      if (waiting.equals(wake)) {
        waiting = ReadyPartitions::nobody;
      }
    } finally {
      lock.unlock();
    }
  }
}
