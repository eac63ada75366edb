package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.replica.IsrProposals.IsrAnswer;
import io.barnabas.replica.IsrProposals.IsrProposal;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What one leadership makes of the answers to its proposals. */
class LeadingTest {
  private static final long LAG_NANOS = 1_000;
  private static final long LATE_NANOS = 1_000_000;

  private final Leading leading =
      new Leading(new TopicIdPartition(new Uuid(1, 1), 0, "t"), 1, leader(7, List.of(1, 2)), 0, 0);

  private static Role.Leader leader(int partitionEpoch, List<Integer> isr) {
    return new Role.Leader(5, partitionEpoch, isr, List.of(1, 2));
  }

  private IsrProposal shrinking() {
    leading.fetched(2, new LogBounds(0, 3), 1, 10, 1);
    return leading.shrinking(10, LATE_NANOS, LAG_NANOS, broker -> 1).orElseThrow();
  }

  @Test
  void whoIsPutOutCountsUntilTheImageSaysSo() {
    IsrProposal proposal = shrinking();
    leading.answered(proposal, new IsrAnswer(Errors.NONE, 5, List.of(1), 8), LATE_NANOS);
    assertThat(leading.replicatedEnd(10)).isEqualTo(3);
    assertThat(leading.shrinking(10, 2 * LATE_NANOS, LAG_NANOS, broker -> 1)).isEmpty();
    leading.changed(leader(8, List.of(1)), 2 * LATE_NANOS);
    assertThat(leading.replicatedEnd(10)).isEqualTo(10);
  }

  @Test
  void readersAreSentToFollowersInSyncThatHaveWhatTheyWant() {
    Leading three =
        new Leading(
            new TopicIdPartition(new Uuid(1, 1), 0, "t"),
            1,
            new Role.Leader(5, 7, List.of(1, 2, 3), List.of(1, 2, 3, 4)),
            0,
            0);
    Set<Integer> near = Set.of(2, 3, 4, 9);
    assertThat(three.furthestFollower(near, 0)).isEmpty();
    three.fetched(2, new LogBounds(5, 8), 1, 10, 1);
    three.fetched(3, new LogBounds(6, 9), 1, 10, 1);
    three.fetched(4, new LogBounds(0, 10), 1, 10, 1);
    assertThat(three.furthestFollower(near, 4)).isEmpty();
    assertThat(three.furthestFollower(near, 5)).hasValue(2);
    assertThat(three.furthestFollower(near, 6)).hasValue(3);
    assertThat(three.furthestFollower(Set.of(2), 8)).hasValue(2);
    assertThat(three.furthestFollower(Set.of(2), 9)).isEmpty();
    assertThat(three.furthestFollower(near, 10)).isEmpty();
    three.fetched(3, new LogBounds(-1, 10), 1, 10, 1);
    assertThat(three.furthestFollower(near, 6)).as("3 does not say where it begins").hasValue(2);
  }

  @Test
  void oneThatHasAllAndSaysNothingIsInTimeUntilTheNextAppend() {
    leading.fetched(2, new LogBounds(0, 10), 1, 10, 1);
    leading.appended(LATE_NANOS);
    long inTime = LATE_NANOS + LAG_NANOS;
    assertThat(leading.shrinking(11, inTime, LAG_NANOS, broker -> 1)).isEmpty();
    leading.appended(inTime);
    leading.fetched(2, new LogBounds(0, 10), 1, 12, inTime);
    assertThat(leading.shrinking(12, inTime, LAG_NANOS, broker -> 1)).isEmpty();
    assertThat(leading.shrinking(12, inTime + 1, LAG_NANOS, broker -> 1)).isPresent();
  }

  @Test
  void afterARefusalItIsProposedAgain() {
    IsrProposal proposal = shrinking();
    leading.answered(proposal, IsrAnswer.refused(Errors.THROTTLING_QUOTA_EXCEEDED), LATE_NANOS);
    long later = LATE_NANOS + 1_000_000_000;
    assertThat(leading.shrinking(10, later, LAG_NANOS, broker -> 1)).contains(proposal);
  }
}
