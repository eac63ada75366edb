package io.barnabas.bench;

import java.util.Map;

/** A broker with a promise about flushing and its settings; what stands in one column. */
enum Contender {
  /** Apache Kafka as it comes: it acknowledges before the data is on disk. */
  KAFKA(true),
  /** Apache Kafka, its topics set to flush before every acknowledgement. */
  KAFKA_FSYNC(true),
  /** Apache Kafka, noticing dead brokers as soon as Barnabas does by its settings. */
  KAFKA_SHORT_SESSION(true),
  /** Barnabas as it comes: it flushes before every acknowledgement. */
  BARNABAS(false),
  /** Barnabas, its topics set to Kafka's weaker promise. */
  BARNABAS_NO_FSYNC(false);

  private final boolean kafka;

  Contender(boolean kafka) {
    this.kafka = kafka;
  }

  /** Whether the broker is Apache Kafka. */
  boolean isKafka() {
    return kafka;
  }

  /** Whether this is how the broker comes. */
  boolean isDefault() {
    return topicSettings().isEmpty() && nodeSettings().isEmpty();
  }

  /** Whether it flushes otherwise than the broker as it comes. */
  boolean differsInFlushing() {
    return !topicSettings().isEmpty();
  }

  /** What its topics are created with. */
  Map<String, String> topicSettings() {
    return switch (this) {
      case KAFKA_FSYNC -> Map.of("flush.messages", "1");
      case BARNABAS_NO_FSYNC -> Map.of("flush.messages", Long.toString(Long.MAX_VALUE));
      case KAFKA, KAFKA_SHORT_SESSION, BARNABAS -> Map.of();
    };
  }

  /** What the nodes of a cluster are started with. */
  Map<String, String> nodeSettings() {
    return this == KAFKA_SHORT_SESSION
        ? Map.of("broker.session.timeout.ms", "3000", "broker.heartbeat.interval.ms", "500")
        : Map.of();
  }
}
