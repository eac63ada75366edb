package io.barnabas.replica;

import io.barnabas.log.AppendContext;
import io.barnabas.log.EpochEnd;
import io.barnabas.log.LogView;
import io.barnabas.log.Origin;
import io.barnabas.log.PartitionLog;
import io.barnabas.replica.LeaderFetch.Fetched;
import io.barnabas.replica.LeaderFetch.Wanted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.record.internal.Records;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition as it is followed in one leader epoch. Used by its fetcher's thread. */
final class FollowedPartition {
  private static final Logger LOG = LoggerFactory.getLogger(FollowedPartition.class);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int MOST_DOUBLINGS = 6;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int HEADER_BYTES = 61;

  private final Replica replica;
  private final PartitionLog log;
  private final int leaderEpoch;
  private long leaderStart;
  private boolean caughtUp;
  private int failures;
  private long notBeforeNanos;

  // While it cannot be followed.
  private String trouble = "";
  private long badSinceNanos;
  private boolean told;

  FollowedPartition(Replica replica, int leaderEpoch, long nowNanos) {
    this.replica = replica;
    this.log = replica.log();
    this.leaderEpoch = leaderEpoch;
    notBeforeNanos = nowNanos;
  }

  TopicIdPartition id() {
    return log.id();
  }

  PartitionLog log() {
    return log;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  /** When it may be fetched again. */
  long notBeforeNanos() {
    return notBeforeNanos;
  }

  /** Whether it is to wait because enough is copied already, and nobody waits for it. */
  boolean isHeldBack() {
    return !caughtUp && replica.isFetchHeldBack();
  }

  /** Whether it may have to. */
  boolean isThrottled() {
    return replica.isFetchThrottled();
  }

  /** Whether the last answer was good. */
  boolean isGood() {
    return failures == 0;
  }

  /** Why it cannot be followed. */
  String trouble() {
    return trouble;
  }

  /** For how long it could not be followed. */
  long badNanos(long nowNanos) {
    return nowNanos - badSinceNanos;
  }

  /** Whether it has been told that it cannot be followed. */
  boolean isTold() {
    return told;
  }

  /** It has been told. */
  void told() {
    told = true;
  }

  /** What to fetch; all that the log has is on disk. */
  Wanted wanted() {
    raiseStart();
    // The thread that forced the log may not have told the replica yet.
    replica.replication().advance();
    LogView view = log.view();
    return new Wanted(
        id(),
        leaderEpoch,
        view.logEndOffset(),
        log.latestEpoch().value(),
        view.logStartOffset(),
        replica.highWatermark());
  }

  /** As far as the log is on disk. */
  private void raiseStart() {
    LogView view = log.view();
    if (leaderStart > view.logStartOffset() && leaderStart <= view.flushedEndOffset()) {
      try {
        log.raiseStart(leaderStart);
      } catch (ApiException e) {
        LOG.warn("The start of {} cannot be raised to {}: {}", id(), leaderStart, e.getMessage());
      }
    }
  }

  /** Takes what its leader answered. */
  void take(Fetched fetched, long nowNanos) {
    try {
      switch (fetched.error()) {
        case NONE -> takeGood(fetched);
        case OFFSET_OUT_OF_RANGE -> startAnew(fetched.logStartOffset());
        default -> throw fetched.error().exception();
      }
      failures = 0;
      told = false;
    } catch (ApiException e) {
      // Perhaps the leadership is over here or there, or has not begun; the image will tell.
      pause(e, nowNanos);
    } catch (IOException e) {
      LOG.error("{} cannot be followed: its data directory has failed", id(), e);
      pause(e, nowNanos);
    }
  }

  private void pause(Exception reason, long nowNanos) {
    trouble = String.valueOf(reason.getMessage());
    if (failures == 0) {
      badSinceNanos = nowNanos;
    }
    notBeforeNanos = nowNanos + (FIRST_PAUSE_NANOS << Math.min(failures++, MOST_DOUBLINGS));
  }

  private void takeGood(Fetched fetched) throws IOException {
    if (fetched.divergingEpoch().isPresent()) {
      cutTo(fetched.divergingEpoch().get());
      return;
    }
    replica.fetched(fetched.records().remaining());
    append(wholeBatches(fetched.records()));
    if (fetched.highWatermark() >= 0) {
      caughtUp = log.view().logEndOffset() >= fetched.highWatermark();
      replica.replication().followed(leaderEpoch, fetched.highWatermark());
    }
    leaderStart = Math.max(leaderStart, fetched.logStartOffset());
  }

  /** The log and the leader's part where the last epoch ends that both have. */
  private void cutTo(EpochEnd leaders) throws IOException {
    long before = log.view().logEndOffset();
    EpochEnd own = log.endOffsetForEpoch(leaders.epoch());
    long end = own.endOffset() < 0 ? before : own.endOffset();
    long common = Math.min(leaders.endOffset(), end);
    log.truncateTo(common, leaderEpoch);
    replica.replication().cutBack();
    long after = log.view().logEndOffset();
    LOG.info("{} is cut from {} to {}: its leader never had the rest", id(), before, after);
    if (after >= before) {
      throw new KafkaStorageException(
          "The logs of %s part at %s, and nothing can be cut of one that ends at %d in epoch %d"
              .formatted(id(), leaders, before, log.latestEpoch().value()));
    }
  }

  /** The leader no longer has what would come next. */
  private void startAnew(long start) throws IOException {
    LogView view = log.view();
    boolean empty = view.logEndOffset() == view.logStartOffset();
    if (start < 0 || (start <= view.logEndOffset() && !empty)) {
      throw new OffsetOutOfRangeException(
          "The leader does not have %s at %d, and begins at %d"
              .formatted(id(), view.logEndOffset(), start));
    }
    LOG.info("{} ends at {} and begins anew at {}", id(), view.logEndOffset(), start);
    restartAt(start);
  }

  private void restartAt(long offset) throws IOException {
    log.truncateFullyAndStartAt(offset, leaderEpoch);
    replica.replication().cutBack();
  }

  private static ByteBuffer wholeBatches(ByteBuffer records) {
    int at = records.position();
    while (records.limit() - at >= HEADER_BYTES) {
      long size = (long) records.getInt(at + Records.SIZE_OFFSET) + Records.LOG_OVERHEAD;
      if (size > records.limit() - at) {
        break;
      }
      // Less than a header cannot be: the log refuses it.
      at += (int) Math.max(size, HEADER_BYTES);
    }
    return records.slice(records.position(), Math.min(at, records.limit()) - records.position());
  }

  private void append(ByteBuffer batches) throws IOException {
    if (!batches.hasRemaining()) {
      return;
    }
    LogView view = log.view();
    long first = batches.getLong(0);
    long last = first + batches.getInt(LAST_OFFSET_DELTA);
    if (first < view.logEndOffset()
        && last >= view.logEndOffset()
        && view.logEndOffset() == view.logStartOffset()) {
      // The leader's log starts within a batch.
      leaderStart = Math.max(leaderStart, view.logStartOffset());
      restartAt(first);
    }
    log.append(batches, new AppendContext(leaderEpoch, Origin.FOLLOWER));
  }
}
