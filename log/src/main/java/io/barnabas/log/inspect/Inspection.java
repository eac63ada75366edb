package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Reads all of some files, compares them with their checksums and with each other, and says what is
 * wrong with them, as it is found. For one thread.
 */
public final class Inspection {
  private static final String EPOCHS = "leader-epoch-checkpoint";

  private final Disk disk;
  private final Consumer<Damage> listener;
  private long files;
  private long batches;
  private long records;
  private long bytes;
  private long damaged;

  /** Of files on a disk; what is wrong goes to the listener. */
  public Inspection(Disk disk, Consumer<Damage> listener) {
    this.disk = disk;
    this.listener = listener;
  }

  /**
   * What was looked at.
   *
   * @param batches those that were good
   * @param records how many those say that they have
   * @param bytes of segments
   * @param damaged how many times something was wrong
   */
  public record Totals(long files, long batches, long records, long bytes, long damaged) {}

  /** What was looked at so far. */
  public Totals totals() {
    return new Totals(files, batches, records, bytes, damaged);
  }

  private void found(Damage damage) {
    damaged++;
    listener.accept(damage);
  }

  /** All files in a folder that are of a log; those in folders in it are not looked at. */
  public void folder(Path folder) throws IOException {
    NavigableSet<Long> logs = new TreeSet<>();
    List<Path> others = new ArrayList<>();
    for (Path name : disk.list(folder)) {
      Path file = folder.resolve(name);
      Optional<FileKind> kind = FileKind.of(file);
      if (kind.isPresent() && kind.get() == FileKind.BATCHES) {
        logs.add(FileKind.baseOffset(file).orElseThrow());
      } else if (kind.isPresent()) {
        others.add(file);
      }
    }
    int lastEpoch = -1;
    for (long base : logs) {
      Long next = logs.higher(base);
      lastEpoch = segment(folder, base, next == null ? Long.MAX_VALUE : next, lastEpoch);
    }
    for (Path file : others) {
      FileKind kind = FileKind.of(file).orElseThrow();
      if (!kind.isOfSegment()) {
        other(file, kind);
      } else if (!logs.contains(FileKind.baseOffset(file).orElseThrow())) {
        withoutLog(file);
      }
    }
  }

  private void withoutLog(Path file) {
    String name = String.valueOf(file.getFileName());
    Path log = file.resolveSibling(name.substring(0, name.indexOf('.')) + ".log");
    long base = FileKind.baseOffset(file).orElseThrow();
    found(new Damage(log, 0, -1, base, -1, "is gone, as " + name + " says"));
  }

  /** One file; with a segment its indexes, and with an index its segment. */
  public void file(Path file) throws IOException {
    FileKind kind =
        FileKind.of(file)
            .orElseThrow(() -> new IllegalArgumentException(file + " is no file of a log"));
    if (!kind.isOfSegment()) {
      other(file, kind);
      return;
    }
    Path folder = file.toAbsolutePath().getParent();
    long base = FileKind.baseOffset(file).orElseThrow();
    Path inFolder = file.getParent() == null ? Path.of("") : file.getParent();
    if (folder == null || !disk.exists(path(inFolder, base, ".log"))) {
      withoutLog(file);
    } else {
      segment(inFolder, base, Long.MAX_VALUE, -1);
    }
  }

  private static Path path(Path folder, long base, String suffix) {
    return folder.resolve(String.format(java.util.Locale.ROOT, "%020d%s", base, suffix));
  }

  private void other(Path file, FileKind kind) throws IOException {
    files++;
    try {
      switch (kind) {
        case PRODUCERS -> producers(file);
        case LEADER_EPOCHS -> SmallFiles.epochs(disk, file);
        case OFFSETS -> SmallFiles.offsets(disk, file);
        case PROPERTIES -> properties(file);
        default -> throw new IllegalArgumentException(file + " is of a segment");
      }
    } catch (DamagedFileException e) {
      found(e.damage());
    }
  }

