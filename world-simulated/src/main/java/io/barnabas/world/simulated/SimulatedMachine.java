package io.barnabas.world.simulated;

import io.barnabas.world.Clock;
import io.barnabas.world.Network;
import io.barnabas.world.Randomness;
import io.barnabas.world.Threads;
import io.barnabas.world.World;
import java.net.InetAddress;

/**
 * One computer of a simulation, from power on to power off: its own disk, address and wall clock;
 * time, threads' turns and the network are shared with the others. After a crash nothing of it runs
 * any more; {@link SimulatedWorld#restart} gives its successor.
 */
public final class SimulatedMachine implements World {
  private final String name;
  private final InetAddress address;
  private final Scheduler scheduler;
  private final SimulatedDisk disk;
  private final SimulatedClock clock;
  private final SimulatedThreads threads;
  private final MachineNetwork network;
  private final SeededRandom randomness;
  private boolean crashed;
  private boolean paused;

  SimulatedMachine(
      String name,
      InetAddress address,
      Scheduler scheduler,
      NetworkFabric fabric,
      SimulatedDisk disk,
      long clockStartNanos) {
    this.name = name;
    this.address = address;
    this.scheduler = scheduler;
    this.disk = disk;
    this.clock = new SimulatedClock(this, clockStartNanos);
    this.threads = new SimulatedThreads(this);
    this.network = new MachineNetwork(this, fabric);
    this.randomness = scheduler.random().fork();
  }

  /** The name, by which others can connect to it. */
  public String name() {
    return name;
  }

  /** The address, by which others can connect to it. */
  public InetAddress address() {
    return address;
  }

  /** Whether it has lost its power. */
  public boolean isCrashed() {
    return crashed;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Threads threads() {
    return threads;
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public SimulatedDisk disk() {
    return disk;
  }

  @Override
  public Randomness randomness() {
    return randomness;
  }

  /** Whether its threads stand still. */
  public boolean isPaused() {
    return paused;
  }

  /**
   * Lets its threads stand still, as a process that is stopped: time goes on, connections stay,
   * what others send waits, and others can connect.
   */
  public void pause() {
    if (isCaller()) {
      throw new IllegalStateException("a machine cannot wake itself");
    }
    if (!paused && !crashed) {
      paused = true;
      scheduler.trace().add("pause", name, 0);
      scheduler.hold(this);
    }
  }

  /** Ends {@link #pause}. */
  public void resume() {
    if (paused) {
      paused = false;
      scheduler.trace().add("resume", name, 0);
      scheduler.release(this);
    }
  }

  /** Moves this machine's wall clock, forwards or backwards; durations are not touched. */
  public void jumpWallClock(long millis) {
    clock.jumpWallClock(millis);
  }

  /**
   * Takes the power away. Its threads never run again, its connections break, its disk keeps what
   * the mode says. A thread of the machine itself does not come back from this call.
   */
  public void crash(CrashMode mode) {
    if (crashed) {
      return;
    }
    crashed = true;
    paused = false;
    scheduler.trace().add("crash " + mode, name, 0);
    network.crash();
    scheduler.abandon(this);
    disk.crash(mode);
    if (isCaller()) {
      scheduler.abandonCurrentThread();
    }
  }

  /** Whether the thread that calls this belongs to this machine. */
  boolean isCaller() {
    SimulatedThread caller = scheduler.currentThread();
    return caller != null && caller.machine() == this;
  }

  MachineNetwork ports() {
    return network;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** Every call of this world begins here: a dead machine does nothing, a live one may dawdle. */
  void enter() {
    if (crashed) {
      if (!isCaller()) {
        throw new IllegalStateException("the machine " + name + " has crashed");
      }
      scheduler.abandonCurrentThread();
    }
    scheduler.maybeYield();
  }
}
