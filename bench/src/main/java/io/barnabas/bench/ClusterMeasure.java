package io.barnabas.bench;

import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.NodeHost;

/** A load on three nodes of this machine that started in empty directories. */
interface ClusterMeasure extends Measure {
  int PARTITIONS = 6;

  /** Does it and notes the figures. */
  void run(ClusterTrial trial) throws Exception;

  @Override
  default boolean concerns(Contender contender) {
    return contender.isDefault() || contender.differsInFlushing();
  }

  @Override
  default void take(Turn turn) throws Exception {
    try (ClusterProcess cluster = turn.startCluster(ClusterTrial.SIZE, _ -> NodeHost.LOCAL)) {
      run(new ClusterTrial(cluster, turn));
    }
  }
}
