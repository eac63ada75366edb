package io.barnabas.bench;

import java.util.Map;
import java.util.Optional;

/** A broker with a promise about flushing; what stands in one column of the table. */
enum Contender {
  /** Apache Kafka as it comes: it acknowledges before the data is on disk. */
  KAFKA(true, true, Optional.empty()),
  /** Apache Kafka, its topics set to flush before every acknowledgement. */
  KAFKA_FSYNC(true, false, Optional.of("1")),
  /** Barnabas as it comes: it flushes before every acknowledgement. */
  BARNABAS(false, true, Optional.empty()),
  /** Barnabas, its topics set to Kafka's weaker promise. */
  BARNABAS_NO_FSYNC(false, false, Optional.of(Long.toString(Long.MAX_VALUE)));

  private final boolean kafka;
  private final boolean byDefault;
  private final Optional<String> flushMessages;

  Contender(boolean kafka, boolean byDefault, Optional<String> flushMessages) {
    this.kafka = kafka;
    this.byDefault = byDefault;
    this.flushMessages = flushMessages;
  }

  /** Whether the broker is Apache Kafka. */
  boolean isKafka() {
    return kafka;
  }

  /** Whether this is how the broker comes. */
  boolean isDefault() {
    return byDefault;
  }

  /** What its topics are created with. */
  Map<String, String> topicSettings() {
    return flushMessages.map(value -> Map.of("flush.messages", value)).orElse(Map.of());
  }
}
