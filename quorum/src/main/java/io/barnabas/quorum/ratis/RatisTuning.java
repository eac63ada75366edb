package io.barnabas.quorum.ratis;

/**
 * Bounds and times of a quorum; the same on all nodes.
 *
 * @param electionTimeoutMinMs a leader sends a heartbeat after half of this
 * @param electionTimeoutMaxMs a voter that hears nothing for a random time up to this asks for
 *     votes
 * @param snapshotAfterEntries Raft entries, of which there are about two for each one proposed
 * @param snapshotAfterBytes of entries since the last snapshot, if that comes first
 * @param keptEntries so many Raft entries before a snapshot are kept for followers that lag behind
 * @param maxEntryBytes a longer entry is refused; as much memory is kept for writing
 */
public record RatisTuning(
    int electionTimeoutMinMs,
    int electionTimeoutMaxMs,
    int snapshotAfterEntries,
    int snapshotAfterBytes,
    int keptEntries,
    int maxEntryBytes) {
  /** All must be positive, and the times a range. */
  public RatisTuning {
    if (electionTimeoutMinMs < 20 || electionTimeoutMaxMs < electionTimeoutMinMs) {
      throw new IllegalArgumentException(
          "An election time-out of %d to %d ms"
              .formatted(electionTimeoutMinMs, electionTimeoutMaxMs));
    }
    if (snapshotAfterEntries <= 0
        || snapshotAfterBytes <= 0
        || keptEntries < 0
        || maxEntryBytes <= 0) {
      throw new IllegalArgumentException(
          "%d, %d, %d or %d"
              .formatted(snapshotAfterEntries, snapshotAfterBytes, keptEntries, maxEntryBytes));
    }
  }

  /**
   * 250 to 500 ms, a snapshot every 20,000 Raft entries or, as Kafka does, 20 MiB of them, entries
   * of up to 8 MiB.
   */
  public static RatisTuning defaults() {
    return new RatisTuning(250, 500, 20_000, 20 << 20, 2_000, 8 << 20);
  }
}
