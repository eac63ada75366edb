package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of batches with its indexes. Changed under the log's lock; read by anyone up to a size
 * that the log has published.
 */
final class Segment {
  private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

  private static final int SCAN_BYTES = 256 * 1024;

  final long baseOffset;
  final Path folder;
  final WatchedDisk.WatchedFile file;
  final OffsetIndex offsetIndex = new OffsetIndex();
  final TimeIndex timeIndex = new TimeIndex();
  private final AtomicInteger holders = new AtomicInteger(1);

  private volatile int size;
  private volatile long maxTimestamp = -1;
  private volatile long offsetOfMaxTimestamp = -1;
  private int bytesSinceIndexEntry;
  private long firstTimestamp = -1;
  private final long createdMs;

  /** Whether bytes were added since the last force began; under the log's lock. */
  boolean dirty;

  Segment(WatchedDisk disk, Path folder, long baseOffset, long nowMs) throws IOException {
    this(disk, folder, baseOffset, nowMs, ".log");
  }

  /** One whose file has not the name that it is to get, or makes it. */
  Segment(WatchedDisk disk, Path folder, long baseOffset, long nowMs, String suffix)
      throws IOException {
    this.folder = folder;
    this.baseOffset = baseOffset;
    createdMs = nowMs;
    file = disk.openForAppend(path(suffix));
    size = Math.toIntExact(file.size());
  }

  /**
   * Begins one that is empty.
   *
   * @throws NotWrittenException if the disk has no room for its file: nothing changed
   */
  static Segment create(WatchedDisk disk, Path folder, long baseOffset, long nowMs)
      throws NotWrittenException {
    try {
      return new Segment(disk, folder, baseOffset, nowMs);
    } catch (IOException e) {
      throw new NotWrittenException(folder.resolve(name(baseOffset, ".log")), e);
    }
  }

  static String name(long offset, String suffix) {
    return String.format(Locale.ROOT, "%020d%s", offset, suffix);
  }

  Path path(String suffix) {
    return folder.resolve(name(baseOffset, suffix));
  }

