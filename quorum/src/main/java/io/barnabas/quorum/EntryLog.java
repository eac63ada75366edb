package io.barnabas.quorum;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file of the entries since a snapshot. Each frame is forced before the next is written, so
 * only the last can be torn; a bad frame with a whole one behind it was damaged later. For one
 * thread.
 */
final class EntryLog implements Closeable {
  private final Path path;
  private final DiskFile file;
  private long lastIndex;
  private long sizeBytes;

  private EntryLog(Path path, DiskFile file, long lastIndex) {
    this.path = path;
    this.file = file;
    this.lastIndex = lastIndex;
  }

  /**
   * A new, empty one that survives a power loss; its first entry will have this index.
   *
   * @throws NotAppendedException if it could not be made, and there is none now
   */
  static EntryLog create(Disk disk, Path directory, long firstIndex) throws IOException {
    Path path = directory.resolve(Names.entries(firstIndex));
    EntryLog log = new EntryLog(path, make(disk, path), firstIndex - 1);
    try {
      disk.forceDirectory(directory);
      return log;
    } catch (IOException e) {
      log.close();
      throw e;
    }
  }

  private static DiskFile make(Disk disk, Path path) throws IOException {
    try {
      return disk.openForAppend(path);
    } catch (IOException e) {
      // An empty file of this name would hide the entries in the one before it.
      disk.delete(path);
      throw new NotAppendedException(path + " could not be made: " + e.getMessage(), e);
    }
  }

  /** One that is there; {@link #recover} must come next. */
  static EntryLog open(Disk disk, Path path, long firstIndex) throws IOException {
    return new EntryLog(path, disk.openForAppend(path), firstIndex - 1);
  }

  /**
   * Checks all frames, cuts a torn one off the end, and forces the rest.
   *
   * @throws IOException if a frame that had been forced is damaged
   */
  void recover() throws IOException {
    long position = 0;
    for (Optional<EntryFrame> frame = at(position); frame.isPresent(); frame = at(position)) {
      if (frame.get().firstIndex() != lastIndex + 1) {
        throw new IOException(
            "%s goes from entry %d to %d".formatted(path, lastIndex, frame.get().firstIndex()));
      }
      lastIndex = frame.get().lastIndex();
      position += frame.get().sizeBytes();
    }
    refuseIfMoreFollows(position);
    file.truncate(position);
    // Of a killed process the last frame may be there whole and yet not forced.
    file.force();
    sizeBytes = position;
  }

  private void refuseIfMoreFollows(long position) throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(Math.toIntExact(file.size() - position));
    file.read(rest, position);
    rest.flip();
    while (rest.remaining() > EntryFrame.HEADER_BYTES) {
      rest.get();
      Optional<EntryFrame> later = EntryFrame.decode(rest);
      if (later.isPresent() && later.get().firstIndex() > lastIndex) {
        throw new IOException(
            ("%s is damaged at byte %d: entry %d cannot be read, and entry %d follows it;"
                    + " restore it from a backup")
                .formatted(path, position, lastIndex + 1, later.get().firstIndex()));
      }
    }
  }

  /** The frame at a position; empty at the end, or if it is not whole. */
  private Optional<EntryFrame> at(long position) throws IOException {
    ByteBuffer header = read(position, EntryFrame.HEADER_BYTES);
    Optional<Integer> length = EntryFrame.length(header, file.size() - position);
    return length.isEmpty() ? Optional.empty() : EntryFrame.decode(read(position, length.get()));
  }

  private ByteBuffer read(long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    file.read(target, position);
    return target.flip();
  }

  /** Tells of all entries after this index. */
  void replay(long afterIndex, CommitListener listener) throws IOException {
    long position = 0;
    while (position < sizeBytes) {
      EntryFrame frame =
          at(position).orElseThrow(() -> new IOException(path + " changed while it was read"));
      for (int i = 0; i < frame.entries().size(); i++) {
        if (frame.firstIndex() + i > afterIndex) {
          listener.committed(frame.firstIndex() + i, frame.entries().get(i));
        }
      }
      position += frame.sizeBytes();
    }
  }

  /**
   * Appends entries as one frame; they are not safe before {@link #force}.
   *
   * @throws NotAppendedException if the file is as it was, and can be appended to again
   * @throws IOException if it is not known how the file is
   */
  void append(List<byte[]> entries) throws IOException {
    EntryFrame frame = new EntryFrame(lastIndex + 1, entries);
    try {
      file.append(frame.encode());
    } catch (IOException e) {
      file.truncate(sizeBytes);
      throw new NotAppendedException("The entry could not be written: " + e.getMessage(), e);
    }
    sizeBytes += frame.sizeBytes();
    lastIndex = frame.lastIndex();
  }

  void force() throws IOException {
    file.force();
  }

  long lastIndex() {
    return lastIndex;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
