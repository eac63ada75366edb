package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;

/** Checks batches and writes them to a log's end. */
final class LogAppender {
  private final LogCore core;
  private final LogFlushes flushes;

  LogAppender(LogCore core, LogFlushes flushes) {
    this.core = core;
    this.flushes = flushes;
  }

  /** As {@link PartitionLog#append}. */
  Appended append(ByteBuffer batches, AppendContext context) throws IOException {
    LogConfig settings = core.config;
    long nowMs = core.nowMs();
    new BatchValidator(core.id.topicPartition(), settings, context.origin(), nowMs)
        .validate(batches);
    return context.origin() == Origin.FOLLOWER
        ? append(batches, context, settings, nowMs)
        : append(
            Recompression.apply(batches, settings, core.id.topicPartition()),
            context,
            settings,
            nowMs);
  }

  private Appended append(ByteBuffer batches, AppendContext context, LogConfig settings, long nowMs)
      throws IOException {
    Appended appended;
    boolean mustFlush;
    core.lock.lock();
    try {
      core.checkUsable();
      core.checkEpoch(context.leaderEpoch());
      Appended duplicate = checkProducers(batches, context.origin());
      if (duplicate != null) {
        return duplicate;
      }
      appended = write(batches, context, settings, nowMs);
      mustFlush = flushes.mustFlush(appended.lastOffset() + 1);
    } finally {
      core.lock.unlock();
    }
    flushes.appended(mustFlush);
    return appended;
  }

  private @Nullable Appended checkProducers(ByteBuffer batches, Origin origin) {
    if (origin == Origin.FOLLOWER) {
      return null;
    }
    boolean client = origin == Origin.CLIENT;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      if (batches.getLong(at + BatchFormat.PRODUCER_ID) < 0) {
        continue;
      }
      ProducerStates.Written old = client ? core.producers.duplicateOf(batches, at) : null;
      if (old != null) {
        long start = core.state.startOffset();
        return new Appended(old.firstOffset(), old.lastOffset(), -1, start, true);
      }
      core.producers.check(batches, at, client);
    }
    return null;
  }

  private Appended write(ByteBuffer batches, AppendContext context, LogConfig settings, long nowMs)
      throws IOException {
    LogState old = core.state;
    boolean follower = context.origin() == Origin.FOLLOWER;
    boolean stamp = !follower && settings.logAppendTime();
    long first = follower ? batches.getLong(batches.position()) : old.endOffset();
    long next =
        follower
            ? endOfFetched(batches, old.endOffset(), context.leaderEpoch())
            : assign(batches, old.endOffset(), context.leaderEpoch(), stamp, nowMs);
    try {
      core.directory.room().take(batches.remaining());
      if (mustRoll(old, batches, next, settings, nowMs)) {
        core.roll(nowMs);
        core.directory.later(0, core.log::seal);
      }
      LogState now = core.state;
      now.active().append(batches, settings.indexIntervalBytes());
      int end = batches.limit();
      for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
        core.producers.note(batches, at, nowMs);
        core.epochs.assign(
            batches.getInt(at + BatchFormat.LEADER_EPOCH), BatchFormat.baseOffset(batches, at));
      }
      core.state = new LogState(now.segments(), now.startOffset(), next, now.active().size());
    } catch (NotWrittenException e) {
      throw new KafkaStorageException(e.getMessage(), e);
    } catch (IOException e) {
      throw core.directory.fail(e);
    }
    return new Appended(first, next - 1, stamp ? nowMs : -1, old.startOffset(), false);
  }

  /** Gives the batches their offsets; the result is the log's end then. */
  private static long assign(
      ByteBuffer batches, long firstOffset, int leaderEpoch, boolean stamp, long nowMs) {
    long next = firstOffset;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      batches.putLong(at, next);
      batches.putInt(at + BatchFormat.LEADER_EPOCH, leaderEpoch);
      if (stamp) {
        int attributes = BatchFormat.attributes(batches, at) | BatchFormat.LOG_APPEND_TIME;
        batches.putShort(at + BatchFormat.ATTRIBUTES, (short) attributes);
        batches.putLong(at + BatchFormat.MAX_TIMESTAMP, nowMs);
        batches.putInt(at + BatchFormat.CRC, BatchFormat.crc(batches, at));
      }
      next = BatchFormat.lastOffset(batches, at) + 1;
    }
    return next;
  }

  private long endOfFetched(ByteBuffer batches, long logEnd, int leaderEpoch) {
    long next = logEnd;
    int newest = core.epochs.latest();
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      if (BatchFormat.baseOffset(batches, at) < next) {
        throw new OffsetOutOfRangeException(
            "Offset %d of a fetched batch is below the log end %d of %s"
                .formatted(BatchFormat.baseOffset(batches, at), next, core.id));
      }
      int epoch = batches.getInt(at + BatchFormat.LEADER_EPOCH);
      if (epoch < newest || epoch > leaderEpoch) {
        throw new CorruptRecordException(
            "A fetched batch of %s is of leader epoch %d, after %d and from a leader of %d"
                .formatted(core.id, epoch, newest, leaderEpoch));
      }
      newest = epoch;
      next = BatchFormat.lastOffset(batches, at) + 1;
    }
    return next;
  }

  private boolean mustRoll(
      LogState state, ByteBuffer batches, long nextOffset, LogConfig settings, long nowMs) {
    Segment active = state.active();
    if (active.size() == 0) {
      // Offsets in the indexes are relative to the segment's, in 31 bits.
      return nextOffset - 1 - active.baseOffset > Integer.MAX_VALUE;
    }
    // By the records' own times where they have any, so that old data being copied stays together.
    long age =
        active.firstTimestamp() >= 0
            ? greatestTimestamp(batches) - active.firstTimestamp()
            : nowMs - active.createdMs();
    return active.size() > settings.segmentBytes() - batches.remaining()
        || age > mostAgeMs(active, settings)
        || (active.offsetIndex.count() + 1L) * OffsetIndex.ENTRY_BYTES
            >= settings.segmentIndexBytes()
        || (active.timeIndex.count() + 1L) * TimeIndex.ENTRY_BYTES >= settings.segmentIndexBytes()
        || nextOffset - 1 - active.baseOffset > Integer.MAX_VALUE;
  }

  /**
   * How old a segment gets: less than the settings say by a part of segment.jitter.ms, another one
   * for each, so that not all begin a new one at once.
   */
  private long mostAgeMs(Segment segment, LogConfig settings) {
    long most = settings.maxSegmentMs();
    long jitter = Math.min(settings.segmentJitterMs(), most);
    long spread = (31L * core.id.hashCode() + segment.baseOffset) * 0x9E3779B97F4A7C15L;
    return jitter <= 0 ? most : most - (spread >>> 1) % jitter;
  }

  private static long greatestTimestamp(ByteBuffer batches) {
    long greatest = -1;
    int end = batches.limit();
    for (int at = batches.position(); at < end; at += BatchFormat.size(batches, at)) {
      greatest = Math.max(greatest, batches.getLong(at + BatchFormat.MAX_TIMESTAMP));
    }
    return greatest;
  }
}
