package io.barnabas.quorum.ratis;

import java.util.concurrent.TimeUnit;

/**
 * Notices that the disk of the node that leads hangs. Ratis commits nothing that is not on the
 * leader's own disk, however many others have it, and the others hear from the leader all the
 * while: nothing would be decided until that disk answers. For one thread.
 */
final class LeaderDisk {
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

  private boolean waits;
  private long flushedIndex;
  private long sinceNanos;

  /**
   * Whether nothing has come to the disk for long although something is to. Says so once, and again
   * each time that it has gone on for as long.
   *
   * @param flushed the index of the last entry that is on the disk
   * @param last the index of the last entry that is to be there
   */
  boolean hangs(long flushed, long last, long nowNanos) {
    if (flushed >= last) {
      waits = false;
      return false;
    }
    if (!waits || flushed != flushedIndex) {
      waits = true;
      flushedIndex = flushed;
      sinceNanos = nowNanos;
      return false;
    }
    if (nowNanos - sinceNanos < PATIENCE_NANOS) {
      return false;
    }
    sinceNanos = nowNanos;
    return true;
  }

  /** This node does not lead. */
  void forget() {
    waits = false;
  }
}
