package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts a log once: learns where the newest record of each key is that was written since the
 * last time, as far as there is room for keys, and writes all segments up to there anew, without
 * the records that have newer ones.
 */
final class CleaningPass {
  private static final Logger LOG = LoggerFactory.getLogger(CleaningPass.class);

  /** What the records of one batch may take in memory, however small the heap. */
  private static final long LEAST_BATCH_BYTES = 16 << 20;

  private final LogCore core;
  private final LogCompaction compaction;
  private final CleanerOptions options;
  private final SegmentReader reader;
  private final BufferSupplier buffers = BufferSupplier.create();
  private final long cuts;
  private final LogConfig config;

  private CleaningPass(
      LogCore core, LogCompaction compaction, CleanerOptions options, CleanerPace pace) {
    this.core = core;
    this.compaction = compaction;
    this.options = options;
    reader = new SegmentReader(core, pace);
    cuts = compaction.cuts();
    config = core.config;
  }

  /**
   * Compacts what can be.
   *
   * @return whether there was anything that could
   */
  static boolean run(
      LogCore core, LogCompaction compaction, CleanerOptions options, CleanerPace pace)
      throws IOException, CleaningAbortedException, UncleanableException {
    return new CleaningPass(core, compaction, options, pace).run();
  }

  private boolean run() throws IOException, CleaningAbortedException, UncleanableException {
    Cleanable cleanable = compaction.cleanable();
    long durable = compaction.makeDurable();
    LogState state = core.state;
    // A marker that a crash or a leader may still take back has decided nothing.
    long kept = Math.min(durable, compaction.replicatedEnd());
    Transactions transactions = Transactions.read(reader, state.segments(), kept);
    long limit = Math.min(Math.min(cleanable.upTo(), kept), transactions.firstUndecided());
    long upTo = Cleanable.segmentAt(state, limit);
    if (limit < state.segments().getFirst().baseOffset || upTo <= cleanable.firstDirty()) {
      return false;
    }
    OffsetMap newest = newest(state, cleanable.firstDirty(), upTo, transactions);
    long end = newest.latestOffset() + 1;
    if (end <= cleanable.firstDirty()) {
      throw new UncleanableException(
          "The keys of one batch at offset %d do not fit into log.cleaner.dedupe.buffer.size"
              .formatted(end),
          null);
    }
    rewrite(state, newest, end, transactions);
    compaction.compacted(end, cuts);
    return true;
  }

  /** Where the newest records are, from one offset on and below another. */
  private OffsetMap newest(LogState state, long from, long upTo, Transactions transactions)
      throws IOException, CleaningAbortedException, UncleanableException {
    OffsetMap map =
        OffsetMap.of(options.dedupeBufferBytes(), options.loadFactor(), upTo - from, from);
    CleanedTransactions seen = new CleanedTransactions(transactions.abortedFrom(from));
    boolean room = true;
    for (int i = state.indexOf(from); room && state.segments().get(i).baseOffset < upTo; i++) {
      Segment segment = state.segments().get(i);
      boolean[] full = new boolean[1];
      reader.batches(
          segment,
          (batch, last) -> {
            full[0] = !takeKeys(segment, batch, from, map, seen);
            return !full[0];
          });
      room = !full[0];
      if (room) {
        map.updateLatestOffset(state.segments().get(i + 1).baseOffset - 1);
      }
    }
    return map;
  }

  /** Whether there was room for a batch's keys. */
  private boolean takeKeys(
      Segment segment, ByteBuffer batch, long from, OffsetMap map, CleanedTransactions seen)
      throws UncleanableException {
    try {
      boolean room = true;
      for (RecordBatch one : MemoryRecords.readableRecords(batch).batches()) {
        if (one.isControlBatch()) {
          seen.endsNothing(one);
        } else if (!seen.isAborted(one)) {
          room = room && takeKeys(one, from, map);
        }
        if (room && one.lastOffset() >= from) {
          map.updateLatestOffset(one.lastOffset());
        }
      }
      return room;
    } catch (RuntimeException e) {
      // Decompressors and what reads records fail with whatever they like.
      throw new UncleanableException(
          "%s has a batch at offset %d of which the records cannot be read"
              .formatted(segment.path(".log"), BatchFormat.baseOffset(batch, 0)),
          e);
    }
  }

  private boolean takeKeys(RecordBatch batch, long from, OffsetMap map) {
    try (CloseableIterator<Record> records = batch.streamingIterator(buffers)) {
      boolean room = true;
      while (room && records.hasNext()) {
        Record record = records.next();
        if (record.hasKey() && record.offset() >= from) {
          room = map.put(record.key(), record.offset());
        }
      }
      return room;
    }
  }

  private void rewrite(LogState state, OffsetMap newest, long end, Transactions transactions)
      throws IOException, CleaningAbortedException, UncleanableException {
    CleanedBatches batches =
        new CleanedBatches(
            newest,
            new CleanedTransactions(transactions.aborted()),
            config,
            core.nowMs(),
            Math.max(LEAST_BATCH_BYTES, options.dedupeBufferBytes()));
    long before = 0;
    long after = 0;
    for (List<Segment> group : groups(state, end)) {
      Segment cleaned = SegmentRewriter.rewrite(core, reader, batches, group);
      boolean done = false;
      try {
        compaction.exchange(group, cleaned, cuts);
        done = true;
      } finally {
        if (!done && core.state.segments().stream().noneMatch(s -> s == cleaned)) {
          SegmentRewriter.discard(core, cleaned);
        }
      }
      before += group.stream().mapToLong(Segment::size).sum();
      after += cleaned.size();
    }
    LOG.info(
        "{} is compacted below offset {}, from {} to {} bytes",
        core.id.topicPartition(),
        end,
        before,
        after);
  }

  /**
   * The segments below an offset in groups of which each fits into one, by its size, the size of
   * its indexes and its offsets.
   */
  private List<List<Segment>> groups(LogState state, long end) {
    List<List<Segment>> groups = new ArrayList<>();
    List<Segment> group = new ArrayList<>();
    long bytes = 0;
    long offsetEntries = 0;
    long timeEntries = 0;
    for (int i = 0; state.segments().get(i).baseOffset < end; i++) {
      Segment segment = state.segments().get(i);
      bytes += segment.size();
      offsetEntries += segment.offsetIndex.count();
      timeEntries += segment.timeIndex.count();
      long lastOffset = state.segments().get(i + 1).baseOffset - 1;
      boolean fits =
          bytes <= config.segmentBytes()
              && offsetEntries * OffsetIndex.ENTRY_BYTES <= config.segmentIndexBytes()
              && timeEntries * TimeIndex.ENTRY_BYTES <= config.segmentIndexBytes();
      if (!group.isEmpty()
          && (!fits || lastOffset - group.getFirst().baseOffset > Integer.MAX_VALUE)) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = segment.size();
        offsetEntries = segment.offsetIndex.count();
        timeEntries = segment.timeIndex.count();
      }
      group.add(segment);
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    groups.removeIf(one -> one.stream().allMatch(segment -> segment.size() == 0));
    return groups;
  }
}
