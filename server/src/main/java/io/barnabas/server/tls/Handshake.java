package io.barnabas.server.tls;

import io.barnabas.world.Connection;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the two sides of one stream come to an agreement. For one thread. */
final class Handshake {
  private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

  private final Connection stream;
  private final SSLEngine engine;
  private final PacketReader reader;
  private final Packets packets;
  private final Handshakes all;
  private final long limitNanos;

  Handshake(
      Connection stream,
      SSLEngine engine,
      PacketReader reader,
      Packets packets,
      Handshakes all,
      long limitNanos) {
    this.stream = stream;
    this.engine = engine;
    this.reader = reader;
    this.packets = packets;
    this.all = all;
    this.limitNanos = limitNanos;
  }

  /** Runs it; the stream is of no use if that fails. */
  void run() throws IOException {
    all.begin(stream, limitNanos);
    boolean inTime = false;
    try {
      toTheEnd();
      inTime = all.end(stream);
    } catch (SSLException e) {
      sayWhy();
      if (all.end(stream)) {
        throw new TlsException("no TLS with it: " + e.getMessage(), e);
      }
    } catch (IOException e) {
      // Not if the stream was closed because the handshake was given up.
      if (all.end(stream)) {
        throw e;
      }
    } finally {
      all.end(stream);
    }
    if (!inTime) {
      throw new TlsException(
          "no TLS with it: its part of the handshake did not come within %d ms, or too many others"
                  .formatted(TimeUnit.NANOSECONDS.toMillis(limitNanos))
              + " began one");
    }
  }

  private void toTheEnd() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks(engine);
        case NEED_WRAP -> send();
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> receive();
        case FINISHED, NOT_HANDSHAKING -> {
          return;
        }
      }
    }
  }

  /** What is to be computed; here, as each stream has a thread to spare. */
  static void runTasks(SSLEngine engine) {
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      for (Runnable task = engine.getDelegatedTask();
          task != null;
          task = engine.getDelegatedTask()) {
        task.run();
      }
    }
  }

  private void receive() throws IOException {
    if (!reader.takeHandshake()) {
      if (reader.isUntouched()) {
        throw new SocketException("it has said nothing");
      }
      throw new SSLException("it ended the connection within the handshake");
    }
  }

  private void send() throws IOException {
    ByteBuffer packet = packets.take(engine.getSession().getPacketBufferSize());
    try {
      switch (engine.wrap(ByteBuffer.allocate(0), packet).getStatus()) {
        case OK, CLOSED -> stream.write(packet.flip());
        case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
            throw new SSLException("a packet of the handshake is too large");
      }
    } finally {
      packets.give(packet);
    }
  }

  /** Tells the other side, if it still listens, within the same time. */
  private void sayWhy() {
    try {
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
        send();
      }
    } catch (IOException e) {
      LOG.debug("{} was not told why there is no TLS with it", stream.remoteAddress(), e);
    }
  }
}
