package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.AlterPartition.Change;
import io.barnabas.metadata.AlterPartition.Member;
import io.barnabas.metadata.AlterPartition.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.StaleBrokerEpochException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What leaders say about who is in sync. The partition is in leader epoch 5, partition epoch 7. */
class AlterPartitionTest {
  @ParameterizedTest
  @CsvSource({
    "123 isr 123 led by 1, 1, 13, 123 isr 13 led by 1",
    "123 isr 1 led by 1, 1, 132, 123 isr 132 led by 1",
    "123 isr 123 led by 1, 2, 1, 123 isr 1 elr 23 led by 1",
    "123 isr 1 elr 23 led by 1, 2, 12, 123 isr 12 led by 1",
    "123 isr 1 elr 23 led by 1, 3, 12, 123 isr 12 elr 3 led by 1",
    // A reassignment is complete when all that it adds are in sync, and not before.
    "1234 isr 12 adding 34 removing 12 led by 1, 1, 123,"
        + " 1234 isr 123 adding 34 removing 12 led by 1",
    "3412 isr 12 adding 34 removing 2 led by 1, 1, 1234, 341 isr 134 led by 1",
    "123 isr 12 adding 3 led by 1, 1, 123, 123 isr 123 led by 1",
  })
  void theLeaderSaysWhoIsInSync(String before, String minimum, String isr, String after) {
    ClusterImage image = Partitions.cluster("aaaa", before, Map.of("min.insync.replicas", minimum));
    Decision<List<Result>> decision = decide(image, change(5, 7, isr));
    ClusterImage next = image.apply(decision.facts());
    assertThat(Partitions.show(next)).isEqualTo(after);
    assertThat(decision.answer())
        .containsExactly(
            new Result(Partitions.TOPIC, 0, Errors.NONE, Optional.of(Partitions.of(next))));
    assertThat(Partitions.of(next).partitionEpoch()).isEqualTo(8);
    assertThat(Partitions.of(next).leaderEpoch())
        .as("grows only where a replica goes")
        .isEqualTo(after.startsWith("341 ") ? 6 : 5);
  }

  @Test
  void aReassignmentThatTakesTheLeaderAwayElectsAnother() {
    ClusterImage image =
        Partitions.cluster("aaaa", "3412 isr 12 adding 34 removing 12 led by 1", Map.of());
    Decision<List<Result>> decision = decide(image, change(5, 7, "1234"));
    assertThat(decision.answer())
        .extracting(Result::error)
        .containsExactly(Errors.NEW_LEADER_ELECTED);
    ClusterImage next = image.apply(decision.facts());
    assertThat(Partitions.show(next)).isEqualTo("34 isr 34 led by 3");
    assertThat(Partitions.of(next).leaderEpoch()).isEqualTo(6);
  }

  @ParameterizedTest
  @CsvSource({
    "aaaa, 6, 7, 12, NOT_CONTROLLER",
    "aaaa, 5, 8, 12, NOT_CONTROLLER",
    "aaaa, 4, 7, 12, FENCED_LEADER_EPOCH",
    "aaaa, 5, 6, 12, INVALID_UPDATE_VERSION",
    "aaaa, 5, 7, 14, INVALID_REQUEST",
    "aaaa, 5, 7, 23, INVALID_REQUEST",
    "aaaa, 5, 7, 122, INVALID_REQUEST",
    "afaa, 5, 7, 12, INELIGIBLE_REPLICA",
    "asaa, 5, 7, 12, INELIGIBLE_REPLICA",
  })
  void whatCannotBeIsRefused(
      String brokers, int leaderEpoch, int partitionEpoch, String isr, Errors error) {
    ClusterImage image = Partitions.cluster(brokers, "123 isr 1 led by 1", Map.of());
    Decision<List<Result>> decision = decide(image, change(leaderEpoch, partitionEpoch, isr));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer()).extracting(Result::error).containsExactly(error);
  }

  @Test
  void othersThanTheLeaderAndStaleBrokersAreRefused() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 1 led by 1", Map.of());
    List<Change> changes = List.of(change(5, 7, "12"));
    assertThat(new AlterPartition(2, 1, changes).decide(image, 0).answer())
        .extracting(Result::error)
        .containsExactly(Errors.INVALID_REQUEST);
    for (AlterPartition stale :
        List.of(new AlterPartition(1, 0, changes), new AlterPartition(9, 1, changes))) {
      assertThatThrownBy(() -> stale.decide(image, 0))
          .isInstanceOf(StaleBrokerEpochException.class);
    }
    assertThat(decide(image, member(2)).answer())
        .extracting(Result::error)
        .containsExactly(Errors.INELIGIBLE_REPLICA);
    assertThat(decide(image, member(1)).answer())
        .extracting(Result::error)
        .containsExactly(Errors.NONE);
    assertThat(
            decide(image, new Change(Partitions.TOPIC, 0, 5, 7, change(5, 7, "1").isr(), true))
                .answer())
        .extracting(Result::error)
        .containsExactly(Errors.INVALID_REQUEST);
  }

  @Test
  void eachPartitionIsForItselfAndNamedOnce() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 1 led by 1", Map.of());
    Change good = change(5, 7, "12");
    Decision<List<Result>> decision =
        decide(
            image,
            new Change(new Uuid(8, 8), 0, 5, 7, good.isr(), false),
            new Change(Partitions.TOPIC, 1, 5, 7, good.isr(), false),
            good,
            change(5, 7, "13"));
    assertThat(decision.answer())
        .extracting(Result::error)
        .containsExactly(
            Errors.UNKNOWN_TOPIC_ID,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.NONE,
            Errors.INVALID_REQUEST);
    assertThat(Partitions.show(image.apply(decision.facts()))).isEqualTo("123 isr 12 led by 1");
  }

  /** So that an earlier proposal whose outcome the leader does not know comes too late. */
  @Test
  void whatIsSoAlreadyOutdatesEarlierProposals() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 1 led by 1", Map.of());
    Decision<List<Result>> decision = decide(image, change(5, 7, "1"));
    ClusterImage next = image.apply(decision.facts());
    assertThat(Partitions.show(next)).isEqualTo("123 isr 1 led by 1");
    assertThat(Partitions.of(next).partitionEpoch()).isEqualTo(8);
    assertThat(Partitions.of(next).leaderEpoch()).isEqualTo(5);
    assertThat(decision.answer().getFirst().state()).contains(Partitions.of(next));
    assertThat(decide(next, change(5, 7, "12")).answer())
        .extracting(Result::error)
        .containsExactly(Errors.INVALID_UPDATE_VERSION);
  }

  private static Change member(long epoch) {
    return new Change(
        Partitions.TOPIC, 0, 5, 7, List.of(new Member(1, 1), new Member(2, epoch)), false);
  }

  private static Change change(int leaderEpoch, int partitionEpoch, String isr) {
    return new Change(
        Partitions.TOPIC,
        0,
        leaderEpoch,
        partitionEpoch,
        Partitions.digits(isr).stream()
            .map(broker -> new Member(broker, AlterPartition.UNKNOWN_EPOCH))
            .toList(),
        false);
  }

  private static Decision<List<Result>> decide(ClusterImage image, Change... changes) {
    return new AlterPartition(1, 1, List.of(changes)).decide(image, 0);
  }
}
