package io.barnabas.server.tls;

import io.barnabas.world.Connection;
import io.barnabas.world.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/**
 * A protected stream over another one. What it is and who is at the other end is settled by the
 * first read, or before. It holds a small buffer while nothing comes, and one packet while
 * something is sent; files are read into that, as the kernel could not protect them. Closing it
 * tells the other side no more than closing what it is over: what goes by it says itself where it
 * ends.
 */
public final class TlsConnection implements Connection {
  /** The most that one packet holds. */
  private static final int MAX_PLAIN_BYTES = 16 * 1024;

  private final Connection stream;
  private final SSLEngine engine;
  private final Handshake handshake;
  private final PacketReader reader;
  private final Packets packets;
  private final ReentrantLock settling = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean settled;

  TlsConnection(
      Connection stream,
      SSLEngine engine,
      Packets packets,
      Handshakes handshakes,
      long handshakeLimitNanos) {
    this.stream = stream;
    this.engine = engine;
    this.packets = packets;
    reader = new PacketReader(stream, engine);
    handshake = new Handshake(stream, engine, reader, packets, handshakes, handshakeLimitNanos);
  }

  /**
   * Has both sides agree, unless they have.
   *
   * @throws TlsException if they do not, in time
   */
  public void settle() throws IOException {
    if (settled) {
      return;
    }
    settling.lock();
    try {
      if (!settled) {
        handshake.run();
        settled = true;
      }
    } finally {
      settling.unlock();
    }
  }

  /**
   * Who the other side has proved to be: the name in its certificate, or nobody if it has shown
   * none. Good once both sides have agreed.
   */
  public KafkaPrincipal principal() {
    try {
      return new KafkaPrincipal(
          KafkaPrincipal.USER_TYPE, engine.getSession().getPeerPrincipal().getName());
    } catch (SSLPeerUnverifiedException _) {
      return KafkaPrincipal.ANONYMOUS;
    }
  }

  /** What it is over. */
  Connection stream() {
    return stream;
  }

  @Override
  public InetSocketAddress localAddress() {
    return stream.localAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return stream.remoteAddress();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    settle();
    return reader.read(target);
  }

  @Override
  public void write(ByteBuffer... sources) throws IOException {
    settle();
    writing.lock();
    try {
      send(sources);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void write(DiskFile file, long position, long count) throws IOException {
    settle();
    ByteBuffer piece = packets.take(MAX_PLAIN_BYTES);
    writing.lock();
    try {
      for (long done = 0; done < count; ) {
        piece.clear().limit(Math.toIntExact(Math.min(count - done, MAX_PLAIN_BYTES)));
        int read = file.read(piece, position + done);
        if (read <= 0) {
          throw new EOFException("the file ends before position " + (position + count));
        }
        send(piece.flip());
        done += read;
      }
    } finally {
      writing.unlock();
      packets.give(piece);
    }
  }

  private void send(ByteBuffer... sources) throws IOException {
    ByteBuffer packet = packets.take(engine.getSession().getPacketBufferSize());
    try {
      int first = 0;
      while (first < sources.length) {
        if (sources[first].hasRemaining()) {
          sendSome(sources, first, packet.clear());
        } else {
          first++;
        }
      }
    } finally {
      packets.give(packet);
    }
  }

  private void sendSome(ByteBuffer[] sources, int first, ByteBuffer packet) throws IOException {
    switch (engine.wrap(sources, first, sources.length - first, packet).getStatus()) {
      case OK -> {
        Handshake.runTasks(engine);
        stream.write(packet.flip());
      }
      case CLOSED -> throw new ClosedChannelException();
      case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
          throw new TlsException("a packet of %d bytes is too small".formatted(packet.capacity()));
    }
  }

  @Override
  public void close() {
    stream.close();
  }
}
