package io.barnabas.server.net;

import io.barnabas.world.Monitor;
import io.barnabas.world.World;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of all requests that are being received. Who needs more than there is waits,
 * first come, first served.
 *
 * <p>Requests of about the same length share a part of the memory, a lane, so large ones, many or
 * stuck, do not stop the small ones. A request gets a buffer for all of itself (or for as much as a
 * large one is) at once only while more than half of its lane is free; otherwise it climbs: it gets
 * the next larger buffer when the one that it has is full. So a few bytes that announce a large
 * request never hold up those who send theirs.
 *
 * <p>There is no deadlock: a step that is not the last leaves room for one of each larger step in
 * the lane, and for all that may be resident, so that of all who climb at least one can go on; and
 * who holds memory of a lane waits for that lane or one of larger requests. What is resident (see
 * {@link #keep}) is at most a quarter of its lane. The smallest buffers are outside the bound:
 * there is one for each connection at most.
 */
final class RequestMemory {
  /** What every connection may have without asking. */
  static final int SMALL_BYTES = 4 * 1024;

  /** A producer's largest request by default (1 MiB), and what is around it. */
  static final int LARGE_BYTES = 1024 * 1024 + 64 * 1024;

  private final SlabPool pool;
  private final Monitor monitor;
  private final Lane[] lanes;
  private volatile int waiting;

  /** The memory for requests of up to some length, reached in steps. */
  static final class Lane {
    /** The capacities on the way, the last being the largest that a request may take. */
    final int[] steps;

    private final long limitBytes;
    private final long maxResidentBytes;
    private final Queue<Object>[] waiters;
    private long usedBytes;
    private long residentBytes;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Lane(long limitBytes, int... steps) {
      this.limitBytes = limitBytes;
      this.steps = steps;
      maxResidentBytes = steps[steps.length - 1] <= LARGE_BYTES ? limitBytes / 4 : 0;
      waiters = new Queue[steps.length];
      Arrays.setAll(waiters, i -> new ArrayDeque<>(1));
    }

    /** The step of a buffer; those between the last two are as good as the last. */
    private int stepOf(int capacity) {
      int step = 0;
      while (steps[step] < capacity) {
        step++;
      }
      return step;
    }

    private boolean fits(int step, int capacity) {
      if (step == steps.length - 1) {
        return usedBytes + capacity <= limitBytes;
      }
      long needed = usedBytes - residentBytes + capacity + maxResidentBytes;
      for (int larger = step + 1; larger < steps.length; larger++) {
        needed += steps[larger];
      }
      return needed <= limitBytes;
    }

    private boolean isPlentiful(int capacity) {
      return waiters[steps.length - 1].isEmpty() && usedBytes + capacity <= limitBytes / 2;
    }
  }

  RequestMemory(World world, SlabPool pool, ConnectionLimits limits) {
    this.pool = pool;
    monitor = world.threads().newMonitor();
    int[] steps = {16 * 1024, 64 * 1024, 256 * 1024, LARGE_BYTES, 0};
    steps[4] =
        Math.max(LARGE_BYTES + 1, SlabPool.capacityFor(limits.maxRequestBytes() + Integer.BYTES));
    long one = Arrays.stream(steps).asLongStream().sum();
    long huge = Math.max(limits.maxQueuedRequestBytes() / 2, one);
    long rest = Math.max(limits.maxQueuedRequestBytes() - huge, 4L * LARGE_BYTES);
    lanes =
        new Lane[] {
          new Lane(rest / 8, Arrays.copyOf(steps, 1)),
          new Lane(rest / 8, Arrays.copyOf(steps, 2)),
          new Lane(rest / 4, Arrays.copyOf(steps, 3)),
          new Lane(rest / 2, Arrays.copyOf(steps, 4)),
          new Lane(huge, steps)
        };
  }

  /**
   * A slab that is outside the bound.
   *
   * @throws NoMemoryException if the JVM may have no more
   */
  Slab takeSmall() throws NoMemoryException {
    return pool.take(SMALL_BYTES);
  }

  /**
   * Takes a slab of more than {@link #SMALL_BYTES}, waiting until there is room for it: one for all
   * of a request, or a larger one than what the request has filled so far.
   *
   * @param filled how many bytes of the request the caller holds, in a slab that it gives back
   *     next; all slabs for a request that are not resident are taken with the same {@code total}
   * @param total the length of the request
   * @param givenUp whether the caller need not wait any longer; see {@link #wakeWaiters}
   * @throws ClosedChannelException if the caller has given up
   * @throws NoMemoryException if the JVM may have no more
   */
  Slab take(int filled, int total, BooleanSupplier givenUp)
      throws ClosedChannelException, NoMemoryException {
    int whole = SlabPool.capacityFor(total);
    Lane lane = laneOf(whole);
    int capacity;
    monitor.lock();
    try {
      int wanted = filled < LARGE_BYTES ? Math.min(whole, LARGE_BYTES) : whole;
      capacity = lane.isPlentiful(wanted) ? wanted : Math.min(whole, stepAfter(lane, filled));
      int step = lane.stepOf(capacity);
      if (!lane.waiters[step].isEmpty() || !lane.fits(step, capacity)) {
        awaitTurn(lane, step, capacity, givenUp);
      }
      lane.usedBytes += capacity;
    } finally {
      monitor.unlock();
    }
    return takeReserved(lane, capacity, false);
  }

  private Lane laneOf(int capacity) {
    int index = 0;
    while (index < lanes.length - 1 && lanes[index].steps[index] < capacity) {
      index++;
    }
    return lanes[index];
  }

  private static int stepAfter(Lane lane, int filled) {
    for (int step : lane.steps) {
      if (step > filled) {
        return step;
      }
    }
    throw new IllegalArgumentException("%d bytes of a request are too many".formatted(filled));
  }

  private Slab takeReserved(Lane lane, int capacity, boolean resident) throws NoMemoryException {
    boolean taken = false;
    try {
      Slab slab = pool.take(capacity);
      slab.lane = lane;
      slab.resident = resident;
      taken = true;
      return slab;
    } finally {
      if (!taken) {
        giveBack(lane, capacity, resident);
      }
    }
  }

  private void awaitTurn(Lane lane, int step, int capacity, BooleanSupplier givenUp)
      throws ClosedChannelException {
    Object ticket = new Object();
    Queue<Object> waiters = lane.waiters[step];
    waiters.add(ticket);
    addWaiting(1);
    try {
      while (waiters.peek() != ticket || !lane.fits(step, capacity)) {
        if (givenUp.getAsBoolean()) {
          throw new ClosedChannelException();
        }
        monitor.await();
      }
    } finally {
      waiters.remove(ticket);
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
    Lane lane = slab.lane;
    boolean resident = slab.resident;
    int capacity = slab.capacity();
    slab.lane = null;
    slab.resident = false;
    pool.give(slab);
    if (lane != null) {
      giveBack(lane, capacity, resident);
    }
  }

  private void giveBack(Lane lane, int capacity, boolean resident) {
    monitor.lock();
    try {
      lane.usedBytes -= capacity;
      if (resident) {
        lane.residentBytes -= capacity;
      }
      if (waiting > 0) {
        monitor.signalAll();
      }
    } finally {
      monitor.unlock();
    }
  }

  /**
   * Makes a slab that holds a whole request resident if there is room for it: its holder may keep
   * it while no request is under way, and read ahead into it. So the busy ones do not take and give
   * one for every request.
   */
  void keep(Slab slab) {
    Lane lane = slab.lane;
    if (lane == null) {
      return;
    }
    monitor.lock();
    try {
      if (!slab.resident && mayKeep(lane, slab.capacity())) {
        lane.residentBytes += slab.capacity();
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
    Lane lane = laneOf(capacity);
    monitor.lock();
    try {
      if (!mayKeep(lane, capacity) || !lane.fits(lane.stepOf(capacity), capacity)) {
        return null;
      }
      lane.usedBytes += capacity;
      lane.residentBytes += capacity;
    } finally {
      monitor.unlock();
    }
    return takeReserved(lane, capacity, true);
  }

  private boolean mayKeep(Lane lane, int capacity) {
    return waiting == 0 && lane.residentBytes + capacity <= lane.maxResidentBytes;
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
