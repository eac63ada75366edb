package io.barnabas.server.net;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of all requests that are being received. Who needs more than there is waits,
 * first come, first served.
 *
 * <p>There are two shares. Requests up to {@link #LARGE_BYTES} are given what their length says;
 * larger ones get that much first, and only once it has filled with bytes what the whole request
 * takes, from the second share. So a few bytes that announce a large request hold little, and large
 * requests, many or stuck, do not stop the small ones. Nobody who holds memory of a share waits for
 * more of the same share, so there is no deadlock; what is resident (see {@link #mayKeep}) is an
 * exception, and at most a quarter of its share. The smallest buffers are outside the bound: there
 * is one for each connection at most.
 */
final class RequestMemory {
  /** What every connection may have without asking. */
  static final int SMALL_BYTES = 4 * 1024;

  /** A producer's largest request by default (1 MiB), and what is around it. */
  static final int LARGE_BYTES = 1024 * 1024 + 64 * 1024;

  private final SlabPool pool;
  private final Monitor monitor;
  private final Share ordinary;
  private final Share large;
  private final long maxResidentBytes;
  private long residentBytes;
  private volatile int waiting;

  /** One share of the memory. */
  private static final class Share {
    final long limitBytes;
    final Queue<Object> waiters = new ArrayDeque<>();
    long usedBytes;

    Share(long limitBytes) {
      this.limitBytes = limitBytes;
    }

    boolean hasRoom(int capacity) {
      return waiters.isEmpty() && usedBytes + capacity <= limitBytes;
    }
  }

  RequestMemory(World world, SlabPool pool, ConnectionLimits limits) {
    this.pool = pool;
    monitor = world.threads().newMonitor();
    int largest = SlabPool.capacityFor(limits.maxRequestBytes() + Integer.BYTES);
    long forLarge = Math.max(limits.maxQueuedRequestBytes() / 2, largest);
    large = new Share(forLarge);
    ordinary = new Share(Math.max(limits.maxQueuedRequestBytes() - forLarge, 4L * LARGE_BYTES));
    maxResidentBytes = ordinary.limitBytes / 4;
  }

  /**
   * Takes a slab, waiting until there is room for it. Who holds one of more than {@link
   * #SMALL_BYTES} that is not resident may only ask for one of more than {@link #LARGE_BYTES}, and
   * who holds one of those for none.
   *
   * @param givenUp whether the caller need not wait any longer; see {@link #wakeWaiters}
   * @throws ClosedChannelException if the caller has given up
   * @throws NoMemoryException if the JVM may have no more
   */
  Slab take(int bytes, BooleanSupplier givenUp) throws ClosedChannelException, NoMemoryException {
    int capacity = SlabPool.capacityFor(bytes);
    if (capacity > SMALL_BYTES) {
      reserve(share(capacity), capacity, givenUp);
    }
    return takeReserved(bytes, false);
  }

  private Slab takeReserved(int bytes, boolean resident) throws NoMemoryException {
    boolean taken = false;
    try {
      Slab slab = pool.take(bytes);
      slab.resident = resident;
      taken = true;
      return slab;
    } finally {
      if (!taken) {
        giveBack(SlabPool.capacityFor(bytes), resident);
      }
    }
  }

  private Share share(int capacity) {
    return capacity <= LARGE_BYTES ? ordinary : large;
  }

  private void reserve(Share share, int capacity, BooleanSupplier givenUp)
      throws ClosedChannelException {
    monitor.lock();
    try {
      if (!share.hasRoom(capacity)) {
        awaitTurn(share, capacity, givenUp);
      }
      share.usedBytes += capacity;
    } finally {
      monitor.unlock();
    }
  }

  private void awaitTurn(Share share, int capacity, BooleanSupplier givenUp)
      throws ClosedChannelException {
    Object ticket = new Object();
    share.waiters.add(ticket);
    addWaiting(1);
    try {
      while (share.waiters.peek() != ticket || share.usedBytes + capacity > share.limitBytes) {
        if (givenUp.getAsBoolean()) {
          throw new ClosedChannelException();
        }
        monitor.await();
      }
    } finally {
      share.waiters.remove(ticket);
      addWaiting(-1);
      monitor.signalAll();
    }
  }

  private void addWaiting(int count) {
    int now = waiting + count;
    waiting = now;
  }

  /** Gives a slab back, which nobody may use any more. */
  void give(Slab slab) {
    boolean resident = slab.resident;
    slab.resident = false;
    int capacity = slab.capacity();
    pool.give(slab);
    giveBack(capacity, resident);
  }

  private void giveBack(int capacity, boolean resident) {
    if (capacity <= SMALL_BYTES) {
      return;
    }
    monitor.lock();
    try {
      share(capacity).usedBytes -= capacity;
      if (resident) {
        residentBytes -= capacity;
      }
      if (waiting > 0) {
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Makes a slab resident if there is room for it: its holder may keep it while no request is under
   * way, and read ahead into it. So the busy ones do not take and give one for every request.
   */
  void keep(Slab slab) {
    monitor.lock();
    try {
      if (!slab.resident && mayKeep(slab.capacity())) {
        residentBytes += slab.capacity();
        slab.resident = true;
      }
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Takes a resident slab of more than {@link #SMALL_BYTES} and at most {@link #LARGE_BYTES}; null
   * if there is no room for it.
   */
  @Nullable Slab takeToKeep(int bytes) throws NoMemoryException {
    int capacity = SlabPool.capacityFor(bytes);
    monitor.lock();
    try {
      if (!mayKeep(capacity) || !ordinary.hasRoom(capacity)) {
        return null;
      }
      ordinary.usedBytes += capacity;
      residentBytes += capacity;
    } finally {
      monitor.unlock();
    }
    return takeReserved(bytes, true);
  }

  private boolean mayKeep(int capacity) {
    return capacity <= LARGE_BYTES && waiting == 0 && residentBytes + capacity <= maxResidentBytes;
  }

  /** Whether somebody waits. */
  boolean isScarce() {
    return waiting > 0;
  }

  /** Lets those who wait look whether they have given up. */
  void wakeWaiters() {
    if (waiting == 0) {
      return;
    }
    monitor.lock();
    try {
      monitor.signalAll();
    } finally {
      monitor.unlock();
    }
  }
}
