package io.barnabas.server.net;

import io.barnabas.world.Connection;
import io.barnabas.world.World;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/** A client that sends what it is told and reads whole answers. */
final class TestClient implements Closeable {
  private static final long CONNECT_NANOS = 10_000_000_000L;

  final Connection connection;

  TestClient(World world, InetSocketAddress server) throws IOException {
    connection = world.network().connect(server, CONNECT_NANOS);
  }

  /** A request with its length. */
  static ByteBuffer frame(ApiKeys api, short version, int correlationId, ApiMessage body) {
    RequestHeader header = new RequestHeader(api, version, "test", correlationId);
    ByteBuffer payload =
        RequestUtils.serialize(header.data(), header.headerVersion(), body, version);
    return ByteBuffer.allocate(Integer.BYTES + payload.remaining())
        .putInt(payload.remaining())
        .put(payload)
        .flip();
  }

  void send(ByteBuffer... bytes) throws IOException {
    connection.write(bytes);
  }

  /** The next answer, without its length. */
  ByteBuffer receive() throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(readFully(ByteBuffer.allocate(Integer.BYTES)).getInt());
    return readFully(answer);
  }

  private ByteBuffer readFully(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (connection.read(target) < 0) {
        throw new EOFException("the server closed the connection");
      }
    }
    return target.flip();
  }

  /** Whether the server ends the connection without another byte. */
  boolean isClosedByServer() {
    try {
      return connection.read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  static ByteBufferAccessor body(ByteBuffer answer) {
    return new ByteBufferAccessor(answer);
  }

  @Override
  public void close() {
    connection.close();
  }
}
