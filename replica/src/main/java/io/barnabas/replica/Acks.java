package io.barnabas.replica;

/** What a producer waits for. */
public enum Acks {
  /** Nothing (acks=0). */
  NONE,
  /** The leader's own disk (acks=1). */
  LEADER,
  /** All in-sync replicas, of which there must be enough (acks=-1). */
  ALL
}
