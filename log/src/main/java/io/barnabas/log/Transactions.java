package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

/**
 * What became of the transactions of a log, as its batches tell.
 *
 * @param aborted those that were aborted, in the order of their first offsets
 * @param firstUndecided the first offset of one that nothing is known of; Long.MAX_VALUE if there
 *     is none
 */
record Transactions(List<Aborted> aborted, long firstUndecided) {
  /**
   * One that was aborted.
   *
   * @param firstOffset of the first of its batches that is there
   * @param lastOffset of its marker
   */
  record Aborted(long producerId, long firstOffset, long lastOffset) {}

  /** Those whose markers are not below an offset. */
  List<Aborted> abortedFrom(long offset) {
    return aborted.stream().filter(one -> one.lastOffset >= offset).toList();
  }

  /**
   * Reads the headers of all batches.
   *
   * @param below what is decided above this offset does not count: it may be cut away
   */
  static Transactions read(SegmentReader reader, List<Segment> segments, long below)
      throws IOException, CleaningAbortedException, UncleanableException {
    Map<Long, Long> open = new HashMap<>();
    List<Aborted> aborted = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.baseOffset < below) {
        reader.headers(
            segment,
            batch -> {
              if (batch.lastOffset() < below) {
                note(batch, open, aborted);
              }
            });
      }
    }
    aborted.sort(Comparator.comparingLong(Aborted::firstOffset));
    long undecided = open.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
    return new Transactions(List.copyOf(aborted), undecided);
  }

  private static void note(BatchCursor batch, Map<Long, Long> open, List<Aborted> aborted)
      throws IOException, UncleanableException {
    int attributes = BatchFormat.attributes(batch.header(), batch.at());
    long producerId = batch.header().getLong(batch.at() + BatchFormat.PRODUCER_ID);
    if ((attributes & BatchFormat.TRANSACTIONAL) == 0) {
      return;
    }
    if ((attributes & BatchFormat.CONTROL) == 0) {
      open.putIfAbsent(producerId, batch.baseOffset());
      return;
    }
    Long first = open.remove(producerId);
    if (first != null && isAbort(batch)) {
      aborted.add(new Aborted(producerId, first, batch.lastOffset()));
    }
  }

  private static boolean isAbort(BatchCursor batch) throws IOException, UncleanableException {
    ByteBuffer whole = batch.whole();
    if (whole == null || !BatchFormat.crcHolds(whole, batch.at())) {
      throw new UncleanableException(
          "The marker at offset %d does not match its checksum".formatted(batch.baseOffset()),
          null);
    }
    Iterator<Record> records =
        MemoryRecords.readableRecords(whole.slice(batch.at(), batch.size())).records().iterator();
    return records.hasNext()
        && ControlRecordType.parse(records.next().key()) == ControlRecordType.ABORT;
  }
}
