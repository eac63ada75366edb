package io.barnabas.server.peers;

/**
 * What one connection to a peer may take.
 *
 * @param maxInFlight how many requests may wait for their replies, or to be sent
 * @param maxReplyBytes the longest reply that is taken
 * @param connectTimeoutMs how long opening it may take
 * @param maxIdleMs how long it is kept without a request
 */
public record PeerLimits(int maxInFlight, int maxReplyBytes, int connectTimeoutMs, long maxIdleMs) {
  /** Checks the ranges. */
  public PeerLimits {
    if (maxInFlight < 1 || maxReplyBytes < 1 || connectTimeoutMs < 1 || maxIdleMs < 1) {
      throw new IllegalArgumentException(
          "no limits: %d in flight, %d bytes, %d ms, %d ms"
              .formatted(maxInFlight, maxReplyBytes, connectTimeoutMs, maxIdleMs));
    }
  }

  /** For requests that change or ask something, not for records. */
  public static PeerLimits forControl() {
    return new PeerLimits(1_000, 100 << 20, 2_000, 60_000);
  }
}
