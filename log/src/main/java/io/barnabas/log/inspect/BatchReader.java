package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a segment's file from its beginning, batch by batch, and says what is none. Behind
 * something that is no good batch it looks for the next one. For one thread.
 */
public final class BatchReader implements Closeable {
  private static final int CHUNK_BYTES = 256 * 1024;

  /**
   * After so many bytes were compared with checksums in vain no batch is looked for any more: a
   * record's value may hold what looks like any number of large batches.
   */
  private static final long MOST_CHECKED_BYTES = 1L << 30;

  private final Path path;
  private final DiskFile file;
  private final long end;
  private final long segmentBase;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
  private long chunkStart;
  private long next;

  /** No offset of what follows may be below it. */
  private long notBelow;

  private BatchReader(Path path, DiskFile file) throws IOException {
    this.path = path;
    this.file = file;
    end = file.size();
    segmentBase = FileKind.baseOffset(path).orElse(0);
    notBelow = segmentBase;
  }

  /** Opens a file, up to the size that it has now. */
  public static BatchReader open(Disk disk, Path path) throws IOException {
    DiskFile file = disk.openForRead(path);
    try {
      return new BatchReader(path, file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** How much of the file is looked at. */
  public long sizeBytes() {
    return end;
  }

  /** What comes next in the file; nothing at its end. */
  public Optional<Piece> next() throws IOException {
    if (next >= end) {
      return Optional.empty();
    }
    BatchHeader header = headerAt(next);
    if (header != null && header.isPossible(segmentBase, end - next) && crcHolds(header)) {
      next += header.sizeBytes();
      long expected = notBelow;
      notBelow = header.lastOffset() + 1;
      return Optional.of(header.baseOffset() >= expected ? header : disorder(header, expected));
    }
    return Optional.of(broken(header));
  }

  private Damage disorder(BatchHeader header, long expected) {
    return new Damage(
        path,
        header.position(),
        header.sizeBytes(),
        header.baseOffset(),
        header.lastOffset(),
        "is a batch whose first offset is not above %d, the last before it"
            .formatted(expected - 1));
  }

  /** Goes to the next good batch, or to the end. */
  private Damage broken(@Nullable BatchHeader header) throws IOException {
    long position = next;
    boolean possible = header != null && header.isPossible(segmentBase, end - next);
    BatchHeader later = null;
    if (header != null && possible) {
      // The batch behind one that says how long it is, before any that a value may hold.
      later = goodAt(position + header.sizeBytes());
      next = position + header.sizeBytes();
    }
    if (later == null && next != end) {
      later = search(position + 1);
      next = later == null ? end : later.position();
    }
    long lastOffset = later == null ? -1 : Math.max(notBelow, later.baseOffset()) - 1;
    String what = "is no batch";
    if (header != null && possible) {
      what = "is a batch that does not match its checksum";
      lastOffset = later == null && next == end ? header.lastOffset() : lastOffset;
    } else if (end - position < BatchHeader.BYTES) {
      what = "is the beginning of a batch";
    }
    return new Damage(path, position, next - position, notBelow, lastOffset, what);
  }

  private @Nullable BatchHeader search(long from) throws IOException {
    long checked = 0;
    for (long at = from; checked < MOST_CHECKED_BYTES; at++) {
      BatchHeader header = headerAt(at);
      if (header == null) {
        return null;
      }
      if (mayFollow(header)) {
        if (crcHolds(header)) {
          return header;
        }
        checked += header.sizeBytes();
      }
    }
    return null;
  }

  private boolean mayFollow(BatchHeader header) {
    return header.baseOffset() >= notBelow
        && header.isPossible(segmentBase, end - header.position());
  }

  private @Nullable BatchHeader goodAt(long position) throws IOException {
    BatchHeader header = headerAt(position);
    return header != null && mayFollow(header) && crcHolds(header) ? header : null;
  }

  private @Nullable BatchHeader headerAt(long position) throws IOException {
    if (end - position < BatchHeader.BYTES) {
      return null;
    }
    if (position < chunkStart || position + BatchHeader.BYTES > chunkStart + chunk.limit()) {
      fill(chunk, position, CHUNK_BYTES);
      chunkStart = position;
      if (chunk.limit() < BatchHeader.BYTES) {
        return null;
      }
    }
    return BatchHeader.read(chunk.duplicate().position((int) (position - chunkStart)), position);
  }

  private void fill(ByteBuffer buffer, long from, long bytes) throws IOException {
    buffer.clear().limit((int) Math.min(Math.min(buffer.capacity(), bytes), end - from));
    file.read(buffer, from);
    buffer.flip();
  }

  private boolean crcHolds(BatchHeader header) throws IOException {
    long from = header.position() + BatchHeader.BEFORE_CHECKED;
    long stop = header.position() + header.sizeBytes();
    CRC32C crc = new CRC32C();
    if (header.position() >= chunkStart && stop <= chunkStart + chunk.limit()) {
      crc.update(chunk.slice((int) (from - chunkStart), (int) (stop - from)));
      return crc.getValue() == header.crc();
    }
    ByteBuffer part = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, stop - from));
    while (from < stop) {
      fill(part, from, stop - from);
      if (!part.hasRemaining()) {
        return false;
      }
      from += part.remaining();
      crc.update(part);
    }
    return crc.getValue() == header.crc();
  }

  /** What is done with a record; false to be given no more. */
  @FunctionalInterface
  public interface RecordTaker {
    /** Takes one; what is in it is good until this returns. */
    boolean take(Record record);
  }

  /**
   * Gives the records of a good batch one after the other, unpacked piece by piece.
   *
   * @throws DamagedFileException if they are not as a batch must have them; those before were given
   */
  public void records(BatchHeader header, RecordTaker taker) throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(header.sizeBytes());
    file.read(batch, header.position());
    RecordBatch whole = MemoryRecords.readableRecords(batch.flip()).batches().iterator().next();
    int given = 0;
    try (CloseableIterator<Record> records = whole.streamingIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        Record record = records.next();
        given++;
        if (!taker.take(record)) {
          return;
        }
      }
    } catch (KafkaException e) {
      throw unreadable(header, given, e);
    }
  }

  private DamagedFileException unreadable(BatchHeader header, int given, Exception cause) {
    return new DamagedFileException(
        new Damage(
            path,
            header.position(),
            header.sizeBytes(),
            header.baseOffset(),
            header.lastOffset(),
            "is a batch whose records after the first %d cannot be read (%s)"
                .formatted(given, cause.getMessage())));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
