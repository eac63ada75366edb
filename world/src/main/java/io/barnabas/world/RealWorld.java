package io.barnabas.world;

import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The world outside, through the JDK. Has nothing to close: its own threads are daemons. */
public final class RealWorld implements World {
  private static final Logger LOG = LoggerFactory.getLogger(RealWorld.class);

  private final Clock clock;
  private final Threads threads;
  private final Network network = new RealNetwork();
  private final Disk disk = new RealDisk();
  private final Randomness randomness = new RealRandomness();

  private RealWorld(UncaughtExceptionHandler uncaught) {
    clock = new RealClock(uncaught);
    threads = new RealThreads(uncaught);
  }

  /** A world that halts the process when an exception leaves a thread's body or a timer. */
  public static RealWorld create() {
    return new RealWorld(RealWorld::halt);
  }

  /**
   * A world that gives an exception that leaves a thread's body or a timer to a handler.
   *
   * @param uncaught called on the thread that failed
   */
  public static RealWorld create(UncaughtExceptionHandler uncaught) {
    return new RealWorld(uncaught);
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
  public Disk disk() {
    return disk;
  }

  @Override
  public Randomness randomness() {
    return randomness;
  }

  /**
   * What cannot happen has happened, so nothing in memory can be trusted to stop in good order;
   * recovery from the disk can.
   */
  private static void halt(Thread thread, Throwable failure) {
    try {
      LOG.error("The process stops: a defect in thread {}", thread.getName(), failure);
    } finally {
      Runtime.getRuntime().halt(70);
    }
  }
}
