package io.barnabas.replica;

import org.apache.kafka.common.TopicIdPartition;

/**
 * How a broker tells the cluster how its replicas' data is. Thread-safe; must not block. What was
 * told last of a replica counts, and is repeated until the cluster knows it.
 */
public interface DamageReports {
  /** It was found damaged: the replica must not be relied on. */
  void damaged(TopicIdPartition id);

  /** It is in good order again, perhaps because there is none yet. */
  void sound(TopicIdPartition id);

  /** For a node that nobody hears. */
  static DamageReports none() {
    return new DamageReports() {
      @Override
      public void damaged(TopicIdPartition id) {}

      @Override
      public void sound(TopicIdPartition id) {}
    };
  }
}
