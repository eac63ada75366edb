package io.barnabas.replica;

import io.barnabas.metadata.PartitionImage;

/** What this node is to a partition, as the cluster decided it. */
sealed interface Role {
  /** The leadership that this role belongs to. */
  int leaderEpoch();

  /** Leads the partition. */
  record Leader(int leaderEpoch, int isrSize, int replicaCount) implements Role {}

  /** Does not lead it. */
  record NotLeader(int leaderEpoch) implements Role {}

  static Role of(PartitionImage partition, int nodeId) {
    return partition.leader() == nodeId
        ? new Leader(partition.leaderEpoch(), partition.isr().size(), partition.replicas().size())
        : new NotLeader(partition.leaderEpoch());
  }
}
