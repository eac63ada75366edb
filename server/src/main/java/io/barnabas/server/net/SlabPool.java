package io.barnabas.server.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Slabs of a few sizes, some of which are kept when they are not used. Larger ones than the largest
 * of these are made and freed each time. Does not bound how many are in use. Thread-safe.
 */
final class SlabPool {
  private static final int[] CAPACITIES = {
    4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024, RequestMemory.LARGE_BYTES
  };

  private static final int GRANULE = 64 * 1024;
  private static final long MAX_SPARE_BYTES = 4L * 1024 * 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Deque<Slab>> spare = new ArrayList<>();
  private long spareBytes;
  private long usedBytes;
  private boolean closed;

  SlabPool() {
    for (int i = 0; i < CAPACITIES.length; i++) {
      spare.add(new ArrayDeque<>());
    }
  }

  /** The capacity of the slab that {@link #take} gives for this many bytes. */
  static int capacityFor(int bytes) {
    int index = indexOf(bytes);
    if (index < CAPACITIES.length) {
      return CAPACITIES[index];
    }
    return (int) Math.min(Integer.MAX_VALUE, ((long) bytes + GRANULE - 1) / GRANULE * GRANULE);
  }

  private static int indexOf(int bytes) {
    int index = 0;
    while (index < CAPACITIES.length && CAPACITIES[index] < bytes) {
      index++;
    }
    return index;
  }

  /**
   * A slab of at least this many bytes.
   *
   * @throws NoMemoryException if the JVM may have no more memory outside the heap
   */
  Slab take(int bytes) throws NoMemoryException {
    int capacity = capacityFor(bytes);
    Slab found = takeSpare(bytes, capacity);
    if (found != null) {
      found.bytes().clear();
      return found;
    }
    try {
      return new Slab(capacity);
    } catch (OutOfMemoryError e) {
      addUsed(-capacity);
      throw new NoMemoryException(capacity, e);
    }
  }

  private @Nullable Slab takeSpare(int bytes, int capacity) {
    int index = indexOf(bytes);
    lock.lock();
    try {
      usedBytes += capacity;
      Slab found = index < CAPACITIES.length ? spare.get(index).pollLast() : null;
      if (found != null) {
        spareBytes -= capacity;
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  private void addUsed(long bytes) {
    lock.lock();
    try {
      usedBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a slab back, which nobody may use any more. */
  void give(Slab slab) {
    int capacity = slab.capacity();
    int index = indexOf(capacity);
    lock.lock();
    try {
      usedBytes -= capacity;
      if (!closed && index < CAPACITIES.length && spareBytes + capacity <= MAX_SPARE_BYTES) {
        spareBytes += capacity;
        spare.get(index).addLast(slab);
        return;
      }
    } finally {
      lock.unlock();
    }
    slab.free();
  }

  /** How much is taken and not given back, in bytes. */
  long usedBytes() {
    lock.lock();
    try {
      return usedBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Frees what is not used; what is given back later is freed then. */
  void close() {
    lock.lock();
    try {
      closed = true;
      for (Deque<Slab> slabs : spare) {
        slabs.forEach(Slab::free);
        slabs.clear();
      }
      spareBytes = 0;
    } finally {
      lock.unlock();
    }
  }
}
