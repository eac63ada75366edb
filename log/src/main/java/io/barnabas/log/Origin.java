package io.barnabas.log;

/** Who made the batches that are appended. */
public enum Origin {
  /** A producer: everything is checked, offsets are assigned. */
  CLIENT,
  /** The partition's leader: offsets, epochs and timestamps are kept as they are. */
  FOLLOWER,
  /** This node's coordinators: offsets are assigned, producer sequences are not checked. */
  COORDINATOR
}
