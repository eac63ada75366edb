package io.barnabas.bench;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/** A blocking connection that sends prepared frames and reads whole answers. Not thread-safe. */
final class RawConnection implements Closeable {
  private static final int INITIAL_RECEIVE_BYTES = 1 << 20;

  private final SocketChannel channel;
  private ByteBuffer received = ByteBuffer.allocateDirect(INITIAL_RECEIVE_BYTES);

  RawConnection(InetSocketAddress broker) throws IOException {
    channel = SocketChannel.open(broker);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    received.limit(0);
  }

  /** One request as it goes over the wire, its length first, in a direct buffer. */
  static ByteBuffer frame(ApiKeys api, short version, ApiMessage body) {
    RequestHeader header = new RequestHeader(api, version, "bench", 1);
    ByteBuffer payload =
        RequestUtils.serialize(header.data(), header.headerVersion(), body, version);
    ByteBuffer frame = ByteBuffer.allocateDirect(Integer.BYTES + payload.remaining());
    return frame.putInt(payload.remaining()).put(payload).flip();
  }

  /** Sends a frame; the buffer can be sent again. */
  void send(ByteBuffer frame) throws IOException {
    ByteBuffer view = frame.duplicate();
    while (view.hasRemaining()) {
      channel.write(view);
    }
  }

  /** The next answer without its length; valid until the next call. */
  ByteBuffer receive() throws IOException {
    fill(Integer.BYTES);
    int length = received.getInt();
    fill(length);
    ByteBuffer answer = received.slice(received.position(), length);
    received.position(received.position() + length);
    return answer;
  }

  /** Sends one request and reads its answer past the header. */
  ByteBufferAccessor call(ApiKeys api, short version, ApiMessage body) throws IOException {
    send(frame(api, version, body));
    ByteBuffer answer = receive();
    ResponseHeader.parse(answer, api.responseHeaderVersion(version));
    return new ByteBufferAccessor(answer);
  }

  private void fill(int bytes) throws IOException {
    if (received.remaining() >= bytes) {
      return;
    }
    if (received.capacity() < bytes) {
      received = ByteBuffer.allocateDirect(bytes).put(received).flip();
    }
    received.compact();
    while (received.position() < bytes) {
      if (channel.read(received) < 0) {
        throw new EOFException("The broker closed the connection.");
      }
    }
    received.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  static ByteBuffer copyOf(ApiMessage message, short version) {
    return MessageUtil.toByteBufferAccessor(message, version).buffer();
  }
}
