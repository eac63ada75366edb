package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/** Finds records by their timestamps. */
final class TimeSearch {
  private TimeSearch() {}

  /** The first record at or above an offset whose timestamp is not below another. */
  static Optional<OffsetAndTimestamp> first(List<Segment> segments, long from, long timestampMs)
      throws IOException {
    for (Segment segment : segments) {
      if (segment.maxTimestamp() < timestampMs || !segment.hold()) {
        continue;
      }
      try {
        Optional<OffsetAndTimestamp> found = inSegment(segment, from, timestampMs);
        if (found.isPresent()) {
          return found;
        }
      } finally {
        segment.release();
      }
    }
    return Optional.empty();
  }

  /** The first record with the greatest timestamp from one offset on and below another. */
  static OffsetAndTimestamp greatest(List<Segment> segments, long from, long below)
      throws IOException {
    OffsetAndTimestamp found = new OffsetAndTimestamp(-1, -1, Optional.empty());
    for (Segment segment : segments) {
      if (segment.maxTimestamp() > found.timestampMs() && segment.hold()) {
        try {
          found = greatestIn(segment, from, below, found);
        } finally {
          segment.release();
        }
      }
    }
    return found;
  }

  private static OffsetAndTimestamp greatestIn(
      Segment segment, long from, long below, OffsetAndTimestamp before) throws IOException {
    long max = segment.maxTimestamp();
    Optional<OffsetAndTimestamp> likely = inSegment(segment, from, max);
    if (likely.isPresent() && likely.get().offset() < below) {
      return likely.get();
    }
    // The greatest is out of bounds: only looking at every batch tells the next one.
    OffsetAndTimestamp found = before;
    BatchCursor cursor = segment.find(Math.max(segment.baseOffset, from), segment.size());
    boolean more = cursor != null;
    while (more && cursor != null && cursor.baseOffset() < below) {
      if (cursor.maxTimestamp() > found.timestampMs()) {
        for (RecordBatch batch : batches(cursor)) {
          for (Record record : batch) {
            if (record.timestamp() > found.timestampMs()
                && record.offset() >= from
                && record.offset() < below) {
              found = new OffsetAndTimestamp(record.offset(), record.timestamp(), epoch(batch));
            }
          }
        }
      }
      more = cursor.advance();
    }
    return found;
  }

  private static Iterable<? extends RecordBatch> batches(BatchCursor cursor) throws IOException {
    ByteBuffer whole = cursor.whole();
    return whole == null
        ? List.of()
        : MemoryRecords.readableRecords(whole.slice(cursor.at(), cursor.size())).batches();
  }

  private static Optional<OffsetAndTimestamp> inSegment(
      Segment segment, long from, long timestampMs) throws IOException {
    long start = segment.baseOffset + segment.timeIndex.offsetBefore(timestampMs);
    BatchCursor cursor = segment.find(Math.max(start, from), segment.size());
    boolean more = cursor != null;
    while (more && cursor != null) {
      if (cursor.maxTimestamp() >= timestampMs) {
        for (RecordBatch batch : batches(cursor)) {
          for (Record record : batch) {
            if (record.timestamp() >= timestampMs && record.offset() >= from) {
              return Optional.of(
                  new OffsetAndTimestamp(record.offset(), record.timestamp(), epoch(batch)));
            }
          }
        }
      }
      more = cursor.advance();
    }
    return Optional.empty();
  }

  private static Optional<Integer> epoch(RecordBatch batch) {
    int epoch = batch.partitionLeaderEpoch();
    return epoch < 0 ? Optional.empty() : Optional.of(epoch);
  }
}
