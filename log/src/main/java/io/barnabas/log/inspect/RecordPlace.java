package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.record.internal.Record;

/**
 * Where a record is.
 *
 * @param batch the batch that holds it
 */
public record RecordPlace(Path file, BatchHeader batch, long offset, long timestampMs) {

  /**
   * The first record of a segment whose offset is not below another; nothing if there is none.
   *
   * @param passed told of what is damaged before it, where an earlier one may have been
   */
  public static Optional<RecordPlace> ofOffset(
      Disk disk, Path file, long offset, Consumer<Damage> passed) throws IOException {
    return find(
        disk,
        file,
        batch -> batch.lastOffset() >= offset,
        record -> record.offset() >= offset,
        passed);
  }

  /**
   * The first record of a segment that is not older than a time; nothing if there is none.
   *
   * @param passed as for offsets
   */
  public static Optional<RecordPlace> ofTime(
      Disk disk, Path file, long timeMs, Consumer<Damage> passed) throws IOException {
    return find(
        disk,
        file,
        batch -> batch.maxTimestampMs() >= timeMs,
        record -> record.timestamp() >= timeMs,
        passed);
  }

  private static Optional<RecordPlace> find(
      Disk disk,
      Path file,
      Predicate<BatchHeader> inBatch,
      Predicate<Record> wanted,
      Consumer<Damage> passed)
      throws IOException {
    try (BatchReader reader = BatchReader.open(disk, file)) {
      for (var piece = reader.next(); piece.isPresent(); piece = reader.next()) {
        if (piece.get() instanceof Damage damage) {
          passed.accept(damage);
        } else if (piece.get() instanceof BatchHeader batch && inBatch.test(batch)) {
          Optional<RecordPlace> place = find(reader, file, batch, wanted);
          if (place.isPresent()) {
            return place;
          }
        }
      }
      return Optional.empty();
    }
  }

  /** Compaction may have taken the record and left the batch its offsets. */
  private static Optional<RecordPlace> find(
      BatchReader reader, Path file, BatchHeader batch, Predicate<Record> wanted)
      throws IOException {
    RecordPlace[] place = new RecordPlace[1];
    reader.records(
        batch,
        record -> {
          if (wanted.test(record)) {
            place[0] = new RecordPlace(file, batch, record.offset(), record.timestamp());
          }
          return place[0] == null;
        });
    return Optional.ofNullable(place[0]);
  }
}