  private void producers(Path file) throws IOException {
    long offset = FileKind.baseOffset(file).orElseThrow();
    for (SmallFiles.Producer producer : SmallFiles.producers(disk, file)) {
      if (producer.lastOffset() >= offset) {
        found(
            Damage.of(
                file,
                0,
                "has producer %d at offset %d, which its name excludes"
                    .formatted(producer.producerId(), producer.lastOffset())));
        return;
      }
    }
  }

  private void properties(Path file) throws IOException {
    boolean isOfPartition = file.endsWith("partition.metadata");
    String wanted = isOfPartition ? "topic_id" : "cluster.id";
    String value = SmallFiles.properties(disk, file).get(wanted);
    if (value == null || (isOfPartition && !value.matches("[A-Za-z0-9_-]{22}"))) {
      found(Damage.of(file, 0, "has no " + wanted));
    }
  }

  /** A segment with its indexes, behind one that ends in a leader epoch; which it ends in. */
  private int segment(Path folder, long base, long nextBase, int epochBefore) throws IOException {
    int lastEpoch;
    Path log = path(folder, base, ".log");
    Path offsets = path(folder, base, ".index");
    Path times = path(folder, base, ".timeindex");
    try (BatchReader reader = BatchReader.open(disk, log);
        Checks checks = new Checks(epochs(folder.resolve(EPOCHS)), epochBefore)) {
      files++;
      bytes += reader.sizeBytes();
      if (disk.exists(offsets)) {
        files++;
        checks.add(
            new IndexCheck.OfOffsets(offsets, IndexReader.offsets(disk, offsets), this::found));
      }
      if (disk.exists(times)) {
        files++;
        checks.add(new IndexCheck.OfTimes(times, IndexReader.times(disk, times), this::found));
      }
      walk(log, reader, checks, nextBase);
      lastEpoch = checks.lastEpoch();
    }
    Path aborted = path(folder, base, ".txnindex");
    if (disk.exists(aborted)) {
      files++;
      aborted(aborted, base, nextBase);
    }
    return lastEpoch;
  }

  private void walk(Path log, BatchReader reader, Checks checks, long nextBase) throws IOException {
    boolean hasPassed = false;
    for (Piece piece = reader.next().orElse(null);
        piece != null;
        piece = reader.next().orElse(null)) {
      switch (piece) {
        case Damage damage -> {
          found(damage);
          checks.gap(damage);
        }
        case BatchHeader batch -> {
          batches++;
          records += batch.count();
          checks.batch(log, batch, this::found);
          if (batch.lastOffset() >= nextBase && !hasPassed) {
            hasPassed = true;
            String what = "is a batch with offsets that the next file begins with";
            found(
                new Damage(
                    log, batch.position(), batch.sizeBytes(), nextBase, batch.lastOffset(), what));
          }
        }
      }
    }
    checks.end();
  }

  /** Empty where they cannot be read, which is said when their file's turn comes. */
  private List<SmallFiles.EpochStart> epochs(Path file) throws IOException {
    try {
      return disk.exists(file) ? SmallFiles.epochs(disk, file) : List.of();
    } catch (DamagedFileException e) {
      return List.of();
    }
  }

  private void aborted(Path file, long base, long nextBase) throws IOException {
    long last = -1;
    try (IndexReader<IndexEntry.OfAborted> reader = IndexReader.aborted(disk, file)) {
      for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        IndexEntry.OfAborted aborted = entry.get();
        if (aborted.lastOffset() <= last
            || aborted.lastOffset() < base
            || aborted.lastOffset() >= nextBase
            || aborted.firstOffset() > aborted.lastOffset()) {
          found(
              Damage.of(
                  file,
                  aborted.at(),
                  "is a transaction at the offsets %d to %d, which cannot be one of these"
                      .formatted(aborted.firstOffset(), aborted.lastOffset())));
          return;
        }
        last = aborted.lastOffset();
      }
    } catch (DamagedFileException e) {
      found(e.damage());
    }
  }
}
