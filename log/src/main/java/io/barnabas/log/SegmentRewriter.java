package io.barnabas.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Writes what stays of some segments into a file that is to take their place. */
final class SegmentRewriter {
  /** So much is collected before it is written. */
  private static final int WRITE_BYTES = 256 * 1024;

  /** A batch of a few records can grow a little: their times count from another one. */
  private static final int SPARE_BYTES = 16 * 1024;

  private final LogCore core;
  private final SegmentReader reader;
  private final CleanedBatches batches;
  private final Segment target;
  private ByteBuffer collected = ByteBuffer.allocate(WRITE_BYTES + SPARE_BYTES);

  private SegmentRewriter(
      LogCore core, SegmentReader reader, CleanedBatches batches, Segment target) {
    this.core = core;
    this.reader = reader;
    this.batches = batches;
    this.target = target;
  }

  /**
   * Writes the file and forces it. The segment is the caller's, who lets it take the others' place
   * or discards it.
   *
   * @param group one or more, one behind the other
   * @throws NotWrittenException if the disk has no room for it: nothing is left of it
   */
  static Segment rewrite(
      LogCore core, SegmentReader reader, CleanedBatches batches, List<Segment> group)
      throws IOException, CleaningAbortedException, UncleanableException {
    Segment target = begin(core, group);
    boolean written = false;
    try {
      new SegmentRewriter(core, reader, batches, target).all(group);
      target.completeTimeIndex();
      target.file.force();
      target.dirty = false;
      written = true;
      return target;
    } finally {
      if (!written) {
        discard(core, target);
      }
    }
  }

  /** Not while the folder gets another name. */
  private static Segment begin(LogCore core, List<Segment> group)
      throws IOException, CleaningAbortedException {
    core.maintenance.lock();
    try {
      if (!core.isUsable()) {
        throw new CleaningAbortedException("the log was closed");
      }
      long base = group.getFirst().baseOffset;
      Path file = core.folder.resolve(Segment.name(base, SegmentSwap.CLEANED));
      core.disk.delete(file);
      try {
        return new Segment(
            core.disk, core.folder, base, group.getLast().createdMs(), SegmentSwap.CLEANED);
      } catch (IOException e) {
        throw new NotWrittenException(file, e);
      }
    } finally {
      core.maintenance.unlock();
    }
  }

  /** Removes a file that is not to take the place of others. */
  static void discard(LogCore core, Segment target) throws IOException {
    target.release();
    core.maintenance.lock();
    try {
      // Else the folder may be another's by now; a start removes it.
      if (core.isUsable()) {
        core.disk.delete(target.path(SegmentSwap.CLEANED));
      }
    } finally {
      core.maintenance.unlock();
    }
  }

  private void all(List<Segment> group)
      throws IOException, CleaningAbortedException, UncleanableException {
    Segment last = group.stream().filter(s -> s.size() > 0).toList().getLast();
    for (Segment segment : group) {
      core.lock.lock();
      try {
        batches.knowing(core.producers.last());
      } finally {
        core.lock.unlock();
      }
      reader.batches(
          segment,
          (batch, lastOfSegment) -> {
            take(segment, batch, lastOfSegment && segment == last);
            return true;
          });
    }
    write();
  }

  private void take(Segment segment, ByteBuffer batch, boolean last)
      throws IOException, CleaningAbortedException, UncleanableException {
    try {
      collected = batches.clean(batch, last, collected);
    } catch (RuntimeException e) {
      // Decompressors and what reads records fail with whatever they like.
      throw new UncleanableException(
          "%s has a batch at offset %d of which the records cannot be read"
              .formatted(segment.path(".log"), BatchFormat.baseOffset(batch, 0)),
          e);
    }
    if (collected.position() >= WRITE_BYTES) {
      write();
    }
  }

  private void write() throws IOException, CleaningAbortedException, UncleanableException {
    collected.flip();
    int bytes = collected.remaining();
    if (bytes > Integer.MAX_VALUE - target.size()) {
      throw new UncleanableException(target.path(".log") + " would get too large", null);
    }
    if (bytes > 0) {
      reader.pay(bytes);
      core.directory.room().take(bytes);
      target.append(collected, core.config.indexIntervalBytes());
    }
    collected =
        collected.capacity() > 2 * WRITE_BYTES
            ? ByteBuffer.allocate(WRITE_BYTES + SPARE_BYTES)
            : collected.clear();
  }
}
