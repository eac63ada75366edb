package io.barnabas.server.peers;

import io.barnabas.world.Clock;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/** A request on its way to its reply. What changes is guarded by its connection's monitor. */
final class Exchange {
  private static final int CORRELATION_ID_AT = 8;

  private final ApiKeys api;
  private final short version;
  private final ByteBuffer frame;
  private final Optional<ReplyBuffer> replyBuffer;
  private final CompletableFuture<ApiMessage> reply = new CompletableFuture<>();

  int correlationId;
  long sentNanos;
  Clock.@Nullable Timer timer;

  private Exchange(
      ApiKeys api, short version, ByteBuffer frame, Optional<ReplyBuffer> replyBuffer) {
    this.api = api;
    this.version = version;
    this.frame = frame;
    this.replyBuffer = replyBuffer;
  }

  /**
   * Serialises a request.
   *
   * @throws org.apache.kafka.common.errors.UnsupportedVersionException if it has what its version
   *     cannot say
   */
  static Exchange of(
      ApiKeys api,
      short version,
      String clientId,
      ApiMessage request,
      Optional<ReplyBuffer> replyBuffer) {
    RequestHeader header = new RequestHeader(api, version, clientId, 0);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int bytes = header.data().size(cache, header.headerVersion()) + request.size(cache, version);
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + bytes);
    frame.putInt(bytes);
    ByteBufferAccessor out = new ByteBufferAccessor(frame);
    header.data().write(out, cache, header.headerVersion());
    request.write(out, cache, version);
    return new Exchange(api, version, frame.flip(), replyBuffer);
  }

  /** The request with its number in the connection, ready to be written. */
  ByteBuffer frame() {
    return frame.putInt(CORRELATION_ID_AT, correlationId);
  }

  CompletableFuture<ApiMessage> reply() {
    return reply;
  }

  /** Whether the reply goes where others go once this one is given up. */
  boolean hasOwnMemory() {
    return replyBuffer.isPresent();
  }

  /** Where the reply goes. */
  ByteBuffer room(int bytes) {
    return replyBuffer
        .map(buffer -> buffer.room(bytes))
        .orElseGet(() -> ByteBuffer.allocate(bytes));
  }

  /**
   * Reads a reply, after its correlation id.
   *
   * @throws RuntimeException if it is none
   */
  ApiMessage read(ByteBuffer bytes) {
    ByteBufferAccessor in = new ByteBufferAccessor(bytes);
    if (api.responseHeaderVersion(version) >= 1) {
      int taggedFields = in.readUnsignedVarint();
      for (int i = 0; i < taggedFields; i++) {
        in.readUnsignedVarint();
        in.readByteBuffer(in.readUnsignedVarint());
      }
    }
    ApiMessage message = api.messageType.newResponse();
    message.read(in, version);
    return message;
  }

  void cancelTimer() {
    Clock.Timer set = timer;
    if (set != null) {
      set.cancel();
    }
  }

  @Override
  public String toString() {
    return "%s v%d".formatted(api, version);
  }
}
