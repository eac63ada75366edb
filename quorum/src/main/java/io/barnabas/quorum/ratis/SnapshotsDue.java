package io.barnabas.quorum.ratis;

/**
 * When a snapshot is due by how many bytes were applied since the last one. For the thread that
 * applies, but for {@link #answered}.
 */
final class SnapshotsDue {
  private final int afterBytes;
  private long unsavedBytes;
  private long dueBytes;
  private volatile boolean asked;

  SnapshotsDue(int afterBytes) {
    this.afterBytes = afterBytes;
    dueBytes = afterBytes;
  }

  /** Whether to ask for a snapshot now, which is to be {@link #answered}. */
  boolean applied(int bytes) {
    unsavedBytes += bytes;
    if (asked || unsavedBytes < dueBytes) {
      return false;
    }
    asked = true;
    // If nothing comes of it, it is asked for again; not at every entry.
    dueBytes = unsavedBytes + afterBytes / 4;
    return true;
  }

  /** There is one with all that was applied. */
  void taken() {
    unsavedBytes = 0;
    dueBytes = afterBytes;
  }

  /** What was asked for is there, or will not come. */
  void answered() {
    asked = false;
  }
}
