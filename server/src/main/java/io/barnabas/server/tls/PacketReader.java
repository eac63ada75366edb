package io.barnabas.server.tls;

import io.barnabas.world.Connection;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** Opens the packets that come. For one thread at a time. */
final class PacketReader {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** Most packets of clients that send little are smaller. */
  private static final int SMALL_BYTES = 512;

  private static final int HEAD_BYTES = 5;
  private static final int LENGTH_AT = 3;
  private static final String NEWEST = "TLSv1.3";

  private final Connection stream;
  private final SSLEngine engine;

  /** What came and is not opened yet, from the position to the limit. */
  private ByteBuffer packets = NOTHING;

  /** What was opened and is not taken yet, from the position to the limit. */
  private ByteBuffer opened = NOTHING;

  private int lastBytes;
  private boolean untouched = true;

  PacketReader(Connection stream, SSLEngine engine) {
    this.stream = stream;
    this.engine = engine;
  }

  /** Whether nothing ever came. */
  boolean isUntouched() {
    return untouched;
  }

  /**
   * Waits for a packet of the handshake and has it taken.
   *
   * @return false if the other side has sent its last
   */
  boolean takeHandshake() throws IOException {
    while (true) {
      SSLEngineResult result = engine.unwrap(packets, NOTHING);
      switch (result.getStatus()) {
        case OK -> {
          return true;
        }
        case BUFFER_UNDERFLOW -> {
          if (!fill(engine.getSession().getPacketBufferSize())) {
            return false;
          }
        }
        case BUFFER_OVERFLOW -> throw new SSLException("it sent what is no part of a handshake");
        case CLOSED -> throw new SSLException("it does not want to go on");
      }
    }
  }

  /** As {@link Connection#read} says. */
  int read(ByteBuffer target) throws IOException {
    int begin = target.position();
    take(target);
    while (target.hasRemaining()) {
      int length = lengthOfNext();
      if (length > 0) {
        if (!open(length, target)) {
          break;
        }
        take(target);
      } else if (target.position() > begin) {
        return target.position() - begin;
      } else if (!fill(-length)) {
        break;
      }
    }
    int count = target.position() - begin;
    return count > 0 || !target.hasRemaining() ? count : -1;
  }

  private void take(ByteBuffer target) {
    int bytes = Math.min(opened.remaining(), target.remaining());
    if (bytes > 0) {
      target.put(opened.slice(opened.position(), bytes));
      opened.position(opened.position() + bytes);
      if (!opened.hasRemaining()) {
        opened = NOTHING;
      }
    }
  }

  /** How long the next packet is if all of it is there; else the room it needs, negated. */
  private int lengthOfNext() throws TlsException {
    if (packets.remaining() < HEAD_BYTES) {
      return -SMALL_BYTES;
    }
    int length = HEAD_BYTES + Short.toUnsignedInt(packets.getShort(packets.position() + LENGTH_AT));
    if (length > engine.getSession().getPacketBufferSize()) {
      throw new TlsException("it sent a packet of %d bytes".formatted(length));
    }
    return packets.remaining() >= length ? length : -length;
  }

  /** Opens the next packet, into the target if that has room; false if it is the last one. */
  private boolean open(int length, ByteBuffer target) throws IOException {
    boolean fits = target.remaining() >= length;
    ByteBuffer into = fits ? target : ByteBuffer.allocate(length);
    SSLEngineResult result;
    try {
      result = engine.unwrap(packets, into);
    } catch (SSLException e) {
      throw new TlsException("no more TLS with it: " + e.getMessage(), e);
    }
    if (!fits && into.position() > 0) {
      opened = into.flip();
    }
    return switch (result.getStatus()) {
      case OK -> {
        refuseAnotherHandshake(result.getHandshakeStatus());
        Handshake.runTasks(engine);
        yield true;
      }
      case CLOSED -> false;
      case BUFFER_OVERFLOW, BUFFER_UNDERFLOW ->
          throw new TlsException("it sent a packet that is shorter or longer than it says");
    };
  }

  /** In TLS 1.3 there are but changes of keys and tickets for another time. */
  private void refuseAnotherHandshake(HandshakeStatus status) throws TlsException {
    boolean quiet = status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED;
    if (!quiet && !NEWEST.equals(engine.getSession().getProtocol())) {
      throw new TlsException("it wants to negotiate again, which is refused");
    }
  }

  /**
   * Waits for more.
   *
   * @param room that there must be at least, in all
   */
  private boolean fill(int room) throws IOException {
    if (!packets.hasRemaining() && lastBytes <= SMALL_BYTES) {
      packets = sized(Math.max(room, SMALL_BYTES));
    } else if (packets.capacity() < room || packets.remaining() == packets.capacity()) {
      packets = sized(Math.max(room, engine.getSession().getPacketBufferSize()));
    }
    packets.compact();
    try {
      lastBytes = stream.read(packets);
    } finally {
      packets.flip();
    }
    untouched &= lastBytes <= 0;
    return lastBytes > 0;
  }

  /** The same bytes in a buffer of this capacity; the present one if it has that. */
  private ByteBuffer sized(int capacity) {
    return packets.capacity() == capacity
        ? packets
        : ByteBuffer.allocate(capacity).put(packets).flip();
  }
}
