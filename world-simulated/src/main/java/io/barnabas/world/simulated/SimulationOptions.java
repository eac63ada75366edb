package io.barnabas.world.simulated;

import java.util.function.Consumer;

/**
 * How a simulation behaves. Start from {@link #defaults()} and change what the test is about.
 *
 * @param maxSteps how many turns all threads may take together before the run is given up as
 *     endless
 * @param stepNanos the most virtual time that one turn of a thread takes
 * @param yieldOneIn one in how many calls of the world lets another thread go first; 0 means none
 * @param spuriousWakeOneIn one in how many waits on a monitor wakes without a signal; 0 means none
 * @param diskDelay how long a slow disk operation takes, which is one in four
 * @param forceDelay how long forcing a file or a directory takes
 * @param diskBytes the size of each new disk
 * @param networkDelay how long bytes are on the way
 * @param networkBufferBytes how many bytes fit into one direction of a connection before the writer
 *     waits
 * @param connectionCutOneIn one in how many writes breaks its connection; 0 means none
 * @param startWallMillis the wall clock at the beginning
 * @param recordEvents whether to keep the events of the trace as text, for people to compare
 */
public record SimulationOptions(
    long maxSteps,
    int stepNanos,
    int yieldOneIn,
    int spuriousWakeOneIn,
    DelayRange diskDelay,
    DelayRange forceDelay,
    long diskBytes,
    DelayRange networkDelay,
    int networkBufferBytes,
    int connectionCutOneIn,
    long startWallMillis,
    boolean recordEvents) {

  /** Many interleavings and small delays, no faults. */
  public static SimulationOptions defaults() {
    return new SimulationOptions(
        5_000_000,
        2_000,
        4,
        50,
        DelayRange.ofMicros(0, 200),
        DelayRange.ofMicros(50, 5_000),
        1L << 30,
        DelayRange.ofMicros(10, 2_000),
        64 * 1024,
        0,
        1_800_000_000_000L,
        false);
  }

  /** See {@link #maxSteps()}. */
  public SimulationOptions withMaxSteps(long value) {
    return with(c -> c.maxSteps = value);
  }

  /** See {@link #diskDelay()} and {@link #forceDelay()}. */
  public SimulationOptions withDiskDelays(DelayRange disk, DelayRange force) {
    return with(
        c -> {
          c.diskDelay = disk;
          c.forceDelay = force;
        });
  }

  /** See {@link #diskBytes()}. */
  public SimulationOptions withDiskBytes(long value) {
    return with(c -> c.diskBytes = value);
  }

  /** See {@link #networkDelay()} and {@link #networkBufferBytes()}. */
  public SimulationOptions withNetwork(DelayRange delay, int bufferBytes) {
    return with(
        c -> {
          c.networkDelay = delay;
          c.networkBufferBytes = bufferBytes;
        });
  }

  /** See {@link #connectionCutOneIn()}. */
  public SimulationOptions withConnectionCutOneIn(int value) {
    return with(c -> c.connectionCutOneIn = value);
  }

  /** See {@link #yieldOneIn()} and {@link #spuriousWakeOneIn()}. */
  public SimulationOptions withInterleaving(int yieldOneIn, int spuriousWakeOneIn) {
    return with(
        c -> {
          c.yieldOneIn = yieldOneIn;
          c.spuriousWakeOneIn = spuriousWakeOneIn;
        });
  }

  /** See {@link #recordEvents()}. */
  public SimulationOptions withRecordedEvents() {
    return with(c -> c.recordEvents = true);
  }

  private SimulationOptions with(Consumer<Changes> change) {
    Changes changes = new Changes(this);
    change.accept(changes);
    return changes.made();
  }

  /** A copy while it is being changed. */
  private static final class Changes {
    private final int stepNanos;
    private final long startWallMillis;
    private long maxSteps;
    private int yieldOneIn;
    private int spuriousWakeOneIn;
    private DelayRange diskDelay;
    private DelayRange forceDelay;
    private long diskBytes;
    private DelayRange networkDelay;
    private int networkBufferBytes;
    private int connectionCutOneIn;
    private boolean recordEvents;

    Changes(SimulationOptions from) {
      stepNanos = from.stepNanos;
      startWallMillis = from.startWallMillis;
      maxSteps = from.maxSteps;
      yieldOneIn = from.yieldOneIn;
      spuriousWakeOneIn = from.spuriousWakeOneIn;
      diskDelay = from.diskDelay;
      forceDelay = from.forceDelay;
      diskBytes = from.diskBytes;
      networkDelay = from.networkDelay;
      networkBufferBytes = from.networkBufferBytes;
      connectionCutOneIn = from.connectionCutOneIn;
      recordEvents = from.recordEvents;
    }

    SimulationOptions made() {
      return new SimulationOptions(
          maxSteps,
          stepNanos,
          yieldOneIn,
          spuriousWakeOneIn,
          diskDelay,
          forceDelay,
          diskBytes,
          networkDelay,
          networkBufferBytes,
          connectionCutOneIn,
          startWallMillis,
          recordEvents);
    }
  }
}
