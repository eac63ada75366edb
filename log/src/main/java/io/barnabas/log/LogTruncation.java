package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts a log's end away, durably. Holds all of the log's locks meanwhile. What has to be written is
 * written first: if the disk has no room for that, nothing is cut.
 */
final class LogTruncation {
  private static final Logger LOG = LoggerFactory.getLogger(LogTruncation.class);

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
      cut.run();
      waitInVain = flushes.takeAbove(core.state.endOffset());
    } catch (NotWrittenException e) {
      throw new KafkaStorageException(
          core.id + " cannot be cut, because the disk is full: " + e.getMessage(), e);
    } catch (IOException e) {
      throw core.directory.fail(e);
    } finally {
      core.lock.unlock();
      core.flushing.unlock();
      core.maintenance.unlock();
    }
    waitInVain.forEach(Runnable::run);
  }

  private void cut(LogState old, long offset) throws IOException {
    int keep = old.indexOf(offset);
    BatchCursor first = old.segments().get(keep).find(offset, old.bytesOf(keep));
    long end = first == null ? offset : Math.min(offset, first.baseOffset());
    // Not above what is left after a crash half way.
    announce(old.segments().get(keep).baseOffset, end);
    SegmentFiles.deleteIndexes(core.disk, core.folder, old.segments().get(keep).baseOffset);
    dropFrom(old, keep + 1);
    forceBefore(old, keep);
    rebuildActive(old, keep, offset);
  }

  /**
   * Has the files beside the logs say nothing of what is to be cut away.
   *
   * @param recoveryPoint up to where nothing changes
   * @throws NotWrittenException if there is no room for that: nothing has changed
   */
  private void announce(long recoveryPoint, long end) throws IOException {
    LogFlushes.OnDisk before = flushes.lower(recoveryPoint);
    try {
      core.directory.watermarks().cut(core.id.topicPartition(), end);
      core.directory.cleaned().cut(core.id.topicPartition(), end);
      core.directory.checkpoint();
    } catch (NotWrittenException e) {
      flushes.restore(before);
      throw e;
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

  /**
   * Forces what a flush has not come to of the segments that stay as they are. The oldest first, as
   * no segment may be on disk before those that it follows.
   */
  private static void forceBefore(LogState old, int index) throws IOException {
    for (Segment segment : old.segments().subList(0, index)) {
      if (segment.dirty) {
        segment.file.force();
        segment.dirty = false;
      }
    }
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
    core.state = old.withStart(Math.min(offset, old.startOffset()));
    try {
      announce(0, offset);
    } catch (NotWrittenException e) {
      core.state = old;
      throw e;
    }
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
    try {
      core.directory.checkpoint();
    } catch (NotWrittenException e) {
      LOG.warn("It is tried again later: {}", e.getMessage());
    }
  }
}
