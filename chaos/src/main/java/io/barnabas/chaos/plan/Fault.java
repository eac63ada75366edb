package io.barnabas.chaos.plan;

import java.util.Locale;

/** What can be done to a cluster. */
public enum Fault {
  /** SIGKILL, and a start after a while. */
  KILL(Needs.NOTHING, false, 500, 8_000, "SIGKILL of a node, started again later"),
  /** SIGSTOP and SIGCONT. */
  PAUSE(Needs.NOTHING, false, 500, 12_000, "SIGSTOP of a node, SIGCONT later"),
  /** SIGTERM, and a start after a while. */
  STOP(Needs.NOTHING, false, 500, 5_000, "SIGTERM of a node, started again later"),
  /** The node that leads the quorum is killed or frozen. */
  CONTROLLER(Needs.NOTHING, true, 500, 8_000, "SIGKILL or SIGSTOP of the active controller's node"),
  /** All nodes at once. */
  RESTART_ALL(
      Needs.NOTHING, true, 0, 3_000, "SIGKILL or SIGTERM of all nodes at once, then all started"),
  /** Leaders are elected anew. */
  ELECT(
      Needs.NOTHING, false, 0, 1_000, "replicas in another order, and elections of the preferred"),
  /** Replicas leave and come back. */
  REASSIGN(Needs.NOTHING, false, 500, 4_000, "a replica of each partition taken away, given back"),
  /** A voter leaves the quorum and comes back. */
  VOTERS(Needs.OWN_QUORUM, true, 500, 4_000, "a voter removed from the quorum and added again"),
  /** No packet between a node and all others. */
  CUT(Needs.NETWORK, false, 500, 12_000, "no packets between a node and the others, clients too"),
  /** No packet between two nodes. */
  CUT_PAIR(Needs.NETWORK, false, 500, 12_000, "no packets between two nodes"),
  /** Packets in one direction only. */
  CUT_ONE_WAY(
      Needs.NETWORK, false, 500, 12_000, "packets from one node to another in one direction"),
  /** A link that goes away and comes back all the time. */
  FLAP(Needs.NETWORK, false, 2_000, 8_000, "a node's link to the others goes and comes many times"),
  /** Little room on the line. */
  SLOW(
      Needs.NETWORK, false, 2_000, 8_000, "a node sends 64 KB/s at most, packets wait up to 0.4 s"),
  /** No room on the disk. */
  FULL(Needs.DISK, false, 2_000, 10_000, "no room on a node's disk"),
  /** The disk does not answer. */
  HANG(Needs.DISK, false, 500, 8_000, "a node's disk takes no writes for a while (FIFREEZE)"),
  /** Unsynced writes of all nodes are lost. */
  POWER(Needs.DISK, true, 0, 2_000, "power cut: all nodes killed, what was not forced is lost"),
  /** Unsynced writes of one node are lost. */
  POWER_ONE(Needs.DISK, false, 0, 6_000, "power cut at one node: what was not forced is lost");

  /** What must be there for it. */
  public enum Needs {
    /** Only processes and clients. */
    NOTHING,
    /** A quorum that voters can be removed from and added to. */
    OWN_QUORUM,
    /** Each node in a network namespace of its own. */
    NETWORK,
    /** Each node's data on a file system of its own. */
    DISK
  }

  private final Needs needs;
  private final boolean alone;
  private final int leastMs;
  private final int mostMs;
  private final String meaning;

  Fault(Needs needs, boolean alone, int leastMs, int mostMs, String meaning) {
    this.needs = needs;
    this.alone = alone;
    this.leastMs = leastMs;
    this.mostMs = mostMs;
    this.meaning = meaning;
  }

  /** What must be there for it. */
  public Needs needs() {
    return needs;
  }

  /** Whether nothing else happens meanwhile. */
  public boolean isAlone() {
    return alone;
  }

  /** The shortest time it lasts, milliseconds. */
  public int leastMs() {
    return leastMs;
  }

  /** The longest time it lasts, milliseconds. */
  public int mostMs() {
    return mostMs;
  }

  /** One line that says what it does. */
  public String meaning() {
    return meaning;
  }

  /** The name that people write. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The fault of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Fault of(String label) {
    for (Fault fault : values()) {
      if (fault.label().equals(label)) {
        return fault;
      }
    }
    throw new IllegalArgumentException("There is no fault " + label);
  }
}
