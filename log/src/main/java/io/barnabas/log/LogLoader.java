package io.barnabas.log;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a partition's folder into a state that may be appended to. Below the recovery point all
 * was forced: what is missing or unreadable there is damage, and stops the load before anything is
 * changed. Above it a crash may have torn what was written: the log ends where the first bad batch
 * begins.
 *
 * <p>But a bad batch with good ones behind it is no torn end. Either it was forced, as nearly all
 * is that the recovery point has not come to, and was acknowledged; or the power failed before it
 * was, and the disk had taken the pages behind it first. Nothing tells which. So where other
 * replicas have all that was acknowledged, it counts as damage, and the worst that comes of it is
 * that a partition is copied: if this replica led without these records, the others would lose
 * them, too. Where there are none, the log ends there all the same, or no node that was alone could
 * start after a power loss. Two files are not compared: which one of them the disk takes first says
 * nothing.
 */
final class LogLoader {
  private static final Logger LOG = LoggerFactory.getLogger(LogLoader.class);
  private static final int NAME_DIGITS = 20;
  private static final Pattern NAME = Pattern.compile("\\d{20}\\.(log|index|snapshot)");

  private final WatchedDisk disk;
  private final Path folder;
  private final LogConfig config;
  private final long nowMs;
  private final long logStartOffset;
  private final long recoveryPoint;
  private final boolean readAll;
  private final boolean gapIsDamage;
  private final boolean rebuildEpochs;
  private boolean cut;
  private boolean filesRemoved;

  /** Full segments with bytes behind their last batch, and where those begin. */
  private final Map<Segment, Integer> excess = new LinkedHashMap<>();

  /** Segments whose index files may speak of what is not in their data. */
  private final List<Segment> misindexed = new ArrayList<>();

  final EpochCache epochs;
  final ProducerStates producers = new ProducerStates();
  final List<Segment> segments = new ArrayList<>();

  /** Full segments whose indexes are not on disk. */
  final List<Segment> unindexed = new ArrayList<>();

  /** Whether the last segment's indexes are on disk. */
  boolean activeIndexed;

  long logEndOffset;

  /**
   * What is known of a log before it is loaded, and how that is to be done.
   *
   * @param startOffset what is below it is not wanted any more
   * @param recoveryPoint all below this offset was forced
   * @param readAll whether all of it is read and checked, rather than only what no index tells
   * @param gapIsDamage whether it is damage, too, if a bad batch above the recovery point has good
   *     ones behind it
   */
  record Known(long startOffset, long recoveryPoint, boolean readAll, boolean gapIsDamage) {}

