package io.barnabas.world;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * A stream of bytes in each direction. One thread may read while another writes; neither direction
 * is for two threads at once. Any thread may close.
 */
public interface Connection extends Closeable {
  /** This side's address. */
  InetSocketAddress localAddress();

  /** The other side's address. */
  InetSocketAddress remoteAddress();

  /**
   * Waits for at least one byte and reads what is there, up to the room in {@code target}. Direct
   * buffers spare a copy.
   *
   * @return how many bytes were read; -1 once the other side has sent its last
   */
  int read(ByteBuffer target) throws IOException;

  /**
   * Writes all that remains in the buffers, in order, waiting while the other side does not read.
   */
  void write(ByteBuffer... sources) throws IOException;

  /**
   * Writes a stretch of a file, without a copy through this program where the world can, waiting
   * while the other side does not read.
   *
   * @throws java.io.EOFException if the file ends before {@code position + count}
   */
  void write(DiskFile file, long position, long count) throws IOException;

  /**
   * Ends the stream in both directions; safe to repeat. Threads that read or write it get a {@code
   * ClosedChannelException} or, if they read, possibly -1.
   */
  @Override
  void close();
}
