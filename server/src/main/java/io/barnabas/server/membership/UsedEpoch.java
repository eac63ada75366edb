package io.barnabas.server.membership;

import io.barnabas.metadata.Fact.BrokerImage;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * Whose files a broker has, in its registration: the epoch with which they were used last, and the
 * starts of the broker that have begun to register since, and may have been taken in without
 * hearing of it. Kafka's own field only tells how they were left by a broker that stopped in good
 * order.
 */
final class UsedEpoch {
  /** Nobody but Barnabas knows of these. */
  private static final int EPOCH = 10_000;

  private static final int BEGUN = 10_002;

  private UsedEpoch() {}

  /** Adds it. */
  static BrokerRegistrationRequestData in(
      BrokerRegistrationRequestData request, long epoch, Set<Uuid> begun) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(epoch).array();
    request.unknownTaggedFields().add(new RawTaggedField(EPOCH, bytes));
    UuidField.add(request, BEGUN, begun);
    return request;
  }

  /** The epoch; empty if it does not say. */
  static OptionalLong of(BrokerRegistrationRequestData request) {
    return request.unknownTaggedFields().stream()
        .filter(field -> field.tag() == EPOCH && field.size() == Long.BYTES)
        .mapToLong(field -> ByteBuffer.wrap(field.data()).getLong())
        .findFirst();
  }

  /**
   * Whether the files are those of a broker as it was registered last, as far as they say: used
   * with its epoch, or not used since that registration.
   */
  static boolean areOf(BrokerRegistrationRequestData request, BrokerImage broker) {
    return of(request).equals(OptionalLong.of(broker.epoch()))
        || UuidField.in(request, BEGUN).orElse(Set.of()).contains(broker.incarnation());
  }
}
