package io.barnabas.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a segment's file in the place of those of one or more others, so that after a crash at any
 * step there is all of the old or all of the new. The steps, each on disk before the next:
 *
 * <ol>
 *   <li>what is to stay is in a file whose name ends in {@code .cleaned}, which a start removes;
 *   <li>that is renamed to end in {@code .swap}: from here on a start completes it;
 *   <li>the old files are set aside, with {@code .deleted};
 *   <li>the new one takes the name of the first of them.
 * </ol>
 *
 * <p>The new one ends with the last offset of the last old one, which tells a start what it is to
 * replace. For the same reason no offsets are missing between two files, however much was compacted
 * away, and a file that is gone is noticed.
 */
final class SegmentSwap {
  static final String CLEANED = ".log.cleaned";
  private static final String SWAP = ".log.swap";
  private static final Logger LOG = LoggerFactory.getLogger(SegmentSwap.class);
  private static final Pattern LOG_FILE = Pattern.compile("\\d{20}\\.log");
  private static final int NAME_DIGITS = 20;

  private SegmentSwap() {}

  /** Under the maintenance lock: puts a forced file in the place of others. */
  static void run(WatchedDisk disk, Path folder, Segment cleaned, List<Segment> old)
      throws IOException {
    Path swap = cleaned.path(SWAP);
    disk.rename(cleaned.path(CLEANED), swap);
    disk.forceDirectory(folder);
    for (Segment segment : old) {
      SegmentFiles.markDeleted(disk, folder, segment.baseOffset);
    }
    // Else indexes of the old one might be there with the new.
    disk.forceDirectory(folder);
    disk.rename(swap, cleaned.path(".log"));
    disk.forceDirectory(folder);
  }

  /**
   * When a log is opened: removes or completes what was under way.
   *
   * @throws DamagedLogException if a new file is not as it was written, so that nothing tells what
   *     it was to replace
   */
  static void complete(WatchedDisk disk, Path folder, long nowMs) throws IOException {
    NavigableMap<Long, Path> logs = new TreeMap<>();
    NavigableMap<Long, Path> swaps = new TreeMap<>();
    for (Path name : disk.list(folder)) {
      String text = name.toString();
      if (text.endsWith(".cleaned")) {
        disk.delete(folder.resolve(name));
      } else if (LOG_FILE.matcher(text).matches()) {
        logs.put(base(text), folder.resolve(name));
      } else if (text.endsWith(SWAP)) {
        swaps.put(base(text), folder.resolve(name));
      }
    }
    for (Map.Entry<Long, Path> swap : swaps.entrySet()) {
      long base = swap.getKey();
      long end = endOf(disk, folder, base, nowMs);
      LOG.info("{} is put in its place", swap.getValue());
      for (long replaced : logs.subMap(base, false, end, false).keySet()) {
        SegmentFiles.delete(disk, folder, replaced);
      }
      SegmentFiles.deleteIndexes(disk, folder, base);
      disk.forceDirectory(folder);
      disk.rename(swap.getValue(), folder.resolve(Segment.name(base, ".log")));
      disk.forceDirectory(folder);
    }
  }

  private static long base(String name) {
    return Long.parseLong(name, 0, NAME_DIGITS, 10);
  }

  /** Behind its last offset. */
  private static long endOf(WatchedDisk disk, Path folder, long base, long nowMs)
      throws IOException {
    Segment segment = new Segment(disk, folder, base, nowMs, SWAP);
    try {
      BatchCursor cursor = segment.scan(0);
      int good = 0;
      long end = base;
      while (cursor.advance() && cursor.isPlausible(end) && cursor.crcHolds()) {
        good += cursor.size();
        end = cursor.lastOffset() + 1;
      }
      if (good < segment.size() || good == 0) {
        throw new DamagedLogException(
            segment.path(SWAP), good, end, Long.MAX_VALUE, "was compacted, and is damaged");
      }
      return end;
    } finally {
      segment.release();
    }
  }
}
