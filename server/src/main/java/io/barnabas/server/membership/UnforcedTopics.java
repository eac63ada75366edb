package io.barnabas.server.membership;

import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;

/**
 * The topics of which a crash may have taken what a broker acknowledged, in its registration. Only
 * the broker knows which those are: by its own file, and by settings that have changed since.
 */
final class UnforcedTopics {
  /** Nobody but Barnabas knows of it. */
  private static final int TAG = 10_001;

  private UnforcedTopics() {}

  /** Adds them, if it is known which they are. */
  static BrokerRegistrationRequestData in(
      BrokerRegistrationRequestData request, Optional<Set<Uuid>> topics) {
    topics.ifPresent(known -> UuidField.add(request, TAG, known));
    return request;
  }

  /** What is in there; empty if it can be any topic. */
  static Optional<Set<Uuid>> of(BrokerRegistrationRequestData request) {
    return UuidField.in(request, TAG);
  }
}
