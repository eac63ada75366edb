package io.barnabas.replica;

import io.barnabas.metadata.PartitionImage;
import java.util.List;

/** What this node is to a partition, as the cluster decided it. */
sealed interface Role {
  /** The leadership that this role belongs to. */
  int leaderEpoch();

  /** Which state of the partition says so. */
  int partitionEpoch();

  /** What follows the name of a partition in the log output. */
  String inWords();

  /**
   * Leads the partition.
   *
   * @param isr the in-sync replicas that the cluster knows of, this node among them
   * @param replicas all that are assigned
   */
  record Leader(int leaderEpoch, int partitionEpoch, List<Integer> isr, List<Integer> replicas)
      implements Role {
    @Override
    public String inWords() {
      return "is led here in epoch %d, partition epoch %d: in sync %s of %s"
          .formatted(leaderEpoch, partitionEpoch, isr, replicas);
    }

    /** How many have to be in sync for acks=all. */
    int enough(int minInsyncReplicas) {
      return Math.max(1, Math.min(minInsyncReplicas, replicas.size()));
    }
  }

  /**
   * Does not lead it.
   *
   * @param leader who does, or {@link PartitionImage#NO_LEADER} if nobody does or it is not to be
   *     followed
   * @param inSync whether this node is one of the in-sync replicas that the cluster knows of
   */
  record Follower(int leader, int leaderEpoch, int partitionEpoch, boolean inSync) implements Role {
    /** Follows nobody. */
    static Follower ofNobody(int leaderEpoch, int partitionEpoch) {
      return new Follower(PartitionImage.NO_LEADER, leaderEpoch, partitionEpoch, false);
    }

    @Override
    public String inWords() {
      return "%s in epoch %d, partition epoch %d"
          .formatted(
              leader == PartitionImage.NO_LEADER ? "follows nobody" : "follows node " + leader,
              leaderEpoch,
              partitionEpoch);
    }
  }

  /**
   * The role of a node.
   *
   * @param member whether the cluster knows of this start of the node. If it does not, what it says
   *     is about the last one, which may have had records that this one has not; leading on in the
   *     same epoch would give their offsets away again.
   */
  static Role of(PartitionImage partition, int nodeId, boolean member) {
    if (partition.leader() == nodeId && member) {
      return new Leader(
          partition.leaderEpoch(),
          partition.partitionEpoch(),
          partition.isr(),
          partition.replicas());
    }
    int leader =
        member && partition.leader() != nodeId ? partition.leader() : PartitionImage.NO_LEADER;
    return new Follower(
        leader,
        partition.leaderEpoch(),
        partition.partitionEpoch(),
        partition.isr().contains(nodeId));
  }

  /** Whether consumers may read here: a follower that has fallen behind would keep them waiting. */
  default boolean isReadable() {
    return switch (this) {
      case Leader _ -> true;
      case Follower follower -> follower.inSync() && follower.leader() != PartitionImage.NO_LEADER;
    };
  }

  /** Whether another role comes after this one. */
  default boolean isBefore(Role other) {
    boolean older =
        other.leaderEpoch() < leaderEpoch()
            || (other.leaderEpoch() == leaderEpoch() && other.partitionEpoch() < partitionEpoch());
    return !older && !equals(other);
  }
}
