package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to a log beside appending: the files beside its data, its start, its close. */
final class LogMaintenance {
  private static final Logger LOG = LoggerFactory.getLogger(LogMaintenance.class);

  /** So much may have to be read again, but for the headers, after a crash. */
  private static final int RECOVERY_BYTES = 1 << 20;

  /** So much is sooner read again at the next start than made unnecessary to read. */
  private static final int REREAD_BYTES = 64 * 1024;

  private final LogCore core;
  private final LogFlushes flushes;

  // Under the maintenance lock.
  private @Nullable Segment recoverable;
  private int recoverableBytes;
  private long recoverableOffset = -1;

  LogMaintenance(LogCore core, LogFlushes flushes) {
    this.core = core;
    this.flushes = flushes;
    if (core.recoverable) {
      recoverable = core.state.active();
      recoverableBytes = core.state.activeBytes();
      recoverableOffset = core.state.endOffset();
    }
  }

  /** How much of the active segment the files beside it do not speak of. */
  private int unrecoverableBytes() {
    LogState now = core.state;
    return now.activeBytes() - (now.active() == recoverable ? recoverableBytes : 0);
  }

  /** Writes the indexes and the producers of segments that are full. */
  void seal() throws IOException {
    core.maintenance.lock();
    try {
      List<LogCore.Sealed> full;
      core.lock.lock();
      try {
        full = core.sealed;
        core.sealed = new ArrayList<>();
      } finally {
        core.lock.unlock();
      }
      if (core.isUsable()) {
        for (LogCore.Sealed one : full) {
          sealOne(one);
        }
      }
    } finally {
      core.maintenance.unlock();
    }
  }

  /** Writes the leader epochs if they changed. */
  void saveEpochs() {
    core.maintenance.lock();
    try {
      flushes.saveEpochs();
    } finally {
      core.maintenance.unlock();
    }
  }

  private void sealOne(LogCore.Sealed one) throws IOException {
    try {
      writeBeside(one.segment(), Long.MAX_VALUE, one.nextOffset(), one.producers());
    } catch (NotWrittenException e) {
      core.lock.lock();
      try {
        core.sealed.add(one);
      } finally {
        core.lock.unlock();
      }
      LOG.warn("It is tried again later: {}", e.getMessage());
    }
  }

  private void writeBeside(
      Segment segment, long indexBelow, long offset, @Nullable ByteBuffer producers)
      throws IOException {
    Map<Path, ByteBuffer> files = new HashMap<>(segment.indexFiles(indexBelow));
    if (producers != null) {
      files.put(snapshot(offset), producers);
    }
    Checkpoints.replace(core.disk, files);
  }

  private Path snapshot(long offset) {
    return core.folder.resolve(Segment.name(offset, ".snapshot"));
  }

  /** Writes what spares a start after a crash to read what is on disk, if that is much. */
  void makeRecoverable() throws IOException {
    core.maintenance.lock();
    try {
      if (!core.isUsable() || !core.config.flushes() || unrecoverableBytes() < RECOVERY_BYTES) {
        return;
      }
      Segment active;
      int bytes;
      long end;
      ByteBuffer producers;
      core.lock.lock();
      try {
        active = core.state.active();
        bytes = core.state.activeBytes();
        end = core.state.endOffset();
        producers = core.producers.snapshot();
      } finally {
        core.lock.unlock();
      }
      flushes.flush();
      flushes.saveEpochs();
      if (flushes.recoveryPoint() < end) {
        return;
      }
      // What was appended since may be lost in a crash, and an entry of it would stay.
      writeBeside(active, end, end, producers);
      if (recoverableOffset >= 0 && !isSegmentStart(recoverableOffset)) {
        core.disk.delete(snapshot(recoverableOffset));
      }
      recoverable = active;
      recoverableBytes = bytes;
      recoverableOffset = end;
    } finally {
      core.maintenance.unlock();
    }
  }

  private boolean isSegmentStart(long offset) {
    return core.state.segments().stream().anyMatch(s -> s.baseOffset == offset);
  }

  /** As {@link PartitionLog#raiseStart}. */
  long raiseStartTo(long offset) {
    core.lock.lock();
    try {
      core.checkUsable();
      if (offset > flushes.acknowledgedEnd()) {
        throw new OffsetOutOfRangeException("Offset " + offset + " is above the end of " + core.id);
      }
      return raiseStart(offset);
    } finally {
      core.lock.unlock();
    }
  }

