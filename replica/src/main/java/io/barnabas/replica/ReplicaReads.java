package io.barnabas.replica;

import io.barnabas.log.EpochEnd;
import io.barnabas.log.LogSlice;
import io.barnabas.log.LogView;
import io.barnabas.log.OffsetAndTimestamp;
import io.barnabas.log.PartitionLog;
import java.io.IOException;
import java.util.Optional;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** Reading from a replica's log, where it may be read from. */
final class ReplicaReads {
  private ReplicaReads() {}

  /** As {@link Replica#read}. */
  static ReplicaRead read(PartitionLog log, FetchSpec spec, long highWatermark) throws IOException {
    LogView view = log.view();
    Optional<EpochEnd> diverging = divergence(log, view, spec);
    long upTo = end(view, spec, highWatermark);
    LogSlice slice = diverging.isPresent() ? LogSlice.EMPTY : slice(log, spec, upTo);
    return new ReplicaRead(
        slice, highWatermark, highWatermark, view.logStartOffset(), upTo, diverging);
  }

  /** As {@link Replica#readNothing}. */
  static ReplicaRead nothing(LogView view, FetchSpec spec, long highWatermark) {
    return new ReplicaRead(
        LogSlice.EMPTY,
        highWatermark,
        highWatermark,
        view.logStartOffset(),
        end(view, spec, highWatermark),
        Optional.empty());
  }

  private static long end(LogView view, FetchSpec spec, long highWatermark) {
    return spec.upTo() == ReadLimit.LOG_END ? view.logEndOffset() : highWatermark;
  }

  /** Where nothing is found, or it cannot be read, the log may be damaged. */
  private static LogSlice slice(PartitionLog log, FetchSpec spec, long upTo) throws IOException {
    LogSlice slice;
    try {
      slice = log.read(spec.fetchOffset(), upTo, spec.maxBytes(), spec.atLeastOneBatch());
    } catch (IOException e) {
      log.verify(spec.fetchOffset(), 1);
      throw e;
    }
    if (slice.regions().isEmpty() && !slice.isCut() && spec.fetchOffset() < upTo) {
      log.verify(spec.fetchOffset(), 1);
    }
    return slice;
  }

  /** Checks what was read, and lets go of it if it is damaged. */
  static void verify(PartitionLog log, FetchSpec spec, ReplicaRead read) throws IOException {
    try {
      log.verify(spec.fetchOffset(), read.records().sizeBytes());
    } catch (IOException e) {
      read.close();
      throw e;
    }
  }

  private static Optional<EpochEnd> divergence(PartitionLog log, LogView view, FetchSpec spec) {
    if (spec.lastFetchedEpoch().isEmpty()) {
      return Optional.empty();
    }
    int epoch = spec.lastFetchedEpoch().getAsInt();
    EpochEnd end = log.endOffsetForEpoch(epoch);
    if (end.epoch() < 0 || end.endOffset() < 0) {
      throw new OffsetOutOfRangeException(
          "%s knows no end of the epoch %d".formatted(log.id().topicPartition(), epoch));
    }
    if (spec.fetchOffset() < view.logStartOffset()) {
      throw new OffsetOutOfRangeException(
          "Offset %d is below the start %d of %s"
              .formatted(spec.fetchOffset(), view.logStartOffset(), log.id().topicPartition()));
    }
    return end.epoch() < epoch || end.endOffset() < spec.fetchOffset()
        ? Optional.of(end)
        : Optional.empty();
  }

  /** As {@link Replica#listOffset}, below an offset. */
  static OffsetAndTimestamp listOffset(
      PartitionLog log, long timestampMs, long upTo, int leaderEpoch) throws IOException {
    OffsetAndTimestamp none = new OffsetAndTimestamp(-1, -1, Optional.empty());
    if (timestampMs == ListOffsetsRequest.LATEST_TIMESTAMP) {
      return at(upTo, leaderEpoch);
    } else if (timestampMs == ListOffsetsRequest.EARLIEST_TIMESTAMP
        || timestampMs == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      long start = log.view().logStartOffset();
      return at(start, log.epochOf(start).value());
    } else if (timestampMs == ListOffsetsRequest.MAX_TIMESTAMP) {
      return log.maxTimestamp(upTo);
    } else if (timestampMs < 0) {
      return none;
    }
    return log.offsetForTimestamp(timestampMs).filter(f -> f.offset() < upTo).orElse(none);
  }

  private static OffsetAndTimestamp at(long offset, int epoch) {
    return new OffsetAndTimestamp(offset, -1, epoch < 0 ? Optional.empty() : Optional.of(epoch));
  }
}
