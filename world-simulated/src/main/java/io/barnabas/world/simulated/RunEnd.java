package io.barnabas.world.simulated;

/** How a run ended, when nothing failed. */
public enum RunEnd {
  /** The body returned. */
  FINISHED,
  /** The machine that ran the body lost its power; its disk holds what survived. */
  CRASHED
}
