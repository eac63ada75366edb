package io.barnabas.replica;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** Who wants to hear of a replica. Thread-safe. */
final class Listeners {
  private record Listener(Runnable action, boolean ofAppends) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Listener> listeners = new LinkedHashMap<>();
  private long next;

  /** So that an append of which nobody wants to hear costs nothing. */
  private final AtomicInteger ofAppends = new AtomicInteger();

  /**
   * Adds one.
   *
   * @param appends whether it wants to hear of appends, too
   */
  Registration add(Runnable action, boolean appends) {
    Listener listener = new Listener(action, appends);
    long number;
    lock.lock();
    try {
      number = next++;
      listeners.put(number, listener);
      count(listener, 1);
    } finally {
      lock.unlock();
    }
    return () -> remove(number, listener);
  }

  private void remove(long number, Listener listener) {
    lock.lock();
    try {
      if (listeners.remove(number, listener)) {
        count(listener, -1);
      }
    } finally {
      lock.unlock();
    }
  }

  private void count(Listener listener, int change) {
    if (listener.ofAppends) {
      ofAppends.addAndGet(change);
    }
  }

  /** All of them, in the order in which they came. */
  List<Runnable> all() {
    lock.lock();
    try {
      return listeners.values().stream().map(Listener::action).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Those that want to hear of appends. */
  List<Runnable> ofAppends() {
    int count = ofAppends.get();
    if (count == 0) {
      return List.of();
    }
    List<Runnable> found = new ArrayList<>(count);
    lock.lock();
    try {
      listeners.values().stream().filter(Listener::ofAppends).forEach(l -> found.add(l.action));
    } finally {
      lock.unlock();
    }
    return found;
  }
}
