package io.barnabas.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file of the machine. */
final class RealDiskFile implements DiskFile {
  private final FileChannel channel;

  /**
   * Where the next append goes. Stays where it was when an append fails, so that the next one
   * overwrites what the failed one left.
   */
  private volatile long end;

  RealDiskFile(FileChannel channel) throws IOException {
    this.channel = channel;
    end = channel.size();
  }

  FileChannel channel() {
    return channel;
  }

  @Override
  public long size() {
    return end;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int total = 0;
    while (target.hasRemaining()) {
      int read = channel.read(target, position + total);
      if (read < 0) {
        return total == 0 ? -1 : total;
      }
      total += read;
    }
    return total;
  }

  @Override
  public void append(ByteBuffer... sources) throws IOException {
    long start = end;
    long written = 0;
    if (sources.length == 1) {
      // One call to the kernel, where a gathering write needs the position set before.
      while (sources[0].hasRemaining()) {
        written += channel.write(sources[0], start + written);
      }
      end = start + written;
      return;
    }
    channel.position(start);
    int first = 0;
    while (first < sources.length) {
      if (sources[first].hasRemaining()) {
        written += channel.write(sources, first, sources.length - first);
      } else {
        first++;
      }
    }
    end = start + written;
  }

  @Override
  public void truncate(long size) throws IOException {
    channel.truncate(size);
    end = Math.min(end, size);
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
