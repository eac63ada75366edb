package io.barnabas.world.simulated;

import io.barnabas.world.Clock;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A simulation, and the world of its first machine, on which {@link #run} runs its body. A test
 * with several machines uses the first one for the test's own steps and {@link #machine} for the
 * others.
 *
 * <p>Create it and call {@code run} on a platform thread, one at a time. Between runs the same
 * thread may look at the disks and set faults; it can start threads, which run in the next run, but
 * cannot wait.
 */
public final class SimulatedWorld implements World {
  private static final String FIRST_MACHINE = "local";

  /** The body of a run. */
  @FunctionalInterface
  public interface Body {
    /** Whatever this throws fails the run. */
    void run() throws Exception;
  }

  private final Scheduler scheduler;
  private final NetworkFabric fabric = new NetworkFabric();
  private final Map<String, SimulatedMachine> machines = new LinkedHashMap<>();
  private final long startNanos;
  private final SimulatedMachine first;

  /** A world with an empty disk. */
  public SimulatedWorld(long seed, SimulationOptions options) {
    this(seed, options, new SimulatedDisk(options.diskBytes()));
  }

  /** A world with a disk that another one left. */
  public SimulatedWorld(long seed, SimulationOptions options, SimulatedDisk disk) {
    this.scheduler = new Scheduler(seed, options);
    this.startNanos = scheduler.nanoTime();
    this.first = add(FIRST_MACHINE, disk);
  }

  // --- running

  /**
   * Runs a body on a thread of the first machine, and all other threads meanwhile, until it ends.
   * Other threads stay as they are; another run goes on with them.
   *
   * @return whether the body ended, or its machine crashed first
   * @throws SimulationException if any thread threw, all of them wait for ever, or there is no end;
   *     the message has the seed
   */
  public RunEnd run(Body body) {
    SimulatedThread main = scheduler.start(first, "main", body::run);
    if (!scheduler.runUntil(() -> first.isCrashed() || !main.isAlive())) {
      throw scheduler.exception("deadlock:" + scheduler.describeThreads(), null);
    }
    return first.isCrashed() ? RunEnd.CRASHED : RunEnd.FINISHED;
  }

  /**
   * The same for a body with a result.
   *
   * @throws SimulationException if the machine crashed, too
   */
  public <T> T call(Callable<T> body) {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    RunEnd end = run(() -> result.set(body.call()));
    T value = result.get();
    if (end == RunEnd.CRASHED || value == null) {
      throw scheduler.exception("the machine crashed before there was a result", null);
    }
    return value;
  }

  /** Runs until no thread can go on and no timer is set. Waiting threads stay as they are. */
  public void runUntilIdle() {
    scheduler.runUntil(() -> false);
  }

  /** Lets this much virtual time pass. */
  public void runFor(long nanos) {
    long end = scheduler.nanoTime() + nanos;
    AtomicReference<Boolean> passed = new AtomicReference<>(false);
    scheduler.at(end, first, () -> passed.set(true));
    scheduler.runUntil(passed::get);
  }

  /** A hash of all that happened; the same for the same seed and program. */
  public long traceHash() {
    return scheduler.trace().hash();
  }

  /** What happened, if {@link SimulationOptions#recordEvents} is on. */
  public List<String> events() {
    return scheduler.trace().events();
  }

  // --- machines

  /** The machine of this name as it is now, made with an empty disk if there never was one. */
  public SimulatedMachine machine(String name) {
    SimulatedMachine machine = machines.get(name);
    return machine == null
        ? add(name, new SimulatedDisk(scheduler.options().diskBytes()))
        : machine;
  }

  /**
   * A new machine with a disk that another world left.
   *
   * @throws IllegalStateException if there is one of this name
   */
  public SimulatedMachine machine(String name, SimulatedDisk disk) {
    if (machines.containsKey(name)) {
      throw new IllegalStateException("there is a machine " + name);
    }
    return add(name, disk);
  }

  /**
   * A machine of this name with the disk that its predecessor left.
   *
   * @throws IllegalStateException if the predecessor has not crashed
   */
  public SimulatedMachine restart(String name) {
    SimulatedMachine old = machine(name);
    if (!old.isCrashed() || old == first) {
      throw new IllegalStateException("only a crashed machine can restart, and not the first");
    }
    return add(name, old.disk());
  }

  private SimulatedMachine add(String name, SimulatedDisk disk) {
    SimulatedMachine old = machines.get(name);
    InetAddress address = old == null ? address(name, machines.size()) : old.address();
    SimulatedMachine machine =
        new SimulatedMachine(name, address, scheduler, fabric, disk, startNanos);
    disk.attach(machine);
    machines.put(name, machine);
    fabric.add(machine);
    return machine;
  }

  private static InetAddress address(String name, int index) {
    byte[] bytes = {10, 0, (byte) (index >> 8), (byte) (index + 1)};
    try {
      return InetAddress.getByAddress(name, bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** Takes the first machine's power away; see {@link SimulatedMachine#crash}. */
  public void crash(CrashMode mode) {
    first.crash(mode);
  }

  /** Whether the first machine has lost its power. */
  public boolean isCrashed() {
    return first.isCrashed();
  }

  /** Moves the wall clock of every machine. */
  public void jumpWallClock(long millis) {
    machines.values().forEach(machine -> machine.jumpWallClock(millis));
  }

  // --- the network between machines, by name

  /** Breaks the connections between two machines and lets no new ones come about. */
  public void cut(String a, String b) {
    fabric.cut(a, b);
  }

  /** Lets nothing through between two machines, without telling either; nothing is lost. */
  public void silence(String a, String b) {
    fabric.silence(a, b);
  }

  /** Lets nothing through from one machine to another, only back; nothing is lost. */
  public void silenceOneWay(String from, String to) {
    fabric.silenceOneWay(from, to);
  }

  /** Has bytes between two machines take this long; those under way are not held up. */
  public void slowDown(String a, String b, DelayRange delay) {
    fabric.slowDown(a, b, delay);
  }

  /** Breaks the connections between two machines; new ones can be made. */
  public void breakConnections(String a, String b) {
    fabric.breakConnections(a, b);
  }

  /** Ends {@link #cut}, {@link #silence}, {@link #silenceOneWay} and {@link #slowDown}. */
  public void heal(String a, String b) {
    fabric.heal(a, b);
  }

  /** Whether both machines run and bytes get from one to the other and back now. */
  public boolean areConnected(String a, String b) {
    SimulatedMachine one = machine(a);
    SimulatedMachine other = machine(b);
    NetworkFabric.Link link = fabric.link(one, other);
    return !one.isCrashed()
        && !other.isCrashed()
        && !one.isPaused()
        && !other.isPaused()
        && !link.isCut()
        && !fabric.isSilent(one, other);
  }

  // --- World, of the first machine

  @Override
  public Clock clock() {
    return first.clock();
  }

  @Override
  public Threads threads() {
    return first.threads();
  }

  @Override
  public Network network() {
    return first.network();
  }

  @Override
  public SimulatedDisk disk() {
    return first.disk();
  }

  @Override
  public Randomness randomness() {
    return first.randomness();
  }
}
