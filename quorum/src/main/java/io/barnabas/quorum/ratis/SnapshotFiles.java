package io.barnabas.quorum.ratis;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots as files: format, our index, CRC-32C of what follows, all state. Ratis names them by
 * its own term and index, and sends them with an MD5 sum from a file beside each.
 */
final class SnapshotFiles extends SimpleStateMachineStorage {
  private static final int FORMAT = 1;
  private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Long.BYTES;

  /** What a snapshot holds: the index of the last entry in it, and all state. */
  static final class Content {
    private final long index;
    private final byte[] state;

    Content(long index, byte[] state) {
      this.index = index;
      this.state = state;
    }

    long index() {
      return index;
    }

    byte[] state() {
      return state;
    }
  }

  private @Nullable RaftStorage raftStorage;

  @Override
  public void init(RaftStorage storage) throws IOException {
    raftStorage = storage;
    super.init(storage);
  }

  private RaftStorage storage() {
    if (raftStorage == null) {
      throw new IllegalStateException("Not initialised");
    }
    return raftStorage;
  }

  /** Writes and forces a snapshot; from then on it is the latest. */
  Path write(TermIndex applied, Content content) throws IOException {
    Path file = getSnapshotFile(applied.getTerm(), applied.getIndex()).toPath();
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
      header.putInt(FORMAT).putLong(content.index()).putLong(checksum(content.state())).flip();
      write(channel, header);
      write(channel, ByteBuffer.wrap(content.state()));
      channel.force(true);
    }
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    MD5Hash md5 = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    forceDirectory(file.resolveSibling(""));
    updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, md5), applied));
    return file;
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads a snapshot, and checks it. */
  static Content read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEADER_BYTES) {
      throw new IOException("Snapshot %s ends in its header".formatted(file));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int format = buffer.getInt();
    if (format != FORMAT) {
      throw new IOException(
          "Snapshot %s has format %d, which this release does not know".formatted(file, format));
    }
    long index = buffer.getLong();
    long checksum = buffer.getLong();
    byte[] state = new byte[buffer.remaining()];
    buffer.get(state);
    if (checksum != checksum(state)) {
      throw new IOException("Snapshot %s is damaged".formatted(file));
    }
    return new Content(index, state);
  }

  private static long checksum(byte[] state) {
    CRC32C checksum = new CRC32C();
    checksum.update(state);
    return checksum.getValue();
  }

  /**
   * Ratis puts a received snapshot in place, and drops the entries that are in it, without forcing
   * it to disk first.
   */
  void forceReceived() throws IOException {
    Path received = storage().getStorageDir().getTmpDir().toPath();
    if (!Files.isDirectory(received)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(received)) {
      paths = walk.toList();
    }
    for (Path path : paths) {
      force(path);
    }
  }

  static void forceDirectory(Path directory) throws IOException {
    force(directory);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
