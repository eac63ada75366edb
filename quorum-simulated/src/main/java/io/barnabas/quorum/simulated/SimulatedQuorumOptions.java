package io.barnabas.quorum.simulated;

import io.barnabas.world.simulated.DelayRange;

/**
 * How a simulated quorum behaves.
 *
 * @param heartbeatNanos how often a leader is heard of
 * @param electionTimeout how long a voter hears nothing before it wants to lead
 * @param messageDelay how long a message is on the way; messages overtake each other
 * @param messageLostOneIn one in how many messages is lost; 0 means none
 * @param messageTwiceOneIn one in how many messages arrives twice; 0 means none
 * @param forceDelay how long a leader's own disk takes
 * @param readTimeoutNanos how long a node waits for a leader to tell it an index
 * @param entriesBeforeSnapshot after how many entries a member takes a snapshot and forgets them
 */
public record SimulatedQuorumOptions(
    long heartbeatNanos,
    DelayRange electionTimeout,
    DelayRange messageDelay,
    int messageLostOneIn,
    int messageTwiceOneIn,
    DelayRange forceDelay,
    long readTimeoutNanos,
    int entriesBeforeSnapshot) {

  private static final long MILLISECOND_NANOS = 1_000_000;

  /** Elections within a second; nothing is lost, and hardly anything forgotten. */
  public static SimulatedQuorumOptions defaults() {
    return new SimulatedQuorumOptions(
        50 * MILLISECOND_NANOS,
        DelayRange.ofMicros(200_000, 400_000),
        DelayRange.ofMicros(10, 2_000),
        0,
        0,
        DelayRange.ofMicros(50, 5_000),
        1_000 * MILLISECOND_NANOS,
        1_000);
  }

  /** See {@link #messageLostOneIn()} and {@link #messageTwiceOneIn()}. */
  public SimulatedQuorumOptions withMessageFaults(int lostOneIn, int twiceOneIn) {
    return new SimulatedQuorumOptions(
        heartbeatNanos,
        electionTimeout,
        messageDelay,
        lostOneIn,
        twiceOneIn,
        forceDelay,
        readTimeoutNanos,
        entriesBeforeSnapshot);
  }

  /** See {@link #entriesBeforeSnapshot()}. */
  public SimulatedQuorumOptions withSnapshotsAfter(int entries) {
    return new SimulatedQuorumOptions(
        heartbeatNanos,
        electionTimeout,
        messageDelay,
        messageLostOneIn,
        messageTwiceOneIn,
        forceDelay,
        readTimeoutNanos,
        entries);
  }
}
