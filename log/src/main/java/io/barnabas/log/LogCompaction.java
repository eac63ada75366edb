package io.barnabas.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much of a log can be compacted, and how its segments are exchanged. */
final class LogCompaction {
  private static final Logger LOG = LoggerFactory.getLogger(LogCompaction.class);

  private final LogCore core;
  private final LogFlushes flushes;

  LogCompaction(LogCore core, LogFlushes flushes) {
    this.core = core;
    this.flushes = flushes;
  }

  /** What can be compacted now, as far as is known without reading much. */
  Cleanable cleanable() throws IOException {
    LogState now = core.state;
    OptionalLong known = core.directory.cleaned().firstDirty(core.id.topicPartition());
    long firstDirty = Cleanable.firstDirty(now, known);
    LogConfig config = core.config;
    long earliestMs =
        config.maxCompactionLagMs() == Long.MAX_VALUE ? Long.MAX_VALUE : earliest(now, firstDirty);
    return Cleanable.of(now, firstDirty, decidedEnd(), config, core.nowMs(), earliestMs);
  }

  /** Below it nothing can be taken back, and no transaction is open. */
  private long decidedEnd() {
    long replicated = replicatedEnd();
    core.lock.lock();
    try {
      return Math.min(replicated, core.producers.firstOpenTransaction());
    } finally {
      core.lock.unlock();
    }
  }

  /** Below it nothing can be taken back; there is nothing while nobody says what is replicated. */
  long replicatedEnd() {
    return core.log.highWatermark().orElse(core.state.startOffset());
  }

  /** The time of the earliest first batch of the full segments that are dirty. */
  private static long earliest(LogState now, long firstDirty) throws IOException {
    List<Segment> segments = now.segments();
    long earliest = Long.MAX_VALUE;
    for (Segment segment : segments.subList(now.indexOf(firstDirty), segments.size() - 1)) {
      if (segment.hold()) {
        try {
          BatchCursor first = segment.cursor(0, segment.size());
          if (first.advance() && first.maxTimestamp() > 0) {
            earliest = Math.min(earliest, first.maxTimestamp());
          }
        } finally {
          segment.release();
        }
      }
    }
    return earliest;
  }

  /**
   * Has all that was appended, and what a start has to know of it, on disk: what is compacted is no
   * more what a start could learn it from.
   *
   * @return below it that is so
   */
  long makeDurable() throws IOException {
    core.log.seal();
    core.log.flush();
    core.log.saveEpochs();
    long durable = flushes.recoveryPoint();
    core.directory.checkpoint();
    return durable;
  }

  /** How often something was cut away. */
  long cuts() {
    core.lock.lock();
    try {
      return core.cuts;
    } finally {
      core.lock.unlock();
    }
  }

  /**
   * Puts a segment into the place of others.
   *
   * @param cuts as they were when it was begun to find out what is to stay
   * @throws CleaningAbortedException if the log has changed since so that they must stay; nothing
   *     was done then, and the new one is the caller's to discard
   */
  void exchange(List<Segment> old, Segment cleaned, long cuts)
      throws IOException, CleaningAbortedException {
    core.maintenance.lock();
    try {
      checkUnchanged(old, cuts);
      SegmentSwap.run(core.disk, core.folder, cleaned, old);
      core.lock.lock();
      try {
        replace(old, cleaned);
      } finally {
        core.lock.unlock();
      }
      old.forEach(Segment::release);
      tidyUp(old, cleaned);
    } finally {
      core.maintenance.unlock();
    }
  }

  private void checkUnchanged(List<Segment> old, long cuts) throws CleaningAbortedException {
    core.lock.lock();
    try {
      if (!core.isUsable() || core.cuts != cuts || placeOf(old) < 0) {
        throw new CleaningAbortedException("the log was cut or closed, or what is old is gone");
      }
    } finally {
      core.lock.unlock();
    }
  }

  /** Where they are among the log's segments, one behind the other; -1 if they are not there. */
  private int placeOf(List<Segment> old) {
    List<Segment> now = core.state.segments();
    for (int first = 0; first + old.size() < now.size(); first++) {
      boolean same = true;
      for (int i = 0; i < old.size() && same; i++) {
        same = now.get(first + i) == old.get(i);
      }
      if (same) {
        return first;
      }
    }
    return -1;
  }

  private void replace(List<Segment> old, Segment cleaned) {
    LogState now = core.state;
    int first = placeOf(old);
    List<Segment> segments = new ArrayList<>(now.segments().subList(0, first));
    segments.add(cleaned);
    segments.addAll(now.segments().subList(first + old.size(), now.segments().size()));
    core.state = new LogState(segments, now.startOffset(), now.endOffset(), now.activeBytes());
    core.sealed.removeIf(one -> old.stream().anyMatch(s -> s == one.segment()));
    core.sealed.add(new LogCore.Sealed(cleaned, -1, null));
  }

  /** What a crash may leave undone. */
  private void tidyUp(List<Segment> old, Segment cleaned) throws IOException {
    core.log.seal();
    TreeSet<Long> merged = new TreeSet<>();
    old.forEach(segment -> merged.add(segment.baseOffset));
    merged.remove(cleaned.baseOffset);
    for (long base : merged) {
      core.disk.delete(core.folder.resolve(Segment.name(base, ".snapshot")));
    }
    core.directory.later(
        core.config.fileDeleteDelayMs(),
        () -> {
          for (Segment segment : old) {
            SegmentFiles.removeDeleted(core.disk, core.folder, segment.baseOffset);
          }
        });
  }

  /** All below an offset is compacted. */
  void compacted(long offset, long cuts) throws IOException, CleaningAbortedException {
    core.maintenance.lock();
    try {
      // Else it is said of what was written there since.
      if (!core.isUsable() || cuts() != cuts) {
        throw new CleaningAbortedException("the log was cut or closed");
      }
      core.directory.cleaned().set(core.id.topicPartition(), offset);
    } catch (NotWrittenException e) {
      LOG.warn("After a crash some is compacted once more: {}", e.getMessage());
    } finally {
      core.maintenance.unlock();
    }
  }
}
