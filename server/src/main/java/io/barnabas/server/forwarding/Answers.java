package io.barnabas.server.forwarding;

import io.barnabas.server.net.EnclosedRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ResponseHeader;

/** Answers as bytes, and back. */
final class Answers {
  /** The version of the image that an answer was made of; nobody but Barnabas knows of it. */
  private static final int VERSION_TAG = 10_000;

  private Answers() {}

  /** An answer in an envelope. */
  static EnvelopeResponseData enclose(
      EnclosedRequest request, ApiMessage answer, long imageVersion) {
    short version = request.version();
    ResponseHeader header =
        new ResponseHeader(request.correlationId(), request.api().responseHeaderVersion(version));
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size = header.data().size(cache, header.headerVersion()) + answer.size(cache, version);
    ByteBuffer bytes = ByteBuffer.allocate(size);
    ByteBufferAccessor out = new ByteBufferAccessor(bytes);
    header.data().write(out, cache, header.headerVersion());
    answer.write(out, cache, version);
    EnvelopeResponseData envelope = new EnvelopeResponseData().setResponseData(bytes.flip());
    byte[] tagged = ByteBuffer.allocate(Long.BYTES).putLong(imageVersion).array();
    envelope.unknownTaggedFields().add(new RawTaggedField(VERSION_TAG, tagged));
    return envelope;
  }

  /**
   * The answer in an envelope.
   *
   * @throws RuntimeException if it cannot be read
   */
  static ApiMessage disclose(EnvelopeResponseData envelope, ApiKeys api, short version) {
    ByteBuffer bytes = envelope.responseData().duplicate();
    ResponseHeader.parse(bytes, api.responseHeaderVersion(version));
    ApiMessage answer = api.messageType.newResponse();
    answer.read(new ByteBufferAccessor(bytes), version);
    return answer;
  }

  /** What {@link #enclose} was told. */
  static OptionalLong imageVersion(EnvelopeResponseData envelope) {
    List<RawTaggedField> fields = envelope.unknownTaggedFields();
    return fields.stream()
        .filter(field -> field.tag() == VERSION_TAG && field.size() == Long.BYTES)
        .mapToLong(field -> ByteBuffer.wrap(field.data()).getLong())
        .findFirst();
  }

  /** Whether an answer says that the node that gave it does not decide, so that nothing changed. */
  static boolean saysNotController(ApiMessage answer, ApiKeys api, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(answer.size(cache, version));
    answer.write(new ByteBufferAccessor(bytes), cache, version);
    return AbstractResponse.parseResponse(api, new ByteBufferAccessor(bytes.flip()), version)
        .errorCounts()
        .containsKey(Errors.NOT_CONTROLLER);
  }

  /** The answer that refuses all that a request asked for. */
  static ApiMessage refusal(EnclosedRequest request, Errors error) {
    short version = request.version();
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer bytes = ByteBuffer.allocate(request.message().size(cache, version));
    request.message().write(new ByteBufferAccessor(bytes), cache, version);
    return AbstractRequest.parseRequest(
            request.api(), version, new ByteBufferAccessor(bytes.flip()))
        .request
        .getErrorResponse(0, error.exception())
        .data();
  }
}