  private long raiseStart(long offset) {
    LogState old = core.state;
    if (offset > old.startOffset()) {
      core.state = old.withStart(offset);
      core.epochs.truncateFromStart(offset);
    }
    return core.state.startOffset();
  }

  /** Retention: raises the start over what is too old or too much and removes whole segments. */
  void clean() throws IOException {
    core.maintenance.lock();
    try {
      if (!raiseStartByRetention()) {
        return;
      }
      // What is gone after a crash must be below the start that is known then.
      core.directory.checkpoint();
      flushes.flush();
      core.lock.lock();
      try {
        removeBelowStart();
      } finally {
        core.lock.unlock();
      }
    } finally {
      core.maintenance.unlock();
    }
  }

  /** Whether there may be segments to remove. */
  private boolean raiseStartByRetention() throws IOException {
    core.lock.lock();
    try {
      if (!core.isUsable()) {
        return false;
      }
      long nowMs = core.nowMs();
      core.producers.expire(nowMs, core.directory.options().producerIdExpirationMs());
      long before = core.state.startOffset();
      if (core.config.cleanupPolicy().contains("delete")) {
        long durable =
            Math.min(flushes.durableEnd(), core.log.highWatermark().orElse(Long.MAX_VALUE));
        long from = Retention.retainedFrom(core, nowMs);
        if (from >= core.state.endOffset() && core.state.activeBytes() > 0 && from <= durable) {
          core.roll(nowMs);
          core.directory.flusher().add(core.log);
          core.directory.later(0, core.log::seal);
        }
        raiseStart(Math.min(from, durable));
      }
      List<Segment> segments = core.state.segments();
      return core.state.startOffset() > before
          || (segments.size() > 1 && segments.get(1).baseOffset <= before);
    } finally {
      core.lock.unlock();
    }
  }

  private void removeBelowStart() throws IOException {
    LogState now = core.state;
    long below = Math.min(now.startOffset(), flushes.durableEnd());
    int gone = 0;
    while (core.isUsable()
        && gone < now.segments().size() - 1
        && now.segments().get(gone + 1).baseOffset <= below) {
      Segment segment = now.segments().get(gone++);
      core.sealed.removeIf(s -> s.segment() == segment);
      SegmentFiles.markDeleted(core.disk, core.folder, segment.baseOffset);
      segment.release();
      core.directory.later(
          core.config.fileDeleteDelayMs(),
          () -> SegmentFiles.removeDeleted(core.disk, core.folder, segment.baseOffset));
    }
    if (gone > 0) {
      List<Segment> kept = now.segments().subList(gone, now.segments().size());
      core.state = new LogState(kept, now.startOffset(), now.endOffset(), now.activeBytes());
      SegmentFiles.deleteSnapshotsBelow(core.disk, core.folder, kept.getFirst().baseOffset);
    }
  }

  /**
   * Forces everything, writes what spares the next start a scan, and closes the files. What fails
   * of that fails the directory.
   */
  void close(boolean clean) {
    // First: the folder may be renamed next, under the feet of what writes into it.
    core.maintenance.lock();
    try {
      if (core.closed) {
        return;
      }
      if (clean) {
        seal();
        flushes.flush();
      }
    } catch (IOException e) {
      core.directory.fail(e);
    } finally {
      closeFiles(clean);
      core.maintenance.unlock();
      flushes.fail();
    }
  }

  private void closeFiles(boolean clean) {
    core.flushing.lock();
    core.lock.lock();
    try {
      if (core.closed) {
        return;
      }
      // What was appended since the flush.
      boolean durable = clean && flushes.forceAlone();
      boolean write = durable && unrecoverableBytes() >= REREAD_BYTES;
      core.closed = true;
      core.state.segments().forEach(Segment::release);
      if (write) {
        core.state.active().completeTimeIndex();
        long end = core.state.endOffset();
        writeBeside(core.state.active(), end, end, core.producers.snapshot());
      }
    } catch (NotWrittenException e) {
      LOG.warn("The next start has more to read: {}", e.getMessage());
    } catch (IOException e) {
      core.directory.fail(e);
    } finally {
      core.lock.unlock();
      core.flushing.unlock();
    }
  }
}
