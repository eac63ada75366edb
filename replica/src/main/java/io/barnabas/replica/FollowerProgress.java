package io.barnabas.replica;

/** How far a follower is, as its leader knows it. Used under the replica's lock. */
final class FollowerProgress {
  private static final long UNKNOWN = -1;

  private LogBounds bounds = new LogBounds(UNKNOWN, UNKNOWN);
  private long brokerEpoch = UNKNOWN;
  private long lastFetchNanos;
  private long leaderEndThen = UNKNOWN;
  private long caughtUpNanos;

  /** Whether it has all that the leader has, as far as is known. */
  private boolean atEnd;

  /** Whether there were records in the answer to what it asked for last. */
  private boolean sent;

  /** Counts as caught up until it has had the time to show it. */
  FollowerProgress(long nowNanos) {
    caughtUpNanos = nowNanos;
    lastFetchNanos = nowNanos;
  }

  /** All below it is on the follower's disk; -1 as long as it has not fetched. */
  long flushedEnd() {
    return bounds.end();
  }

  /** Whether a reader may begin at an offset there. */
  boolean has(long offset) {
    return bounds.have(offset);
  }

  /** What it last proved itself with; -1 if it never did. */
  long brokerEpoch() {
    return brokerEpoch;
  }

  /**
   * Before {@link #fetched}: whether it asks again for what it was sent before.
   *
   * @param answered whether it gets records now
   */
  boolean asksAgain(long offset, boolean answered) {
    boolean again = sent && offset == flushedEnd();
    sent = answered;
    return again;
  }

  void fetched(LogBounds log, long epoch, long leaderEnd, long nowNanos) {
    long offset = log.end();
    if (atEnd || offset >= leaderEnd) {
      caughtUpNanos = nowNanos;
    } else if (leaderEndThen != UNKNOWN
        && offset >= leaderEndThen
        && lastFetchNanos - caughtUpNanos > 0) {
      // It now has all that was there when it asked last.
      caughtUpNanos = lastFetchNanos;
    }
    atEnd = offset >= leaderEnd;
    bounds = log;
    brokerEpoch = epoch;
    leaderEndThen = leaderEnd;
    lastFetchNanos = nowNanos;
  }

  /** The leader now has more. One that had all, and so had nothing to say, was in time till now. */
  void leaderAppended(long nowNanos) {
    if (atEnd) {
      atEnd = false;
      caughtUpNanos = nowNanos;
    }
  }

  /** Whether it had all that the leader has at some time not longer ago than the lag. */
  boolean isCaughtUp(long leaderEnd, long nowNanos, long lagNanos) {
    return bounds.end() == leaderEnd || nowNanos - caughtUpNanos <= lagNanos;
  }
}
