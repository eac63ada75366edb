package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;

/** Something that is measured on one node that started in an empty directory. */
interface NodeMeasure extends Measure {

  /** Whether a flush before the acknowledgement matters, so that both promises take part. */
  boolean dependsOnFlushing();

  /** Does it and notes the figures. */
  void run(Trial trial) throws Exception;

  @Override
  default boolean concerns(Contender contender) {
    return contender.isDefault() || (contender.differsInFlushing() && dependsOnFlushing());
  }

  @Override
  default void take(Turn turn) throws Exception {
    try (BrokerProcess broker = turn.startNode()) {
      run(new Trial(broker, turn));
    }
  }
}
