package io.barnabas.world.simulated;

import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.Arrays;

/** An open file. It keeps its content when its name is changed or removed. */
final class SimulatedFile implements DiskFile {
  private final SimulatedDisk disk;
  private final FileNode node;
  private final Path path;
  private final boolean writable;
  private boolean closed;

  SimulatedFile(SimulatedDisk disk, FileNode node, Path path, boolean writable) {
    this.disk = disk;
    this.node = node;
    this.path = path;
    this.writable = writable;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    disk.enter();
    return node.content().size();
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    checkOpen();
    disk.beginRead(path);
    if (position >= node.content().size()) {
      return -1;
    }
    return node.content().read(target, position);
  }

  @Override
  public void append(ByteBuffer... sources) throws IOException {
    checkWritable();
    beginChange();
    try {
      disk.change(DiskOperation.APPEND, path, () -> appendAll(drain(sources)));
    } finally {
      node.endChange();
    }
  }

  private static byte[] drain(ByteBuffer... sources) {
    byte[] bytes = new byte[Arrays.stream(sources).mapToInt(ByteBuffer::remaining).sum()];
    int position = 0;
    for (ByteBuffer source : sources) {
      int count = source.remaining();
      source.get(bytes, position, count);
      position += count;
    }
    return bytes;
  }

  private void appendAll(byte[] bytes) throws IOException {
    disk.trace("bytes", Arrays.hashCode(bytes));
    int room = disk.reserve(node, bytes.length);
    if (bytes.length > 0) {
      // A full disk takes what still fits and then refuses, as a real one may.
      node.append(Arrays.copyOf(bytes, room), disk.nowMillis());
    }
    if (room < bytes.length) {
      throw new IOException("No space left on device");
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    checkWritable();
    if (size < 0) {
      throw new IllegalArgumentException("negative size: " + size);
    }
    beginChange();
    try {
      disk.change(DiskOperation.TRUNCATE, path, () -> cut(size));
    } finally {
      node.endChange();
    }
  }

  private void cut(long size) {
    int before = node.content().size();
    if (size < before) {
      node.truncate((int) size, disk.nowMillis());
      disk.release(node, before - (int) size);
    }
  }

  @Override
  public void force() throws IOException {
    checkOpen();
    long changes = node.changes();
    try {
      disk.change(DiskOperation.FORCE, path, () -> node.force(changes));
    } catch (IOException e) {
      node.forgetUnforced();
      throw e;
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void beginChange() {
    if (!node.beginChange()) {
      throw new IllegalStateException("two threads change the file at once: " + path);
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }
}
