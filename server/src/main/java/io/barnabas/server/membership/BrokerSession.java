package io.barnabas.server.membership;

import java.util.OptionalLong;

/**
 * What the active controller has heard of one incarnation of a broker, and when that has been too
 * long ago. Not thread-safe.
 */
final class BrokerSession {
  private final long epoch;
  private final long beganNanos;
  private final long timeoutNanos;
  private long dueNanos;
  private long deadlineNanos;
  private OptionalLong connection = OptionalLong.empty();
  private String cause;
  private boolean heard;

  /**
   * Begins.
   *
   * @param epoch that of the broker's registration
   * @param timeoutNanos how long nothing need be heard
   * @param silence why it ends if nothing is
   */
  BrokerSession(long epoch, long nowNanos, long timeoutNanos, String silence) {
    this.epoch = epoch;
    this.timeoutNanos = timeoutNanos;
    beganNanos = nowNanos;
    cause = silence;
    endAt(nowNanos + timeoutNanos);
  }

  private void endAt(long nanos) {
    dueNanos = nanos;
    deadlineNanos = nanos;
  }

  long epoch() {
    return epoch;
  }

  /** When it ends. */
  long deadlineNanos() {
    return deadlineNanos;
  }

  boolean hasEnded(long nowNanos) {
    return deadlineNanos - nowNanos <= 0;
  }

  /** Why it ends. */
  String cause() {
    return cause;
  }

  /** Whether the broker has said anything in it. */
  boolean isHeard() {
    return heard;
  }

  /** Whether the broker has said nothing for so long since it began. */
  boolean isSilentFor(long nanos, long nowNanos) {
    return !heard && nowNanos - beganNanos >= nanos;
  }

  /**
   * The broker is there.
   *
   * @param by the connection that it was heard by; empty if it is this node
   * @param silence why it ends if nothing is heard any more
   */
  void hear(OptionalLong by, long nowNanos, String silence) {
    connection = by;
    heard = true;
    cause = silence;
    endAt(nowNanos + timeoutNanos);
  }

  /** Whether the broker was last heard by this connection. */
  boolean isBy(long connectionId) {
    return connection.isPresent() && connection.getAsLong() == connectionId;
  }

  /** Ends then for this reason, or earlier for another. Whether that is news. */
  boolean endBy(long nanos, String reason) {
    if (deadlineNanos - nanos <= 0) {
      return false;
    }
    cause = reason;
    endAt(nanos);
    return true;
  }

  /**
   * Does not end before then, as what was heard may not have been read yet; but not for ever: all
   * that it is put off is at most one more time-out, or a node whose threads are always late would
   * never notice that a broker is gone.
   */
  void putOff(long untilNanos) {
    long latest = dueNanos + timeoutNanos;
    long end = untilNanos - latest < 0 ? untilNanos : latest;
    if (end - deadlineNanos > 0) {
      deadlineNanos = end;
    }
  }

  /** Ends anew then, as nobody could be told of its end. */
  void endAgain(long nanos) {
    endAt(nanos);
  }
}
