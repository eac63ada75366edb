package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which leader epoch began where. Used under the log's lock. */
final class EpochCache {
  private final TreeMap<Integer, Long> starts = new TreeMap<>();
  private boolean dirty;

  /** Whether the newest epoch has no record yet; it is not worth a file until then. */
  private boolean newestEmpty;

  /** What a file says; empty if it is not there or not to be understood. */
  static Optional<EpochCache> load(Disk disk, Path file) throws IOException {
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    EpochCache cache = new EpochCache();
    try {
      for (String[] entry : Checkpoints.readEntries(disk, file, 2)) {
        int epoch = Integer.parseInt(entry[0]);
        long start = Long.parseLong(entry[1]);
        Map.Entry<Integer, Long> last = cache.starts.lastEntry();
        if (epoch < 0 || start < 0 || (last != null && !follows(last, epoch, start))) {
          throw new MalformedFileException(file + " has epochs that are not in order");
        }
        cache.starts.put(epoch, start);
      }
    } catch (NumberFormatException e) {
      throw new MalformedFileException(file + " has an entry that is no number");
    }
    return Optional.of(cache);
  }

  private static boolean follows(Map.Entry<Integer, Long> last, int epoch, long start) {
    return last.getKey() < epoch && last.getValue() <= start;
  }

  int latest() {
    return starts.isEmpty() ? -1 : starts.lastKey();
  }

  /** Notes that there is a record of an epoch at an offset, which may be its first. */
  void assign(int epoch, long startOffset) {
    if (epoch > latest()) {
      put(epoch, startOffset);
      dirty = true;
    } else if (newestEmpty) {
      dirty = true;
    }
    newestEmpty = false;
  }

  /** Notes that an epoch begins at the end, without a record of it yet. */
  void begin(int epoch, long endOffset) {
    if (epoch > latest()) {
      put(epoch, endOffset);
      newestEmpty = true;
    }
  }

  private void put(int epoch, long startOffset) {
    // An epoch that wrote nothing began at the same offset and now means nothing.
    starts.values().removeIf(start -> start >= startOffset);
    starts.put(epoch, startOffset);
  }

  /** Forgets the epochs that begin at or after an offset. */
  void truncateFromEnd(long endOffset) {
    if (newestEmpty) {
      starts.pollLastEntry();
      newestEmpty = false;
    }
    dirty |= starts.values().removeIf(start -> start >= endOffset);
  }

  /** Forgets the epochs that ended before an offset; the one that holds it begins there now. */
  void truncateFromStart(long startOffset) {
    Map.Entry<Integer, Long> last = null;
    for (Map.Entry<Integer, Long> entry : starts.entrySet()) {
      if (entry.getValue() <= startOffset) {
        last = Map.entry(entry.getKey(), entry.getValue());
      }
    }
    if (last != null && last.getValue() < startOffset) {
      starts.headMap(last.getKey()).clear();
      starts.put(last.getKey(), startOffset);
      dirty = true;
    }
  }

  void clear() {
    dirty |= !starts.isEmpty();
    starts.clear();
    newestEmpty = false;
  }

  /** The epoch that an offset belongs to, or -1. */
  int epochOf(long offset) {
    int epoch = -1;
    for (Map.Entry<Integer, Long> entry : starts.entrySet()) {
      if (entry.getValue() <= offset) {
        epoch = entry.getKey();
      }
    }
    return epoch;
  }

  EpochEnd endOf(int epoch, long logEndOffset) {
    if (epoch < 0 || starts.isEmpty() || epoch > starts.lastKey()) {
      return new EpochEnd(-1, -1);
    }
    if (epoch == starts.lastKey()) {
      return new EpochEnd(epoch, logEndOffset);
    }
    Map.Entry<Integer, Long> next = starts.higherEntry(epoch);
    Integer found = starts.floorKey(epoch);
    return new EpochEnd(found == null ? epoch : found, next.getValue());
  }

  /** Whether there is nothing for {@link #takeChanges}. */
  boolean isSaved() {
    return !dirty;
  }

  /** What {@link #takeChanges} gave could not be written. */
  void notWritten() {
    dirty = true;
  }

  /** The text for the file if something changed since the last call, or null. */
  @org.jspecify.annotations.Nullable
  String takeChanges() {
    if (!dirty) {
      return null;
    }
    dirty = false;
    StringBuilder text = new StringBuilder("0\n").append(starts.size()).append('\n');
    starts.forEach((epoch, start) -> text.append(epoch + " " + start + "\n"));
    return text.toString();
  }
}
