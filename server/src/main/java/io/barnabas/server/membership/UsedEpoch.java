package io.barnabas.server.membership;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * The epoch with which a broker's files were used last, in its registration. Kafka's own field only
 * tells how they were left by a broker that stopped in good order.
 */
final class UsedEpoch {
  /** Nobody but Barnabas knows of it. */
  private static final int TAG = 10_000;

  private UsedEpoch() {}

  /** Adds it. */
  static BrokerRegistrationRequestData in(BrokerRegistrationRequestData request, long epoch) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    request.unknownTaggedFields().add(new RawTaggedField(TAG, bytes));
    return request;
  }

  /** What is in there. */
  static OptionalLong of(BrokerRegistrationRequestData request) {
    return request.unknownTaggedFields().stream()
        .filter(field -> field.tag() == TAG && field.size() == Long.BYTES)
        .mapToLong(field -> ByteBuffer.wrap(field.data()).getLong())
        .findFirst();
  }
}