  int size() {
    return size;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  long offsetOfMaxTimestamp() {
    return offsetOfMaxTimestamp;
  }

  long createdMs() {
    return createdMs;
  }

  /** The time that rolling counts from. */
  long firstTimestamp() {
    return firstTimestamp;
  }

  /** Keeps the file open until {@link #release}; false if it is closed already. */
  boolean hold() {
    int n = holders.get();
    while (n > 0) {
      if (holders.compareAndSet(n, n + 1)) {
        return true;
      }
      n = holders.get();
    }
    return false;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("Closing {} failed", path(".log"), e);
      }
    }
  }

  /**
   * Writes batches that are complete with offsets.
   *
   * @throws NotWrittenException if they could not be written and nothing of them is left
   */
  void append(ByteBuffer batches, int indexIntervalBytes) throws IOException {
    int from = batches.position();
    int end = batches.limit();
    int start = size;
    dirty = true;
    try {
      file.append(batches.duplicate());
    } catch (IOException e) {
      // What was written of it must not stay before the next batches.
      file.truncate(start);
      throw new NotWrittenException(path(".log"), e);
    }
    for (int at = from; at < end; at += BatchFormat.size(batches, at)) {
      note(batches, at, start + at - from, indexIntervalBytes);
    }
    size = start + end - from;
  }

  /** Takes a batch at a position of the file into the indexes. */
  void note(ByteBuffer buffer, int at, int position, int indexIntervalBytes) {
    long lastOffset = BatchFormat.lastOffset(buffer, at);
    long timestamp = buffer.getLong(at + BatchFormat.MAX_TIMESTAMP);
    if (firstTimestamp < 0) {
      firstTimestamp = timestamp;
    }
    if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
      offsetOfMaxTimestamp = lastOffset;
    }
    if (bytesSinceIndexEntry > indexIntervalBytes) {
      offsetIndex.add((int) (lastOffset - baseOffset), position);
      if (maxTimestamp >= 0) {
        timeIndex.maybeAdd(maxTimestamp, (int) (offsetOfMaxTimestamp - baseOffset));
      }
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += BatchFormat.size(buffer, at);
  }

  /** Cuts the file; the indexes must already say nothing of what is cut. */
  void cutTo(int bytes) throws IOException {
    file.truncate(bytes);
    size = bytes;
    dirty = true;
  }

  /**
   * Takes the indexes from their files, as far as they speak of offsets below another; false if
   * they must be built anew.
   */
  boolean loadIndexes(Disk disk, long belowOffset) throws IOException {
    if (!disk.exists(path(".index")) || !disk.exists(path(".timeindex"))) {
      return false;
    }
    long relative = belowOffset - baseOffset;
    if (!offsetIndex.load(Checkpoints.read(disk, path(".index")), size, relative)
        || !timeIndex.load(Checkpoints.read(disk, path(".timeindex")), relative)) {
      forgetIndexes();
      return false;
    }
    maxTimestamp = timeIndex.lastTimestamp();
    offsetOfMaxTimestamp = timeIndex.count() == 0 ? -1 : baseOffset + timeIndex.lastOffset();
    return true;
  }

  /**
   * Whether the index files say nothing of an offset and what is above it: such entries may be of
   * batches that a crash took, and would be believed once others are there.
   */
  boolean indexFilesEndBelow(Disk disk, long offset) throws IOException {
    ByteBuffer offsets = Checkpoints.read(disk, path(".index"));
    ByteBuffer times = Checkpoints.read(disk, path(".timeindex"));
    int lastOfOffsets = offsets.limit() - OffsetIndex.ENTRY_BYTES;
    int lastOfTimes = times.limit() - Integer.BYTES;
    long relative = offset - baseOffset;
    return (lastOfOffsets < 0 || offsets.getInt(lastOfOffsets) < relative)
        && (lastOfTimes < 0 || times.getInt(lastOfTimes) < relative);
  }

  /** Empties the indexes, for them to be built anew; only before anyone else looks. */
  void forgetIndexes() {
    offsetIndex.clear();
    timeIndex.clear();
    maxTimestamp = -1;
    offsetOfMaxTimestamp = -1;
    bytesSinceIndexEntry = 0;
    firstTimestamp = -1;
  }

  /** Reads from the file what rolling counts from, where only the end of it was looked at. */
  void loadFirstTimestamp() throws IOException {
    BatchCursor first = cursor(0, size);
    if (first.advance()) {
      firstTimestamp = first.maxTimestamp();
    }
  }

  /** Completes the time index: its last entry is the segment's greatest timestamp. */
  void completeTimeIndex() {
    if (maxTimestamp >= 0) {
      timeIndex.maybeAdd(maxTimestamp, (int) (offsetOfMaxTimestamp - baseOffset));
    }
  }

  /** What the indexes say of offsets below another, by the files that it belongs into. */
  Map<Path, ByteBuffer> indexFiles(long belowOffset) {
    long relative = belowOffset - baseOffset;
    return Map.of(
        path(".index"),
        offsetIndex.toFile(relative),
        path(".timeindex"),
        timeIndex.toFile(relative));
  }

  /** A cursor from a position to the end that reads much at a time, for who wants all of it. */
  BatchCursor scan(int start) {
    return new BatchCursor(file, start, size, Math.min(SCAN_BYTES, Math.max(1, size - start)));
  }

  BatchCursor cursor(int start, int end) {
    return new BatchCursor(file, start, end);
  }

  /** A cursor at the first batch whose last offset is not below this one; null if there is none. */
  @org.jspecify.annotations.Nullable
  BatchCursor find(long offset, int upToPosition) throws IOException {
    int start = offsetIndex.positionAtOrBefore(offset - baseOffset);
    BatchCursor cursor = cursor(start, upToPosition);
    while (cursor.advance()) {
      if (cursor.lastOffset() >= offset) {
        return cursor;
      }
    }
    return null;
  }

  /** The end of the last whole batch that ends at or before a position, not below another. */
  int batchEndNotAbove(int position, int from, int upToPosition) throws IOException {
    if (position >= upToPosition) {
      return upToPosition;
    }
    int end = Math.max(from, offsetIndex.positionNotAbove(position));
    BatchCursor cursor = cursor(end, upToPosition);
    while (cursor.advance() && cursor.position() + cursor.size() <= position) {
      end = cursor.position() + cursor.size();
    }
    return end;
  }
}
