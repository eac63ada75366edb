package io.barnabas.server.net;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;

/** A connection whose client sends all at once, and where things happen at given moments. */
final class ScriptedConnection implements Connection {
  private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("c", 1);

  private final ByteBuffer input;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** Run when bytes have been read, before the reader gets them. */
  Runnable afterRead = () -> {};

  /** Run instead of writing. */
  Writing writing = () -> {};

  /** What happens to what is written. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  ScriptedConnection(ByteBuffer... input) {
    int size = 0;
    for (ByteBuffer bytes : input) {
      size += bytes.remaining();
    }
    this.input = ByteBuffer.allocate(size);
    for (ByteBuffer bytes : input) {
      this.input.put(bytes);
    }
    this.input.flip();
  }

  @Override
  public InetSocketAddress localAddress() {
    return ADDRESS;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return ADDRESS;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (closed.isDone() || !input.hasRemaining()) {
      closed.join();
      throw new ClosedChannelException();
    }
    int count = Math.min(target.remaining(), input.remaining());
    target.put(input.slice(input.position(), count));
    input.position(input.position() + count);
    afterRead.run();
    return count;
  }

  @Override
  public void write(ByteBuffer... sources) throws IOException {
    writing.run();
    for (ByteBuffer source : sources) {
      source.position(source.limit());
    }
  }

  @Override
  public void write(DiskFile file, long position, long count) throws IOException {
    writing.run();
  }

  @Override
  public void close() {
    closed.complete(null);
  }
}
