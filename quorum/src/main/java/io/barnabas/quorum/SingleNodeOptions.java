package io.barnabas.quorum;

/**
 * How a {@link SingleNodeQuorum} keeps its log.
 *
 * @param snapshotAfterBytes a snapshot is taken, and the log begun anew, once the log is longer
 *     than this and than the last snapshot
 * @param maxEntryBytes a longer entry is refused
 * @param maxQueuedEntries while so many wait, another one is refused
 */
public record SingleNodeOptions(long snapshotAfterBytes, int maxEntryBytes, int maxQueuedEntries) {
  /** All that wait are written together. */
  private static final long MAX_FRAME_BYTES = 1 << 30;

  /** All must be positive, and all that may wait at most 1 GiB. */
  public SingleNodeOptions {
    if ((long) maxEntryBytes * maxQueuedEntries > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException("More than 1 GiB may wait");
    }
    if (snapshotAfterBytes <= 0 || maxEntryBytes <= 0 || maxQueuedEntries <= 0) {
      throw new IllegalArgumentException(
          "Not positive: %d, %d or %d"
              .formatted(snapshotAfterBytes, maxEntryBytes, maxQueuedEntries));
    }
  }

  /** 8 MiB each, and 16 entries. */
  public static SingleNodeOptions defaults() {
    return new SingleNodeOptions(8 << 20, 8 << 20, 16);
  }
}
