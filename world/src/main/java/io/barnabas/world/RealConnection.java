package io.barnabas.world;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP connection. Its channel is in blocking mode: a virtual thread that must wait parks.
 *
 * <p>The exception is {@code transferTo}, which never parks: on a socket that blocks inside the
 * kernel it would hold the carrier thread until the other side reads, and on one that does not it
 * returns 0. So it is used on the latter kind only (the JDK makes a socket so on a virtual thread's
 * first read or write), and after a 0 the next few bytes go by a plain write, which parks until
 * there is room.
 */
final class RealConnection implements Connection {
  private static final Logger LOG = LoggerFactory.getLogger(RealConnection.class);

  /** Small, for every slow reader holds one; once a write has found room, transfers go on. */
  private static final int COPY_BUFFER_BYTES = 16 * 1024;

  /** The JDK copies all that it is given of a heap buffer, and keeps the room for the copy. */
  private static final int MAX_HEAP_WRITE_BYTES = 64 * 1024;

  private final SocketChannel channel;
  private final InetSocketAddress localAddress;
  private final InetSocketAddress remoteAddress;

  /**
   * Held while a file is transferred and while the channel closes: a transfer does not keep the
   * channel from giving its descriptor back, and the bytes would go to whoever got it next.
   */
  private final ReentrantLock transferOrClose = new ReentrantLock();

  /** Set before the lock is tried: whoever holds it then looks here once it has let go. */
  private volatile boolean closing;

  /** Used by the one thread that writes. */
  private boolean socketNeverBlocks;

  private @Nullable ByteBuffer copyBuffer;

  RealConnection(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    localAddress = (InetSocketAddress) channel.getLocalAddress();
    remoteAddress = (InetSocketAddress) channel.getRemoteAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  @Override
  public void write(ByteBuffer... sources) throws IOException {
    int first = 0;
    while (first < sources.length) {
      if (sources[first].hasRemaining()) {
        writeSome(sources, first);
      } else {
        first++;
      }
    }
  }

  private void writeSome(ByteBuffer[] sources, int first) throws IOException {
    ByteBuffer next = sources[first];
    if (isLargeOnHeap(next)) {
      int limit = next.limit();
      next.limit(next.position() + MAX_HEAP_WRITE_BYTES);
      try {
        channel.write(next);
      } finally {
        next.limit(limit);
      }
      return;
    }
    int end = first + 1;
    while (end < sources.length && !isLargeOnHeap(sources[end])) {
      end++;
    }
    channel.write(sources, first, end - first);
  }

  private static boolean isLargeOnHeap(ByteBuffer buffer) {
    return !buffer.isDirect() && buffer.remaining() > MAX_HEAP_WRITE_BYTES;
  }

  @Override
  public void write(DiskFile file, long position, long count) throws IOException {
    boolean transferable = file instanceof RealDiskFile && socketNeverBlocks();
    long done = 0;
    while (done < count) {
      long moved = 0;
      if (transferable) {
        moved = transfer((RealDiskFile) file, position + done, count - done);
      }
      if (moved == 0) {
        moved = copy(file, position + done, count - done);
      }
      done += moved;
    }
  }

  private long transfer(RealDiskFile file, long position, long count) throws IOException {
    transferOrClose.lock();
    try {
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      return file.channel().transferTo(position, count, channel);
    } finally {
      transferOrClose.unlock();
      if (closing) {
        close();
      }
    }
  }

  private long copy(DiskFile file, long position, long count) throws IOException {
    ByteBuffer buffer = copyBuffer;
    if (buffer == null) {
      buffer = newCopyBuffer();
      copyBuffer = buffer;
    }
    buffer.clear().limit(Math.toIntExact(Math.min(count, COPY_BUFFER_BYTES)));
    int read = file.read(buffer, position);
    if (read <= 0) {
      throw new EOFException("the file ends before position " + (position + count));
    }
    write(buffer.flip());
    return read;
  }

  private static ByteBuffer newCopyBuffer() throws IOException {
    try {
      return ByteBuffer.allocateDirect(COPY_BUFFER_BYTES);
    } catch (OutOfMemoryError e) {
      throw new IOException("there is no memory outside the heap to send a file", e);
    }
  }

  private boolean socketNeverBlocks() throws IOException {
    if (!socketNeverBlocks && Thread.currentThread().isVirtual()) {
      channel.write(ByteBuffer.allocate(0));
      socketNeverBlocks = true;
    }
    return socketNeverBlocks;
  }

  /** Leaves the closing to a transfer that is under way, so a stalled disk stalls no one else. */
  @Override
  public void close() {
    closing = true;
    if (transferOrClose.tryLock()) {
      try {
        closeQuietly(channel);
      } finally {
        transferOrClose.unlock();
      }
    }
  }

  /** Closes a channel whose last bytes nobody counts on. */
  static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("Closing {} failed", channel, e);
    }
  }
}
