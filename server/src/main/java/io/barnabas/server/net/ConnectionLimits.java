package io.barnabas.server.net;

/**
 * What clients may take together. Named after Kafka's settings.
 *
 * @param maxConnections at least 1; connections beyond it are closed at once
 * @param maxRequestBytes the largest request, without its length field
 * @param maxQueuedRequestBytes how much memory all requests that are being received or carried out
 *     may take; at least {@code maxRequestBytes}
 * @param maxIdleMs how long a connection may stay without a byte moving before it is closed, unless
 *     it is this node that owes an answer
 */
public record ConnectionLimits(
    int maxConnections, int maxRequestBytes, long maxQueuedRequestBytes, long maxIdleMs) {
  /** Checks the ranges. */
  public ConnectionLimits {
    if (maxConnections < 1
        || maxRequestBytes < 1
        || maxQueuedRequestBytes < maxRequestBytes
        || maxIdleMs < 1) {
      throw new IllegalArgumentException(
          "no limits: %d connections, %d bytes of %d, idle %d ms"
              .formatted(maxConnections, maxRequestBytes, maxQueuedRequestBytes, maxIdleMs));
    }
  }
}