  /** Loads the epochs. */
  LogLoader(WatchedDisk disk, Path folder, LogConfig config, long nowMs, Known known)
      throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.config = config;
    this.nowMs = nowMs;
    logStartOffset = known.startOffset();
    readAll = known.readAll();
    gapIsDamage = known.gapIsDamage();
    // What is below the start may be gone; then nothing is known of what follows, either.
    recoveryPoint = known.recoveryPoint() <= logStartOffset ? 0 : known.recoveryPoint();
    Optional<EpochCache> stored = loadEpochs(disk, folder.resolve("leader-epoch-checkpoint"));
    rebuildEpochs = stored.isEmpty();
    epochs = stored.orElseGet(EpochCache::new);
    // Above it the batches tell, and the file may still speak of what was cut away.
    epochs.truncateFromEnd(recoveryPoint);
  }

  private static Optional<EpochCache> loadEpochs(Disk disk, Path file) throws IOException {
    try {
      return EpochCache.load(disk, file);
    } catch (MalformedFileException e) {
      LOG.warn("The leader epochs are read from the batches: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Opens the segments.
   *
   * @throws DamagedLogException if what is below the recovery point is not as it was, or what may
   *     have been torn is none
   * @throws NotWrittenException if the disk has no room for the file of a new log
   */
  void load() throws IOException {
    try {
      loadSegments();
    } catch (IOException | RuntimeException e) {
      segments.forEach(Segment::release);
      throw e;
    }
  }

  private void loadSegments() throws IOException {
    SegmentSwap.complete(disk, folder, nowMs);
    NavigableMap<Long, Path> files = findSegments();
    while (files.size() > 1 && files.higherKey(files.firstKey()) <= logStartOffset) {
      SegmentFiles.delete(disk, folder, files.pollFirstEntry().getKey());
    }
    logEndOffset = files.isEmpty() ? logStartOffset : files.firstKey();
    for (long base : files.keySet()) {
      if (cut || !follows(base)) {
        if (!cut) {
          Segment before = segments.getLast();
          checkGap(before, before.size(), files.tailMap(base, true).keySet());
        }
        LOG.warn("{} does not follow what is before it and is removed", files.get(base));
        cut = true;
        SegmentFiles.delete(disk, folder, base);
        continue;
      }
      Segment segment = new Segment(disk, folder, base, nowMs);
      segments.add(segment);
      Long next = files.higherKey(base);
      boolean indexed =
          recover(
              segment,
              next == null ? Long.MAX_VALUE : next,
              files.tailMap(base, false).navigableKeySet());
      activeIndexed = indexed;
      if (!indexed) {
        misindexed.add(segment);
      }
      if (!indexed && next != null) {
        unindexed.add(segment);
      }
    }
    if (logEndOffset < recoveryPoint) {
      Segment last = segments.isEmpty() ? null : segments.getLast();
      throw damaged(last, last == null ? 0 : last.size(), recoveryPoint - 1, "ends too early");
    }
    repair();
    if (logStartOffset > logEndOffset) {
      removeAll();
      logEndOffset = logStartOffset;
    }
    if (segments.isEmpty()) {
      segments.add(Segment.create(disk, folder, logEndOffset, nowMs));
      cut = true;
    }
    segments.getLast().loadFirstTimestamp();
    epochs.truncateFromEnd(logEndOffset);
    epochs.truncateFromStart(logStartOffset);
  }

  /**
   * Changes what has to be changed of segments that stay, once it is known that nothing is lost.
   */
  private void repair() throws IOException {
    for (Map.Entry<Segment, Integer> entry : excess.entrySet()) {
      Segment segment = entry.getKey();
      LOG.warn("{} has bytes behind its last batch, which are cut off", segment.path(".log"));
      segment.cutTo(entry.getValue());
      // Here, as the flusher only looks at the newest.
      segment.file.force();
      segment.dirty = false;
    }
    for (Segment segment : misindexed) {
      filesRemoved |= SegmentFiles.deleteIndexes(disk, folder, segment.baseOffset);
    }
  }

  /** Whether the flusher has to force the folder. */
  boolean folderDirty() {
    return cut || filesRemoved || segments.stream().anyMatch(s -> s.dirty);
  }

  private boolean follows(long base) throws IOException {
    if (segments.isEmpty() || base == logEndOffset) {
      return true;
    }
    Segment last = segments.getLast();
    if (base > recoveryPoint && logEndOffset >= recoveryPoint) {
      return false;
    }
    if (base > recoveryPoint) {
      throw damaged(last, last.size(), recoveryPoint - 1, "ends too early");
    }
    if (base < logEndOffset) {
      throw damaged(last, last.size(), recoveryPoint - 1, "overlaps the next one");
    }
    LOG.warn(
        "{} has no offsets {} to {}: they were compacted away, or a file is gone",
        folder,
        logEndOffset,
        base - 1);
    logEndOffset = base;
    return true;
  }

  private DamagedLogException damaged(
      @org.jspecify.annotations.Nullable Segment segment,
      long position,
      long lastOffset,
      String what) {
    Path file = segment == null ? folder : segment.path(".log");
    return new DamagedLogException(file, position, logEndOffset, lastOffset, what);
  }

  private void removeAll() throws IOException {
    for (Segment segment : segments) {
      SegmentFiles.delete(disk, folder, segment.baseOffset);
      segment.release();
    }
    segments.clear();
  }

  private NavigableMap<Long, Path> findSegments() throws IOException {
    TreeMap<Long, Path> logs = new TreeMap<>();
    NavigableSet<Long> indexed = new TreeSet<>();
    for (Path name : disk.list(folder)) {
      String text = name.toString();
      if (text.endsWith(".deleted") || text.endsWith(".tmp")) {
        disk.delete(folder.resolve(name));
      } else if (NAME.matcher(text).matches()) {
        long base = Long.parseLong(text, 0, NAME_DIGITS, 10);
        if (text.endsWith(".log")) {
          logs.put(base, folder.resolve(name));
        } else if (text.endsWith(".index")) {
          indexed.add(base);
        }
      }
    }
    // The index is removed before its data, so that one without data says that data was lost.
    indexed.removeAll(logs.keySet());
    for (long base : indexed) {
      Long next = logs.higherKey(base);
      boolean wanted = (next == null ? recoveryPoint : next) > logStartOffset;
      if (wanted && base < recoveryPoint) {
        logEndOffset = base;
        Path file = folder.resolve(Segment.name(base, ".log"));
        long last = Math.min(next == null ? recoveryPoint : next, recoveryPoint) - 1;
        throw new DamagedLogException(file, 0, base, last, "is gone");
      }
    }
    return logs;
  }

  /**
   * Reads a segment from where it may be bad, and its indexes, or builds them.
   *
   * @param next where the next segment begins
   * @param later the first offsets of the segments from that one on
   * @return whether the index files are there and say nothing of what may not be in the data
   */
  private boolean recover(Segment segment, long next, Set<Long> later) throws IOException {
    long knownBelow = Math.min(next, recoveryPoint);
    long before = logEndOffset;
    boolean indexed =
        !rebuildEpochs && !readAll && knownBelow > before && segment.loadIndexes(disk, knownBelow);
    int good = indexed ? walk(segment, segment.offsetIndex.lastPosition(), knownBelow) : 0;
    if (indexed && good < segment.size() && segment.loadIndexes(disk, knownBelow)) {
      // Before anything is cut: what was taken on trust may be what leads astray.
      logEndOffset = before;
      good = walk(segment, segment.offsetIndex.lastPosition(), 0);
    }
    if (good < segment.size() && (good == 0 || logEndOffset < knownBelow)) {
      // Not only the data can be damaged but also the index that led to it.
      logEndOffset = before;
      segment.forgetIndexes();
      good = walk(segment, 0, 0);
      indexed = false;
    }
    boolean agrees = indexed && segment.indexFilesEndBelow(disk, knownBelow);
    if (good == segment.size()) {
      segment.dirty = logEndOffset > recoveryPoint;
      return agrees;
    }
    if (logEndOffset < knownBelow) {
      throw damaged(segment, good, lastOffsetAt(segment, good, knownBelow), "is damaged");
    }
    if (next <= recoveryPoint) {
      // All that was forced is there, and what follows was forced, too: it must stay.
      excess.put(segment, good);
      return agrees;
    }
    cutTorn(segment, good, later);
    return agrees;
  }

  /**
   * What is not readable has good batches in later segments behind it. As in one file, they may not
   * have been forced; but they may, as a segment is forced only after those before it.
   */
  private void checkGap(Segment at, int position, Set<Long> later) throws IOException {
    if (!gapIsDamage) {
      return;
    }
    for (long base : later) {
      Segment segment = new Segment(disk, folder, base, nowMs);
      try {
        OptionalLong first = LaterBatches.first(segment, logEndOffset);
        if (first.isPresent()) {
          throw damaged(
              at, position, first.getAsLong() - 1, "is followed by good batches in a later file");
        }
      } finally {
        segment.release();
      }
    }
  }

  private void cutTorn(Segment segment, int good, Set<Long> laterSegments) throws IOException {
    checkGap(segment, good, laterSegments);
    OptionalLong later = LaterBatches.first(segment, good, logEndOffset);
    if (later.isPresent() && gapIsDamage) {
      throw damaged(segment, good, later.getAsLong() - 1, "has good batches behind bad ones");
    }
    if (later.isPresent()) {
      LOG.error(
          "{} is cut from {} to {} bytes: the offsets {} to {} are not readable, and those behind"
              + " them are given up, too, as they may not have been forced",
          segment.path(".log"),
          segment.size(),
          good,
          logEndOffset,
          later.getAsLong() - 1);
    } else {
      LOG.warn("{} is cut from {} to {} bytes", segment.path(".log"), segment.size(), good);
    }
    segment.cutTo(good);
    cut = true;
  }

  /**
   * Takes good batches from a position on, which raises the log end offset.
   *
   * @param trustedBelow batches of offsets below it are not read, but for their headers
   * @return where the first bad batch is, or the segment's size
   */
  private int walk(Segment segment, int from, long trustedBelow) throws IOException {
    BatchCursor cursor = segment.scan(from);
    int good = from;
    while (cursor.advance() && cursor.isPlausible(logEndOffset)) {
      if (cursor.baseOffset() >= trustedBelow && !cursor.crcHolds()) {
        break;
      }
      segment.note(cursor.header(), cursor.at(), good, config.indexIntervalBytes());
      if (rebuildEpochs || cursor.baseOffset() >= recoveryPoint) {
        epochs.assign(cursor.leaderEpoch(), cursor.baseOffset());
      }
      good += cursor.size();
      logEndOffset = cursor.lastOffset() + 1;
    }
    return good;
  }

  /** The last offset of a bad batch if its header may be believed, else of all that was known. */
  private long lastOffsetAt(Segment segment, int position, long knownBelow) throws IOException {
    BatchCursor cursor = segment.cursor(position, segment.size());
    boolean believed = cursor.advance() && cursor.isPlausible(logEndOffset);
    return believed ? Math.min(cursor.lastOffset(), knownBelow - 1) : knownBelow - 1;
  }

  /**
   * What was read of the producers.
   *
   * @param snapshot up to where a snapshot said it, else the log's start
   * @param removed whether snapshots were removed: the folder must be forced before anything that
   *     is appended counts as safe, or they come back and speak of what was cut away
   */
  record Producers(long snapshot, boolean removed) {}

  /** Rebuilds what is known of the producers at the log's end. */
  static Producers loadProducers(
      Disk disk,
      Path folder,
      ProducerStates producers,
      List<Segment> segments,
      long logStartOffset,
      long logEndOffset,
      long nowMs)
      throws IOException {
    TreeMap<Long, Path> snapshots = new TreeMap<>();
    for (Path name : disk.list(folder)) {
      String text = name.toString();
      if (text.endsWith(".snapshot") && NAME.matcher(text).matches()) {
        snapshots.put(Long.parseLong(text, 0, NAME_DIGITS, 10), folder.resolve(name));
      }
    }
    producers.clear();
    boolean removed = false;
    long from = logStartOffset;
    for (long offset : snapshots.descendingKeySet()) {
      Path snapshot = folder.resolve(Segment.name(offset, ".snapshot"));
      if (offset <= logEndOffset && producers.load(Checkpoints.read(disk, snapshot), nowMs)) {
        from = offset;
        break;
      }
      LOG.warn("{} is of no use and is removed", snapshot);
      disk.delete(snapshot);
      removed = true;
    }
    for (long older : snapshots.headMap(from).keySet()) {
      // Those at the beginning of a segment help when the log is cut back to it.
      if (segments.stream().noneMatch(s -> s.baseOffset == older)) {
        disk.delete(folder.resolve(Segment.name(older, ".snapshot")));
        removed = true;
      }
    }
    for (int i = 0; i < segments.size(); i++) {
      boolean covered = i < segments.size() - 1 && segments.get(i + 1).baseOffset <= from;
      if (!covered && from < logEndOffset) {
        noteProducers(segments.get(i), from, producers, nowMs);
      }
    }
    return new Producers(from, removed);
  }

  private static void noteProducers(
      Segment segment, long from, ProducerStates producers, long nowMs) throws IOException {
    BatchCursor cursor = segment.find(Math.max(from, segment.baseOffset), segment.size());
    boolean more = cursor != null;
    while (more && cursor != null) {
      if (cursor.lastOffset() >= from) {
        producers.note(cursor.header(), cursor.at(), nowMs);
      }
      more = cursor.advance();
    }
  }
}
