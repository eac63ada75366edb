package io.barnabas.log.inspect;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of an index one after the other. A file that its writer made larger than its
 * entries ends at the first one that is only zeros. For one thread.
 *
 * @param <E> the kind of its entries
 */
public final class IndexReader<E extends IndexEntry> implements Closeable {
  private static final int CHUNK_ENTRIES = 4 * 1024;
  private static final int OFFSET_BYTES = 8;
  private static final int TIME_BYTES = 12;
  private static final int ABORTED_BYTES = 34;
  private static final int ABORTED_VERSION = 0;

  /** Makes an entry of bytes; null if they can be none. */
  private interface Decoder<E> {
    @Nullable E decode(ByteBuffer in, long at, long base);
  }

  private final Path path;
  private final DiskFile file;
  private final long end;
  private final long base;
  private final int entryBytes;
  private final Decoder<E> decoder;
  private final ByteBuffer chunk;
  private long next;

  private IndexReader(Disk disk, Path path, int entryBytes, Decoder<E> decoder) throws IOException {
    this.path = path;
    this.entryBytes = entryBytes;
    this.decoder = decoder;
    base = FileKind.baseOffset(path).orElse(0);
    chunk = ByteBuffer.allocate(CHUNK_ENTRIES * entryBytes).limit(0);
    file = disk.openForRead(path);
    end = file.size();
  }

  /** Of an {@code .index}. */
  public static IndexReader<IndexEntry.OfOffset> offsets(Disk disk, Path path) throws IOException {
    return new IndexReader<>(
        disk,
        path,
        OFFSET_BYTES,
        (in, at, base) -> new IndexEntry.OfOffset(at, base + in.getInt(), in.getInt()));
  }

  /** Of a {@code .timeindex}. */
  public static IndexReader<IndexEntry.OfTime> times(Disk disk, Path path) throws IOException {
    return new IndexReader<>(
        disk,
        path,
        TIME_BYTES,
        (in, at, base) -> new IndexEntry.OfTime(at, in.getLong(), base + in.getInt()));
  }

  /** Of a {@code .txnindex}. */
  public static IndexReader<IndexEntry.OfAborted> aborted(Disk disk, Path path) throws IOException {
    return new IndexReader<>(disk, path, ABORTED_BYTES, (in, at, base) -> aborted(in, at));
  }

  private static IndexEntry.@Nullable OfAborted aborted(ByteBuffer in, long at) {
    return in.getShort() == ABORTED_VERSION
        ? new IndexEntry.OfAborted(at, in.getLong(), in.getLong(), in.getLong(), in.getLong())
        : null;
  }

  /**
   * The next entry; nothing at the end.
   *
   * @throws DamagedFileException if what is there cannot be one; nothing can be read behind it
   */
  public Optional<E> next() throws IOException {
    if (next >= end) {
      return Optional.empty();
    }
    if (end - next < entryBytes) {
      throw damaged("is the beginning of an entry");
    }
    if (!chunk.hasRemaining()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), (end - next) / entryBytes * entryBytes));
      file.read(chunk, next);
      chunk.flip();
      if (chunk.limit() < entryBytes) {
        throw damaged("cannot be read");
      }
    }
    ByteBuffer entry = chunk.slice(chunk.position(), entryBytes);
    if (entryBytes != ABORTED_BYTES && isZero(entry)) {
      next = end;
      return Optional.empty();
    }
    E decoded = decoder.decode(entry, next, base);
    if (decoded == null) {
      throw damaged("is an entry of an unknown version");
    }
    chunk.position(chunk.position() + entryBytes);
    next += entryBytes;
    return Optional.of(decoded);
  }

  private static boolean isZero(ByteBuffer entry) {
    for (int i = 0; i < entry.limit(); i++) {
      if (entry.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private DamagedFileException damaged(String what) {
    return new DamagedFileException(new Damage(path, next, end - next, -1, -1, what));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
