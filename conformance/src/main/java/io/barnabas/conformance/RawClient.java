package io.barnabas.conformance;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * One connection on which any version of any request can be sent, well formed or not.
 *
 * <p>Blocking, for one thread. A read waits at most twenty seconds and then fails.
 */
public final class RawClient implements Closeable {

  private static final int READ_LIMIT_MS = 20_000;

  private final Socket socket;
  private final DataInputStream in;
  private int correlationId;

  private RawClient(Socket socket, DataInputStream in) {
    this.socket = socket;
    this.in = in;
  }

  /** Connects. */
  public static RawClient connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_LIMIT_MS);
    socket.connect(address, READ_LIMIT_MS);
    return new RawClient(socket, new DataInputStream(socket.getInputStream()));
  }

  /** Sends a request and reads its answer, which must be of the given version to its last byte. */
  public <T extends ApiMessage> T call(
      ApiKeys api, int version, ApiMessage request, Class<T> responseType) throws IOException {
    send(api, version, request);
    return responseType.cast(receive(api, version));
  }

  /** Sends a request without waiting for an answer; returns its correlation id. */
  public int send(ApiKeys api, int version, ApiMessage request) throws IOException {
    correlationId++;
    sendBytes(frame(api, (short) version, correlationId, request));
    return correlationId;
  }

  /** Reads the answer to the latest request sent. */
  public ApiMessage receive(ApiKeys api, int version) throws IOException {
    return receive(api, version, correlationId);
  }

  /** Reads one answer and checks that it is the one to the given request. */
  public ApiMessage receive(ApiKeys api, int version, int expectedCorrelationId)
      throws IOException {
    ByteBuffer frame =
        receiveFrame().orElseThrow(() -> new EOFException("the broker closed the connection"));
    return parse(api, (short) version, expectedCorrelationId, frame);
  }

  /** Sends bytes as they are. */
  public void sendBytes(ByteBuffer bytes) throws IOException {
    socket.getOutputStream().write(bytes.array(), bytes.arrayOffset(), bytes.limit());
    socket.getOutputStream().flush();
  }

  /** Ends the sending side: the broker reads the end of the stream. */
  public void endOfSending() throws IOException {
    socket.shutdownOutput();
  }

  /** The next frame without its length, or nothing when the broker closed the connection. */
  public Optional<ByteBuffer> receiveFrame() throws IOException {
    try {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return Optional.of(ByteBuffer.wrap(bytes));
    } catch (EOFException e) {
      return Optional.empty();
    } catch (SocketException e) {
      // A reset is a closed connection too: the broker closed it with our bytes still unread.
      return Optional.empty();
    }
  }

  /** A whole frame, length first. */
  public static ByteBuffer frame(
      ApiKeys api, short version, int correlationId, ApiMessage request) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion(version)
            .setCorrelationId(correlationId)
            .setClientId("conformance");
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

  private static ApiMessage parse(
      ApiKeys api, short version, int expectedCorrelationId, ByteBuffer frame) throws IOException {
    ByteBufferAccessor reader = new ByteBufferAccessor(frame);
    int answered =
        new ResponseHeaderData(reader, api.responseHeaderVersion(version)).correlationId();
    if (answered != expectedCorrelationId) {
      throw new IOException("answer to " + answered + " in place of " + expectedCorrelationId);
    }
    ApiMessage response = api.messageType.newResponse();
    response.read(reader, version);
    if (reader.remaining() != 0) {
      throw new IOException(reader.remaining() + " bytes too many in " + api + " v" + version);
    }
    return response;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
