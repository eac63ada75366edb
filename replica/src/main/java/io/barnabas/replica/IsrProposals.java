package io.barnabas.replica;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** How a leader proposes in-sync replicas to the active controller. Thread-safe. */
@FunctionalInterface
public interface IsrProposals {
  /**
   * Proposes for many partitions; must not block.
   *
   * @param brokerEpoch what this node proves itself with
   * @return an answer per proposal, in their order; fails if it is not known what became of them
   */
  CompletableFuture<List<IsrAnswer>> propose(long brokerEpoch, List<IsrProposal> proposals);

  /**
   * One partition's in-sync replicas as its leader wants them.
   *
   * @param partitionEpoch the state that the change is made to
   */
  record IsrProposal(
      TopicIdPartition id, int leaderEpoch, int partitionEpoch, List<IsrMember> isr) {
    /** Their numbers. */
    List<Integer> brokers() {
      return isr.stream().map(IsrMember::broker).toList();
    }
  }

  /**
   * An in-sync replica.
   *
   * @param brokerEpoch what its broker last proved itself with
   */
  record IsrMember(int broker, long brokerEpoch) {}

  /**
   * What became of a proposal.
   *
   * @param error NONE, or why nothing was changed; the rest then says nothing
   */
  record IsrAnswer(Errors error, int leaderEpoch, List<Integer> isr, int partitionEpoch) {
    /** Nothing was changed. */
    public static IsrAnswer refused(Errors error) {
      return new IsrAnswer(error, -1, List.of(), -1);
    }
  }
}
