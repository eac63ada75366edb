package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.KafkaStorageException;

/** Cuts a log's end away, durably. Holds all of the log's locks meanwhile. */
final class LogTruncation {
  private final LogCore core;
  private final LogFlushes flushes;

  LogTruncation(LogCore core, LogFlushes flushes) {
    this.core = core;
    this.flushes = flushes;
  }

  private interface Cut {
    void run() throws IOException;
  }

  /** As {@link PartitionLog#truncateTo}. */
  void truncateTo(long offset, int leaderEpoch) throws IOException {
    alone(
        leaderEpoch,
        () -> {
          LogState old = core.state;
          if (offset >= old.endOffset()) {
            return;
          }
          if (offset < old.segments().getFirst().baseOffset) {
            restart(offset);
          } else {
            cut(old, offset);
          }
        });
  }

  /** As {@link PartitionLog#truncateFullyAndStartAt}. */
  void truncateFullyAndStartAt(long offset, int leaderEpoch) throws IOException {
    alone(leaderEpoch, () -> restart(offset));
  }

  private void alone(int leaderEpoch, Cut cut) throws IOException {
    List<Runnable> waitInVain = List.of();
    // No flush or seal under way may go on to write about what is cut away.
    core.maintenance.lock();
    core.flushing.lock();
    core.lock.lock();
    try {
      core.checkUsable();
      core.checkEpoch(leaderEpoch);
      core.writing.begin();
      cut.run();
      core.directory.watermarks().cut(core.id.topicPartition(), core.state.endOffset());
      waitInVain = flushes.takeAbove(core.state.endOffset());
    } catch (IOException e) {
      throw core.directory.fail(e);
    } finally {
      core.writing.end();
      core.lock.unlock();
      core.flushing.unlock();
      core.maintenance.unlock();
    }
    waitInVain.forEach(Runnable::run);
  }

  private void cut(LogState old, long offset) throws IOException {
    int keep = old.indexOf(offset);
    noteBefore(old, old, old.segments().get(keep).baseOffset);
    SegmentFiles.deleteIndexes(core.disk, core.folder, old.segments().get(keep).baseOffset);
    dropFrom(old, keep + 1);
    rebuildActive(old, keep, offset);
  }

  /**
   * Before anything is cut: what a crash half way leaves must not be below what is said of it.
   *
   * @param old what the log is
   * @param noted what is said of its start
   * @param durable below which it is on disk
   * @throws KafkaStorageException if the disk has no room for that: nothing is cut
   */
  private void noteBefore(LogState old, LogState noted, long durable) throws IOException {
    long before = flushes.durableEnd();
    flushes.lower(durable);
    core.state = noted;
    try {
      core.directory.checkpoint();
    } catch (NotWrittenException e) {
      core.state = old;
      flushes.stillDurable(before);
      throw new KafkaStorageException(
          "Nothing can be cut of " + core.id + ", because the disk is full: " + e.getMessage(), e);
    }
  }

  private void dropFrom(LogState old, int index) throws IOException {
    for (int i = old.segments().size() - 1; i >= index; i--) {
      SegmentFiles.delete(core.disk, core.folder, old.segments().get(i).baseOffset);
      old.segments().get(i).release();
    }
    core.sealed.removeIf(s -> old.segments().indexOf(s.segment()) >= index - 1);
    core.disk.forceDirectory(core.folder);
  }

  /** Cuts a segment by opening it anew, so that its indexes are built from what is left. */
  private void rebuildActive(LogState old, int index, long offset) throws IOException {
    Segment cut = old.segments().get(index);
    BatchCursor found = cut.find(offset, cut.size());
    int bytes = found == null ? cut.size() : found.position();
    Segment fresh = new Segment(core.disk, core.folder, cut.baseOffset, cut.createdMs());
    long end = cut.baseOffset;
    fresh.cutTo(bytes);
    fresh.file.force();
    fresh.dirty = false;
    BatchCursor cursor = fresh.cursor(0, bytes);
    while (cursor.advance()) {
      fresh.note(cursor.header(), cursor.at(), cursor.position(), core.config.indexIntervalBytes());
      end = cursor.lastOffset() + 1;
    }
    List<Segment> segments = new ArrayList<>(old.segments().subList(0, index));
    segments.add(fresh);
    cut.release();
    core.epochs.truncateFromEnd(end);
    long start = Math.min(old.startOffset(), end);
    LogLoader.Producers known =
        LogLoader.loadProducers(
            core.disk, core.folder, core.producers, segments, start, end, core.nowMs());
    if (known.removed()) {
      core.disk.forceDirectory(core.folder);
    }
    core.state = new LogState(segments, start, end, bytes);
    flushes.allDurable(end);
  }

  private void restart(long offset) throws IOException {
    LogState old = core.state;
    noteBefore(old, old.withStart(Math.min(offset, old.startOffset())), 0);
    dropFrom(old, 0);
    for (Path name : core.disk.list(core.folder)) {
      if (name.toString().endsWith(".snapshot")) {
        core.disk.delete(core.folder.resolve(name));
      }
    }
    Segment fresh = new Segment(core.disk, core.folder, offset, core.nowMs());
    fresh.file.force();
    core.disk.forceDirectory(core.folder);
    core.epochs.clear();
    core.producers.clear();
    core.state = new LogState(List.of(fresh), offset, offset, 0);
    flushes.allDurable(offset);
    core.directory.checkpoint();
  }
}
