package io.barnabas.log;

import org.apache.kafka.common.TopicIdPartition;

/** Hears that a log's data was found damaged after it was opened. Must not block. */
@FunctionalInterface
public interface DamageListener {
  /** The log is not usable any more. */
  void damaged(TopicIdPartition id, DamagedLogException damage);
}
