package io.barnabas.quorum;

import io.barnabas.world.Disk;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A snapshot on disk: magic, CRC-32C of the state, index of the last entry in it, the state. It
 * gets its name only when it is whole and forced, so one that is damaged was damaged later.
 */
final class SnapshotFile {
  private static final int HEADER_BYTES = 16;
  private static final int MAGIC = 0x42515331;

  private SnapshotFile() {}

  /**
   * Writes a snapshot; when this returns, it survives a power loss.
   *
   * @throws NotAppendedException if there was no room, and nothing changed
   */
  static void write(Disk disk, Path directory, long index, byte[] state) throws IOException {
    Path target = directory.resolve(Names.snapshot(index));
    Path temporary = directory.resolve(Names.snapshot(index) + Names.TEMPORARY);
    disk.delete(temporary);
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putInt(MAGIC).putInt(checksum(ByteBuffer.wrap(state))).putLong(index).flip();
    try (DiskFile file = disk.openForAppend(temporary)) {
      append(file, header, ByteBuffer.wrap(state));
      file.force();
    } catch (NotAppendedException e) {
      disk.delete(temporary);
      throw e;
    }
    disk.rename(temporary, target);
    disk.forceDirectory(directory);
  }

  private static void append(DiskFile file, ByteBuffer... content) throws NotAppendedException {
    try {
      file.append(content);
    } catch (IOException e) {
      throw new NotAppendedException("The snapshot could not be written: " + e.getMessage(), e);
    }
  }

  /**
   * The state in a snapshot.
   *
   * @throws IOException if it is damaged
   */
  static byte[] read(Disk disk, Path path, long index) throws IOException {
    try (DiskFile file = disk.openForRead(path)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(content, 0);
      content.flip();
      if (content.remaining() < HEADER_BYTES
          || content.getInt() != MAGIC
          || content.getInt()
              != checksum(content.slice(HEADER_BYTES, content.limit() - HEADER_BYTES))
          || content.getLong() != index) {
        throw new IOException("The snapshot " + path + " is damaged; restore it from a backup");
      }
      byte[] state = new byte[content.remaining()];
      content.get(state);
      return state;
    }
  }

  private static int checksum(ByteBuffer state) {
    CRC32C crc = new CRC32C();
    crc.update(state);
    return (int) crc.getValue();
  }
}
