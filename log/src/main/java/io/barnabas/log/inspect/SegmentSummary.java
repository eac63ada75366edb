package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What is in a segment.
 *
 * @param records how many its good batches say that they have
 * @param firstOffset of the first good batch; -1 if there is none
 * @param lastOffset of the last good batch; -1 if there is none
 * @param firstTimestampMs of the first good batch; -1 if there is none
 * @param maxTimestampMs the greatest of any good batch; -1 if there is none
 * @param damaged how many times something else than a good batch is in it
 */
public record SegmentSummary(
    Path file,
    long sizeBytes,
    long batches,
    long records,
    long firstOffset,
    long lastOffset,
    long firstTimestampMs,
    long maxTimestampMs,
    long damaged) {

  /** Reads all of a segment. */
  public static SegmentSummary of(Disk disk, Path file) throws IOException {
    try (BatchReader reader = BatchReader.open(disk, file)) {
      SegmentSummary now = new SegmentSummary(file, reader.sizeBytes(), 0, 0, -1, -1, -1, -1, 0);
      for (var piece = reader.next(); piece.isPresent(); piece = reader.next()) {
        now =
            switch (piece.get()) {
              case BatchHeader batch -> now.with(batch);
              case Damage damage -> now.withDamage();
            };
      }
      return now;
    }
  }

  private SegmentSummary with(BatchHeader batch) {
    return new SegmentSummary(
        file,
        sizeBytes,
        batches + 1,
        records + batch.count(),
        batches == 0 ? batch.baseOffset() : firstOffset,
        batch.lastOffset(),
        batches == 0 ? batch.baseTimestampMs() : firstTimestampMs,
        Math.max(maxTimestampMs, batch.maxTimestampMs()),
        damaged);
  }

  private SegmentSummary withDamage() {
    return new SegmentSummary(
        file,
        sizeBytes,
        batches,
        records,
        firstOffset,
        lastOffset,
        firstTimestampMs,
        maxTimestampMs,
        damaged + 1);
  }
}
