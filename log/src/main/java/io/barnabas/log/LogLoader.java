package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a partition's folder into a state that may be appended to. */
final class LogLoader {
  private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);
  private static final int NAME_DIGITS = 20;

  private final Disk disk;
  private final Path folder;
  private final LogConfig config;
  private final long nowMs;
  final EpochCache epochs;
  final ProducerStates producers = new ProducerStates();
  final List<Segment> segments = new ArrayList<>();
  long logEndOffset;

  LogLoader(Disk disk, Path folder, LogConfig config, long nowMs) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.config = config;
    this.nowMs = nowMs;
    epochs = EpochCache.load(disk, folder.resolve("leader-epoch-checkpoint"));
  }

  /**
   * Opens the segments; those that reach beyond what is known to be whole are read through, and the
   * log ends where the first bad batch begins.
   *
   * @param trustedBelow all below this offset was forced, indexes included
   */
  void load(long logStartOffset, long trustedBelow) throws IOException {
    NavigableMap<Long, Path> files = removeLeftovers();
    dropBelow(files, logStartOffset);
    boolean cut = false;
    logEndOffset = files.isEmpty() ? logStartOffset : files.firstKey();
    for (Map.Entry<Long, Path> file : files.entrySet()) {
      if (cut || (!segments.isEmpty() && file.getKey() != logEndOffset)) {
        LOG.warn("{} does not follow what is before it and is removed", file.getValue());
        cut = true;
        SegmentFiles.delete(disk, folder, file.getKey());
        continue;
      }
      Segment segment = new Segment(disk, folder, file.getKey(), nowMs);
      segments.add(segment);
      Long next = files.higherKey(file.getKey());
      boolean trusted = next == null ? false : next <= trustedBelow;
      if (trusted && segment.loadIndexes(disk)) {
        scanTail(segment);
      } else {
        cut = recover(segment);
      }
    }
    if (logStartOffset > logEndOffset) {
      removeAll();
      logEndOffset = logStartOffset;
    }
    if (segments.isEmpty()) {
      segments.add(new Segment(disk, folder, logEndOffset, nowMs));
    }
    for (Segment segment : segments) {
      segment.file.force();
    }
    disk.forceDirectory(folder);
    epochs.truncateFromEnd(logEndOffset);
    epochs.truncateFromStart(logStartOffset);
  }

  private void removeAll() throws IOException {
    for (Segment segment : segments) {
      SegmentFiles.delete(disk, folder, segment.baseOffset);
      segment.release();
    }
    segments.clear();
  }

  private NavigableMap<Long, Path> removeLeftovers() throws IOException {
    TreeMap<Long, Path> logs = new TreeMap<>();
    for (Path name : disk.list(folder)) {
      String text = name.toString();
      if (text.endsWith(".deleted") || text.endsWith(".tmp")) {
        disk.delete(folder.resolve(name));
      } else if (text.endsWith(".log")) {
        logs.put(Long.parseLong(text.substring(0, NAME_DIGITS)), folder.resolve(name));
      }
    }
    return logs;
  }

  private void dropBelow(NavigableMap<Long, Path> files, long logStartOffset) throws IOException {
    while (files.size() > 1 && files.higherKey(files.firstKey()) <= logStartOffset) {
      SegmentFiles.delete(disk, folder, files.firstKey());
      files.pollFirstEntry();
    }
  }

  private void scanTail(Segment segment) throws IOException {
    BatchCursor cursor = segment.cursor(segment.offsetIndex.lastPosition(), segment.size());
    logEndOffset = segment.baseOffset;
    while (cursor.advance()) {
      logEndOffset = cursor.lastOffset() + 1;
    }
  }

  /** Reads a segment through; true if it had to be cut. */
  private boolean recover(Segment segment) throws IOException {
    BatchCursor cursor = segment.cursor(0, segment.size());
    long end = segment.baseOffset;
    int good = 0;
    while (cursor.advance()) {
      ByteBuffer batch = cursor.whole();
      if (batch == null
          || batch.get(cursor.at() + BatchFormat.MAGIC) != 2
          || cursor.baseOffset() < end
          || cursor.lastOffset() < cursor.baseOffset()
          || !BatchFormat.crcHolds(batch, cursor.at())) {
        break;
      }
      segment.note(batch, cursor.at(), good, config.indexIntervalBytes());
      epochs.assign(cursor.leaderEpoch(), cursor.baseOffset());
      good += cursor.size();
      end = cursor.lastOffset() + 1;
    }
    logEndOffset = end;
    if (good == segment.size()) {
      return false;
    }
    LOG.warn("{} is cut from {} to {} bytes", segment.path(".log"), segment.size(), good);
    segment.cutTo(good);
    return true;
  }

  /** Rebuilds what is known of the producers at the log's end. */
  static void loadProducers(
      Disk disk,
      Path folder,
      ProducerStates producers,
      List<Segment> segments,
      long logStartOffset,
      long logEndOffset)
      throws IOException {
    TreeMap<Long, Path> snapshots = new TreeMap<>();
    for (Path name : disk.list(folder)) {
      if (name.toString().endsWith(".snapshot")) {
        snapshots.put(
            Long.parseLong(name.toString().substring(0, NAME_DIGITS)), folder.resolve(name));
      }
    }
    producers.clear();
    long from = logStartOffset;
    for (Map.Entry<Long, Path> snapshot : snapshots.descendingMap().entrySet()) {
      if (snapshot.getKey() <= logEndOffset
          && producers.load(Checkpoints.read(disk, snapshot.getValue()))) {
        from = snapshot.getKey();
        break;
      }
      disk.delete(snapshot.getValue());
    }
    for (Segment segment : segments) {
      BatchCursor cursor = segment.find(Math.max(from, segment.baseOffset), segment.size());
      boolean more = cursor != null;
      while (more && cursor != null) {
        if (cursor.baseOffset() >= from) {
          producers.note(cursor.header(), cursor.at());
        }
        more = cursor.advance();
      }
    }
  }
}
