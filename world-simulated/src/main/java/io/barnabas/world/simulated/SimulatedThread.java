package io.barnabas.world.simulated;

import io.barnabas.world.WorldThread;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * A virtual thread whose turns are given by the {@link Scheduler}. It is its own executor, so that
 * the scheduler knows whose turn it is asked for.
 */
final class SimulatedThread implements WorldThread, Executor {
  /** What a thread does; whatever it throws fails the run. */
  @FunctionalInterface
  interface Body {
    void run() throws Exception;
  }

  private final Scheduler scheduler;
  private final SimulatedMachine machine;
  private final String name;
  private final Body body;
  private final WaitQueue joiners;
  private final Thread thread;
  private boolean ended;

  SimulatedThread(Scheduler scheduler, SimulatedMachine machine, String name, Body body) {
    this.scheduler = scheduler;
    this.machine = machine;
    this.name = name;
    this.body = body;
    this.joiners = new WaitQueue(scheduler);
    this.thread = newThread(this);
  }

  /** The JDK has no public way yet to give a virtual thread a scheduler. */
  private static Thread newThread(SimulatedThread owner) {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      Thread.Builder builder = (Thread.Builder) constructor.newInstance(owner);
      return builder.name(owner.name).inheritInheritableThreadLocals(false).unstarted(owner::run);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new SimulationException(
          "cannot choose the scheduler of a virtual thread: run the JVM with"
              + " --add-opens=java.base/java.lang=ALL-UNNAMED",
          e);
    }
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      body.run();
    } catch (Throwable e) {
      scheduler.fail("thread " + name + " failed: " + e, e);
    }
    scheduler.ended(this);
    end();
  }

  /** It has ended, or will never run again. */
  void end() {
    ended = true;
    joiners.wakeAll();
  }

  @Override
  public void execute(Runnable continuation) {
    scheduler.arrive(this, continuation);
  }

  String name() {
    return name;
  }

  SimulatedMachine machine() {
    return machine;
  }

  Thread.State state() {
    return thread.getState();
  }

  String describe() {
    return Arrays.stream(thread.getStackTrace())
        .map(frame -> "\n      at " + frame)
        .collect(Collectors.joining("", name + " " + thread.getState(), ""));
  }

  @Override
  public void join() {
    while (!ended) {
      joiners.await();
    }
  }

  @Override
  public boolean isAlive() {
    return !ended;
  }
}
