package io.barnabas.log.inspect;

/** An entry of one of a segment's indexes. Offsets are those of the log. */
public sealed interface IndexEntry {
  /** Where in the index's file it begins. */
  long at();

  /**
   * Of an {@code .index}.
   *
   * @param offset the last one of a batch
   * @param position where the batch begins in the segment's file
   */
  record OfOffset(long at, long offset, long position) implements IndexEntry {}

  /**
   * Of a {@code .timeindex}: no record up to this offset's batch has a later timestamp.
   *
   * @param offset of a batch that has that timestamp
   */
  record OfTime(long at, long timestampMs, long offset) implements IndexEntry {}

  /** Of a {@code .txnindex}: a transaction that was aborted. */
  record OfAborted(
      long at, long producerId, long firstOffset, long lastOffset, long lastStableOffset)
      implements IndexEntry {}
}
