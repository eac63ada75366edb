package io.barnabas.server.net;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Finds out what a request is and gives it to its handler. As Kafka does, refuses APIs and versions
 * that are not served by closing the connection, but answers an ApiVersions request of an unknown
 * version with those that are known; bytes after the message are ignored. Thread-safe.
 */
final class Requests {
  private static final int CLIENT_ID_LENGTH_AT = 8;

  /** Requests up to this length take little heap, whatever they say. */
  private static final int LIGHT_BYTES = 64 * 1024;

  private final Map<Short, ApiHandler<ApiMessage>> handlers = new HashMap<>();

  Requests(Collection<? extends ApiHandler<?>> all) {
    for (ApiHandler<?> handler : all) {
      if (handlers.put(handler.api().id, anyRequest(handler)) != null) {
        throw new IllegalArgumentException("two handlers for " + handler.api());
      }
    }
  }

  /** What a handler is given is always made by its own API. */
  @SuppressWarnings("unchecked")
  private static ApiHandler<ApiMessage> anyRequest(ApiHandler<?> handler) {
    return (ApiHandler<ApiMessage>) handler;
  }

  /**
   * Whether a request, from the frame's position to its limit, may take many times its length on
   * the heap. Those that bring records do not: records stay where they are.
   */
  static boolean isHeavy(ByteBuffer frame) {
    return frame.remaining() > LIGHT_BYTES
        && frame.getShort(frame.position()) != ApiKeys.PRODUCE.id;
  }

  /**
   * Reads a request.
   *
   * @param frame from its position to its limit; must stay as it is until the request is handled
   */
  Incoming read(ByteBuffer frame, AnswerQueue queue, Client client)
      throws MalformedRequestException {
    int start = frame.position();
    short key = frame.getShort(start);
    short version = frame.getShort(start + Short.BYTES);
    ApiHandler<ApiMessage> handler = handlers.get(key);
    if (handler == null) {
      throw new MalformedRequestException("it sent a request of the API " + name(key));
    }
    boolean served = version >= handler.oldestVersion() && version <= handler.newestVersion();
    if (!served && handler.api() != ApiKeys.API_VERSIONS) {
      throw new MalformedRequestException(
          "it sent a request of the API %s in version %d, where %d to %d are served"
              .formatted(handler.api(), version, handler.oldestVersion(), handler.newestVersion()));
    }
    try {
      int correlationId = frame.getInt(start + Integer.BYTES);
      frame.position(start + CLIENT_ID_LENGTH_AT);
      String clientId = readClientId(frame);
      short answered = served ? version : 0;
      PendingCall call =
          new PendingCall(queue, client, handler.api(), answered, correlationId, clientId);
      return served
          ? new Known(handler, readBody(handler.api(), version, frame), call)
          : new UnknownVersion(handler, call);
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new MalformedRequestException(
          "it sent a request of the API %s in version %d that cannot be read: %s"
              .formatted(handler.api(), version, e));
    }
  }

  private static String name(short key) {
    return ApiKeys.hasId(key) ? ApiKeys.forId(key) + ", which is not served" : "number " + key;
  }

  static String readClientId(ByteBuffer frame) {
    int length = Math.max(0, frame.getShort());
    if (length > frame.remaining()) {
      throw new IllegalArgumentException("a client id of %d bytes".formatted(length));
    }
    return new RequestBytes(frame).readString(length);
  }

  static ApiMessage readBody(ApiKeys api, short version, ByteBuffer frame) {
    RequestBytes bytes = new RequestBytes(frame);
    if (api.requestHeaderVersion(version) >= 2) {
      int taggedFields = bytes.readUnsignedVarint();
      for (int i = 0; i < taggedFields; i++) {
        bytes.readUnsignedVarint();
        bytes.skip(bytes.readUnsignedVarint());
      }
    }
    ApiMessage request = api.messageType.newRequest();
    request.read(bytes, version);
    return request;
  }

  /** A request that can be handled. */
  sealed interface Incoming {
    PendingCall call();

    /** What it says. */
    ApiMessage request();

    /**
     * Has it handled.
     *
     * @throws RuntimeException if the handler threw it
     */
    void handle();
  }

  private record Known(ApiHandler<ApiMessage> handler, ApiMessage request, PendingCall call)
      implements Incoming {
    @Override
    public void handle() {
      handler.handle(request, call);
    }
  }

  /** An ApiVersions request of a version that is not served, answered in version 0. */
  private record UnknownVersion(ApiHandler<ApiMessage> handler, PendingCall call)
      implements Incoming {
    @Override
    public ApiMessage request() {
      return new ApiVersionsRequestData();
    }

    @Override
    public void handle() {
      ApiVersionCollection served = new ApiVersionCollection();
      served.add(
          new ApiVersion()
              .setApiKey(handler.api().id)
              .setMinVersion(handler.oldestVersion())
              .setMaxVersion(handler.newestVersion()));
      call.answer(
          new ApiVersionsResponseData()
              .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
              .setApiKeys(served));
    }
  }
}
