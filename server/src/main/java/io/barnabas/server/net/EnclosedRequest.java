package io.barnabas.server.net;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * A request as it is inside of another one, with its header.
 *
 * @param clientId empty if it has none
 */
public record EnclosedRequest(
    ApiKeys api, short version, int correlationId, String clientId, ApiMessage message) {

  /** The bytes of a request, with its header. */
  public static ByteBuffer write(ApiKeys api, short version, String clientId, ApiMessage message) {
    RequestHeader header = new RequestHeader(api, version, clientId, 0);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size = header.data().size(cache, header.headerVersion()) + message.size(cache, version);
    ByteBuffer bytes = ByteBuffer.allocate(size);
    ByteBufferAccessor out = new ByteBufferAccessor(bytes);
    header.data().write(out, cache, header.headerVersion());
    message.write(out, cache, version);
    return bytes.flip();
  }

  /**
   * Reads one, with the bounds that hold for those of clients. What it refers to is in the buffer.
   *
   * @throws RuntimeException if it is none
   */
  public static EnclosedRequest read(ByteBuffer bytes) {
    ByteBuffer in = bytes.duplicate();
    ApiKeys api = ApiKeys.forId(in.getShort());
    short version = in.getShort();
    if (!api.isVersionSupported(version)) {
      throw new IllegalArgumentException("%s has no version %d".formatted(api, version));
    }
    int correlationId = in.getInt();
    String clientId = Requests.readClientId(in);
    return new EnclosedRequest(
        api, version, correlationId, clientId, Requests.readBody(api, version, in));
  }
}
