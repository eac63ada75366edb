package io.barnabas.quorum;

import java.util.OptionalInt;

/**
 * Who leads the quorum, as this node knows it.
 *
 * @param leaderId the leading node, if one is known
 * @param epoch the Raft term; only grows, and has one leader at most
 * @param active whether this node leads and has applied all that was committed before its epoch, so
 *     that it may propose
 */
public record Leadership(OptionalInt leaderId, int epoch, boolean active) {
  /** Nobody is known to lead, and nobody ever did. */
  public static final Leadership NONE = new Leadership(OptionalInt.empty(), 0, false);
}
