package io.barnabas.server.membership;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * The topics of which a crash may have taken what a broker acknowledged, in its registration. Only
 * the broker knows which those are: by its own file, and by settings that have changed since.
 */
final class UnforcedTopics {
  /** Nobody but Barnabas knows of it. */
  private static final int TAG = 10_001;

  private static final int ID_BYTES = 2 * Long.BYTES;

  private UnforcedTopics() {}

  /** Adds them, if it is known which they are. */
  static BrokerRegistrationRequestData in(
      BrokerRegistrationRequestData request, Optional<Set<Uuid>> topics) {
    topics.ifPresent(
        known -> {
          ByteBuffer bytes = ByteBuffer.allocate(known.size() * ID_BYTES);
          known.stream()
              .sorted()
              .forEach(
                  id ->
                      bytes
                          .putLong(id.getMostSignificantBits())
                          .putLong(id.getLeastSignificantBits()));
          request.unknownTaggedFields().add(new RawTaggedField(TAG, bytes.array()));
        });
    return request;
  }

  /** What is in there; empty if it can be any topic. */
  static Optional<Set<Uuid>> of(BrokerRegistrationRequestData request) {
    return request.unknownTaggedFields().stream()
        .filter(field -> field.tag() == TAG && field.size() % ID_BYTES == 0)
        .findFirst()
        .map(field -> topics(ByteBuffer.wrap(field.data())));
  }

  private static Set<Uuid> topics(ByteBuffer bytes) {
    Set<Uuid> topics = new HashSet<>();
    while (bytes.hasRemaining()) {
      topics.add(new Uuid(bytes.getLong(), bytes.getLong()));
    }
    return topics;
  }
}
