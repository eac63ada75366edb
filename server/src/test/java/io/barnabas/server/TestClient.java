package io.barnabas.server;

import io.barnabas.world.Connection;
import io.barnabas.world.Network;
import io.barnabas.world.World;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** A client in any world: one request at a time over one connection. */
final class TestClient implements Closeable {
  private static final long CONNECT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MAX_ANSWER_BYTES = 16 << 20;

  private final Connection connection;
  private int correlationId;

  private TestClient(Connection connection) {
    this.connection = connection;
  }

  static TestClient connect(World world, InetSocketAddress address) throws IOException {
    return connect(world.network(), address);
  }

  static TestClient connect(Network network, InetSocketAddress address) throws IOException {
    return new TestClient(network.connect(address, CONNECT_LIMIT_NANOS));
  }

  /** Sends a request and waits for its answer, which must be of that version to its last byte. */
  <T extends ApiMessage> T call(ApiKeys api, int version, ApiMessage request, Class<T> responseType)
      throws IOException {
    correlationId++;
    connection.write(frame(api, (short) version, request));
    ByteBuffer length = read(Integer.BYTES);
    int bytes = length.getInt();
    if (bytes < 0 || bytes > MAX_ANSWER_BYTES) {
      throw new IOException("an answer of " + bytes + " bytes");
    }
    ByteBufferAccessor reader = new ByteBufferAccessor(read(bytes));
    int answered =
        new ResponseHeaderData(reader, api.responseHeaderVersion((short) version)).correlationId();
    if (answered != correlationId) {
      throw new IOException("an answer to " + answered + " in place of " + correlationId);
    }
    ApiMessage response = api.messageType.newResponse();
    response.read(reader, (short) version);
    if (reader.remaining() != 0) {
      throw new IOException(reader.remaining() + " bytes too many in " + api);
    }
    return responseType.cast(response);
  }

  private ByteBuffer frame(ApiKeys api, short version, ApiMessage request) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion(version)
            .setCorrelationId(correlationId)
            .setClientId("test");
    short headerVersion = api.requestHeaderVersion(version);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size = header.size(cache, headerVersion) + request.size(cache, version);
    ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + size);
    ByteBufferAccessor writer = new ByteBufferAccessor(buffer);
    writer.writeInt(size);
    header.write(writer, cache, headerVersion);
    request.write(writer, cache, version);
    return buffer.flip();
  }

  private ByteBuffer read(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (connection.read(buffer) < 0) {
        throw new EOFException("the node closed the connection");
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() {
    connection.close();
  }
}
