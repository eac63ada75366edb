package io.barnabas.server.net;

/**
 * Looks at a connection from time to time for whether anything moves. So what is busy need not ask
 * for the time, nor set timers. For one thread.
 */
final class Watch {
  /** How long a request may take to come in while others wait for the memory that it holds. */
  private static final long SCARCE_FRAME_NANOS = 10_000_000_000L;

  private final ClientConnection connection;
  private final long maxIdleNanos;
  private long movements;
  private long movedNanos;
  private long frameInWant = -1;
  private long frameNanos;

  Watch(ClientConnection connection, long maxIdleNanos, long nowNanos) {
    this.connection = connection;
    this.maxIdleNanos = maxIdleNanos;
    movedNanos = nowNanos;
  }

  /**
   * Looks again, and ends the connection if it must not go on.
   *
   * @param memoryScarce whether somebody waits for memory
   */
  void look(long nowNanos, boolean memoryScarce) {
    long movementsNow = connection.movements();
    if (movementsNow != movements || connection.isOwing()) {
      movements = movementsNow;
      movedNanos = nowNanos;
    } else if (nowNanos - movedNanos >= maxIdleNanos) {
      connection.endIdle();
    }
    long frameNow = connection.frameInWant();
    if (frameNow != frameInWant || !memoryScarce) {
      frameInWant = frameNow;
      frameNanos = nowNanos;
    } else if (frameNow >= 0 && nowNanos - frameNanos >= SCARCE_FRAME_NANOS) {
      connection.end(
          "one of its requests has been incomplete for long, and others need the memory");
    }
  }
}
