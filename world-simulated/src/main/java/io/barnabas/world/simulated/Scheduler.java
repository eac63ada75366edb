package io.barnabas.world.simulated;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides who runs next, and when it is. One platform thread at a time calls {@link #runUntil}; the
 * simulated threads run on it, one after the other, so nothing here needs a lock.
 */
final class Scheduler {
  static final long NO_DEADLINE = Long.MAX_VALUE;

  /** An action at a virtual time, on the scheduler itself: it only wakes threads. */
  record Timeout(long atNanos, long sequence, SimulatedMachine machine, Runnable action) {}

  private record Turn(SimulatedThread thread, Runnable continuation) {}

  private final long seed;
  private final SimulationOptions options;
  private final SeededRandom random;
  private final Trace trace;
  private final Set<SimulatedThread> threads = new LinkedHashSet<>();

  /** Threads may be woken by the JDK from elsewhere, so they arrive through a concurrent queue. */
  private final Queue<Turn> arrivals = new ConcurrentLinkedQueue<>();

  private final List<Turn> runnable = new ArrayList<>();

  /** The turns of paused machines. */
  private final Map<SimulatedMachine, List<Turn>> held = new LinkedHashMap<>();

  private final TreeSet<Timeout> timeouts =
      new TreeSet<>(Comparator.comparingLong(Timeout::atNanos).thenComparing(Timeout::sequence));

  private long nanos;
  private long steps;
  private long nextSequence;
  private int nextThreadId;
  private @Nullable SimulatedThread current;
  private @Nullable SimulationException failure;

  Scheduler(long seed, SimulationOptions options) {
    this.seed = seed;
    this.options = options;
    this.random = new SeededRandom(seed);
    this.trace = new Trace(options.recordEvents());
    this.nanos = random.nextLong(1_000_000_000_000L);
  }

  SeededRandom random() {
    return random;
  }

  SimulationOptions options() {
    return options;
  }

  Trace trace() {
    return trace;
  }

  long nanoTime() {
    return nanos;
  }

  // --- what threads call

  SimulatedThread start(SimulatedMachine machine, String name, SimulatedThread.Body body) {
    SimulatedThread thread = new SimulatedThread(this, machine, name + "#" + nextThreadId++, body);
    threads.add(thread);
    trace.add("start", thread.name(), 0);
    thread.start();
    return thread;
  }

  /** The simulated thread that calls this, or null on the platform thread of a test. */
  @Nullable SimulatedThread currentThread() {
    return Thread.currentThread().isVirtual() ? current : null;
  }

  /** Lets others go first, by chance. */
  void maybeYield() {
    if (currentThread() != null && random.oneIn(options.yieldOneIn())) {
      giveWay();
    }
  }

  /** The scheduler relied on here is this class. */
  @SuppressWarnings("ThreadPriorityCheck")
  private static void giveWay() {
    Thread.yield();
  }

  /** Lets virtual time pass for the calling thread; nothing happens on a platform thread. */
  void pause(DelayRange range) {
    if (currentThread() != null) {
      sleep(range.pick(random));
    }
  }

  void sleep(long durationNanos) {
    if (durationNanos <= 0) {
      giveWay();
    } else {
      await(new Waiter(), nanos + durationNanos);
    }
  }

  /** Parks the calling thread until it is woken or a deadline on {@link #nanoTime} passes. */
  void await(Waiter waiter, long deadlineNanos) {
    SimulatedThread thread = currentThread();
    if (thread == null) {
      throw new IllegalStateException("only a thread of the simulation may wait");
    }
    if (deadlineNanos == NO_DEADLINE) {
      waiter.park();
      return;
    }
    Timeout timeout = at(deadlineNanos, thread.machine(), waiter::wake);
    waiter.park();
    cancel(timeout);
  }

  Timeout at(long atNanos, SimulatedMachine machine, Runnable action) {
    Timeout timeout = new Timeout(atNanos, nextSequence++, machine, action);
    timeouts.add(timeout);
    return timeout;
  }

  void cancel(Timeout timeout) {
    timeouts.remove(timeout);
  }

  void fail(String what, @Nullable Throwable cause) {
    if (failure == null) {
      failure = exception(what, cause);
    }
  }

  /** Never resumes the calling thread. */
  void abandonCurrentThread() {
    if (currentThread() == null) {
      throw new IllegalStateException("this machine has crashed");
    }
    new Waiter().park();
  }

  // --- what SimulatedThread calls

  void arrive(SimulatedThread thread, Runnable continuation) {
    arrivals.add(new Turn(thread, continuation));
  }

  void ended(SimulatedThread thread) {
    threads.remove(thread);
    trace.add("end", thread.name(), 0);
  }

  void abandon(SimulatedMachine machine) {
    List<SimulatedThread> abandoned =
        threads.stream().filter(thread -> thread.machine() == machine).toList();
    abandoned.forEach(threads::remove);
    abandoned.forEach(SimulatedThread::end);
    runnable.removeIf(turn -> turn.thread().machine() == machine);
    held.remove(machine);
    timeouts.removeIf(timeout -> timeout.machine() == machine);
  }

  /**
   * Gives a machine's threads no turns until {@link #release}; what they wait for comes meanwhile.
   */
  void hold(SimulatedMachine machine) {
    List<Turn> turns = new ArrayList<>();
    runnable.removeIf(turn -> turn.thread().machine() == machine && turns.add(turn));
    held.put(machine, turns);
  }

  void release(SimulatedMachine machine) {
    List<Turn> turns = held.remove(machine);
    if (turns != null) {
      runnable.addAll(turns);
    }
  }

  // --- what the platform thread calls

  /**
   * Runs threads until a condition holds.
   *
   * @return false if nothing can happen any more before it holds
   * @throws SimulationException if a thread failed, or there was no end
   */
  boolean runUntil(BooleanSupplier done) {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a simulation is run by a platform thread");
    }
    while (!done.getAsBoolean()) {
      if (!step()) {
        return false;
      }
      if (failure != null) {
        throw failure;
      }
    }
    return true;
  }

  SimulationException exception(String what, @Nullable Throwable cause) {
    return new SimulationException(what + " [seed " + seed + "]", cause);
  }

  /** Names and stacks of all threads that have not ended. */
  String describeThreads() {
    StringBuilder text = new StringBuilder();
    for (SimulatedThread thread : threads) {
      text.append("\n  ").append(thread.describe());
    }
    return text.toString();
  }

  private boolean step() {
    takeArrivals();
    fireTimeouts();
    if (!runnable.isEmpty()) {
      runOne();
    } else if (!timeouts.isEmpty()) {
      nanos = Math.max(nanos, timeouts.first().atNanos());
    } else {
      return false;
    }
    return true;
  }

  private void takeArrivals() {
    for (Turn turn = arrivals.poll(); turn != null; turn = arrivals.poll()) {
      SimulatedMachine machine = turn.thread().machine();
      if (!machine.isCrashed()) {
        held.getOrDefault(machine, runnable).add(turn);
      }
    }
  }

  private void fireTimeouts() {
    while (!timeouts.isEmpty() && timeouts.first().atNanos() <= nanos) {
      Timeout timeout = timeouts.removeFirst();
      timeout.action().run();
      takeArrivals();
    }
  }

  private void runOne() {
    if (++steps > options.maxSteps()) {
      fail("no end after " + options.maxSteps() + " steps:" + describeThreads(), null);
      return;
    }
    int index = random.nextInt(runnable.size());
    Turn turn = runnable.set(index, runnable.getLast());
    runnable.removeLast();
    nanos += random.nextInt(options.stepNanos() + 1);
    trace.add("run", turn.thread().name(), nanos);
    current = turn.thread();
    turn.continuation().run();
    current = null;
    checkWait(turn.thread());
  }

  /** Refuses the waits that no seed could repeat. */
  private void checkWait(SimulatedThread thread) {
    switch (thread.state()) {
      case TIMED_WAITING ->
          fail("waits for real time, not the world's: " + thread.describe(), null);
      case BLOCKED -> fail("synchronized around something that waits: " + thread.describe(), null);
      default -> {}
    }
  }
}
