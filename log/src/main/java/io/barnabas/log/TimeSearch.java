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

  private static Optional<OffsetAndTimestamp> inSegment(
      Segment segment, long from, long timestampMs) throws IOException {
    long start = segment.baseOffset + segment.timeIndex.offsetBefore(timestampMs);
    BatchCursor cursor = segment.find(Math.max(start, from), segment.size());
    boolean more = cursor != null;
    while (more && cursor != null) {
      ByteBuffer whole = cursor.maxTimestamp() >= timestampMs ? cursor.whole() : null;
      if (whole != null) {
        MemoryRecords records =
            MemoryRecords.readableRecords(whole.slice(cursor.at(), cursor.size()));
        for (RecordBatch batch : records.batches()) {
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
