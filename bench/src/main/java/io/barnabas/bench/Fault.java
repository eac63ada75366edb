package io.barnabas.bench;

import io.barnabas.conformance.faults.LoopDisk;
import io.barnabas.conformance.faults.NodeNetwork;
import java.util.Optional;

/** What is done to the node that leads, and how it is undone. */
enum Fault {
  /** The process is killed, and started again. */
  KILL("leader killed (SIGKILL)", false),
  /** The process is frozen, and goes on. */
  PAUSE("leader frozen (SIGSTOP)", false),
  /** Nothing can be written to the node's disk, until it can. */
  DISK("leader's disk hung", false),
  /** The node reaches nobody and is reached by nobody, until it is. */
  NETWORK("leader cut off from the network", false),
  /** The node is told to stop, and started again. */
  STOP("leader stopped (SIGTERM)", false),
  /** The same with the node that is the active controller too. */
  KILL_CONTROLLER("leader killed that is the active controller", true),
  /** The same with the node that is the active controller too. */
  PAUSE_CONTROLLER("leader frozen that is the active controller", true),
  /** The same with the node that is the active controller too. */
  DISK_CONTROLLER("disk hung of a leader that is the active controller", true),
  /** The same with the node that is the active controller too. */
  NETWORK_CONTROLLER("leader cut off that is the active controller", true),
  /** The same with the node that is the active controller too. */
  STOP_CONTROLLER("leader stopped that is the active controller", true);

  private final String title;
  private final boolean hitsController;

  Fault(String title, boolean hitsController) {
    this.title = title;
    this.hitsController = hitsController;
  }

  /** What the table calls it. */
  String title() {
    return title;
  }

  /** Whether the leader that it is done to is also the active controller; if not, it must not. */
  boolean hitsController() {
    return hitsController;
  }

  /** Whether nodes need networks of their own for it. */
  boolean needsNetwork() {
    return this == NETWORK || this == NETWORK_CONTROLLER;
  }

  /** Whether nodes need disks of their own for it. */
  boolean needsDisk() {
    return this == DISK || this == DISK_CONTROLLER;
  }

  /** What this machine lacks for it, as a sentence; empty if nothing. */
  Optional<String> missing() {
    if (needsNetwork()) {
      return NodeNetwork.missing();
    }
    return needsDisk() ? LoopDisk.missing() : Optional.empty();
  }
}
