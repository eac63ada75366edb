package io.barnabas.metadata;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * The state of one partition.
 *
 * @param replicas the assigned replicas, the preferred leader first; those that are being added and
 *     those that are being removed are among them
 * @param directories the log directory of each replica, in their order; {@link #UNASSIGNED} where
 *     it is not known
 * @param isr the in-sync replicas; never empty once the partition had one
 * @param elr the eligible leader replicas (KIP-966): out of the ISR, yet known to hold all that was
 *     acknowledged; none is in the ISR
 * @param lastKnownElr the last leader, kept while ISR and ELR are both gone
 * @param addingReplicas those that a reassignment adds
 * @param removingReplicas those that a reassignment removes when it is complete
 * @param leader the leading broker, or {@link #NO_LEADER}
 * @param leaderEpoch grows with each change of the leader, and whenever the leader must begin anew
 * @param partitionEpoch grows with each change
 * @param doubted whether those that were in sync last came back with other files than they are
 *     known to have had, which may lack acknowledged records, so that they lead only by an unclean
 *     election; never while there is a leader
 */
public record PartitionImage(
    List<Integer> replicas,
    List<Uuid> directories,
    List<Integer> isr,
    List<Integer> elr,
    List<Integer> lastKnownElr,
    List<Integer> addingReplicas,
    List<Integer> removingReplicas,
    int leader,
    int leaderEpoch,
    int partitionEpoch,
    boolean doubted) {
  /** In place of a leader while there is none. */
  public static final int NO_LEADER = -1;

  /** In place of a directory that is not known. */
  public static final Uuid UNASSIGNED = Uuid.ZERO_UUID;

  /**
   * In place of a directory, Kafka's number for it: the replica's data was found damaged. It is out
   * of sync and leads nothing until its broker has it in good order again, as a rule by copying it
   * anew.
   */
  public static final Uuid LOST = Uuid.ONE_UUID;

  /** Copies the lists. Equal ones share one copy, as there may be a hundred thousand of them. */
  public PartitionImage {
    replicas = List.copyOf(replicas);
    directories = List.copyOf(directories);
    isr = isr.equals(replicas) ? replicas : List.copyOf(isr);
    elr = List.copyOf(elr);
    lastKnownElr = List.copyOf(lastKnownElr);
    addingReplicas = List.copyOf(addingReplicas);
    removingReplicas = List.copyOf(removingReplicas);
  }

  /** A partition that is not being reassigned, in directories that are not known. */
  public PartitionImage(
      List<Integer> replicas, List<Integer> isr, int leader, int leaderEpoch, int partitionEpoch) {
    this(
        replicas,
        List.of(),
        isr,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        leader,
        leaderEpoch,
        partitionEpoch,
        false);
  }

  /** Whether replicas are being added or removed. */
  public boolean isReassigning() {
    return !addingReplicas.isEmpty() || !removingReplicas.isEmpty();
  }

  /** The same, led in this way. */
  PartitionImage led(Fact.LeaderAndIsr state) {
    return new PartitionImage(
        replicas,
        directories,
        state.isr(),
        state.elr(),
        lastKnownElr,
        addingReplicas,
        removingReplicas,
        state.leader(),
        state.leaderEpoch(),
        state.partitionEpoch(),
        state.doubted());
  }

  /** Where a replica keeps its data, as far as it is known. */
  public Uuid directoryOf(int broker) {
    int place = replicas.indexOf(broker);
    return place < 0 || place >= directories.size() ? UNASSIGNED : directories.get(place);
  }

  /** Whether a replica's data was found damaged and is not in good order again. */
  public boolean isLost(int broker) {
    return directoryOf(broker).equals(LOST);
  }
}
