package io.barnabas.server.peers;

/**
 * What one connection to a peer may take.
 *
 * @param maxInFlight how many requests may wait to be sent or for their replies, those included
 *     that nobody waits for any more
 * @param maxReplyBytes the longest reply that is taken
 * @param connectTimeoutMs how long opening it may take
 * @param maxIdleMs how long it is kept without a request
 * @param maxSilenceMs how long it is kept without a reply once one of them is too late; counted
 *     from the last one, or from the request if that was sent after it
 */
public record PeerLimits(
    int maxInFlight, int maxReplyBytes, int connectTimeoutMs, long maxIdleMs, long maxSilenceMs) {
  /** Checks the ranges. */
  public PeerLimits {
    if (maxInFlight < 1
        || maxReplyBytes < 1
        || connectTimeoutMs < 1
        || maxIdleMs < 1
        || maxSilenceMs < 1) {
      throw new IllegalArgumentException("No limits: " + this);
    }
  }

  /**
   * For what a node itself changes or asks, in its own time: a reply that is late means that the
   * connection is of no use, unless others come.
   */
  public static PeerLimits forControl() {
    return new PeerLimits(1_000, 100 << 20, 2_000, 60_000, 1);
  }

  /**
   * For requests of many clients, each with a time limit of its own: that one of them was short, or
   * what it asked for slow, must not harm the others.
   */
  public static PeerLimits forClients() {
    return new PeerLimits(1_000, 100 << 20, 2_000, 60_000, 60_000);
  }
}
