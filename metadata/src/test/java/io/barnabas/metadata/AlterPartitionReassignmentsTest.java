package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AlterPartitionReassignments.Result;
import io.barnabas.metadata.AlterPartitionReassignments.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Brokers 1 to 6, and a topic whose only partition is on 1, 2 and 3. */
class AlterPartitionReassignmentsTest {
  private ClusterImage image = ClusterImage.empty("none");

  @BeforeEach
  void create() {
    image = Clusters.ofBrokers(6);
    CreateTopics.NewTopic topic =
        new CreateTopics.NewTopic(
            "t", -1, -1, List.of(new CreateTopics.Assignment(0, List.of(1, 2, 3))), Map.of());
    apply(
        new CreateTopics(List.of(topic), false, Clusters.DEFAULTS, Clusters.ids(1))
            .decide(image, 0)
            .facts());
  }

  private void apply(List<Fact> facts) {
    image = image.apply(facts);
  }

  private PartitionImage partition() {
    return image.partition(image.topicByName("t").orElseThrow().id(), 0).orElseThrow();
  }

  private static Target target(String topic, int partition, Integer... replicas) {
    return new Target(new TopicPartition(topic, partition), Optional.of(Arrays.asList(replicas)));
  }

  private static Target cancel(String topic, int partition) {
    return new Target(new TopicPartition(topic, partition), Optional.empty());
  }

  private List<Result> alter(boolean allowFactorChange, Target... targets) {
    Decision<List<Result>> decision =
        new AlterPartitionReassignments(List.of(targets), allowFactorChange).decide(image, 0);
    apply(decision.facts());
    return decision.answer();
  }

  private void move(Integer... replicas) {
    assertThat(alter(true, target("t", 0, replicas)))
        .extracting(Result::error)
        .containsExactly(Errors.NONE);
  }

  private void refused(Target target, Errors error, String message) {
    ClusterImage before = image;
    assertThat(alter(false, target))
        .containsExactly(new Result(target.partition(), error, Optional.of(message)));
    assertThat(image.topics()).isEqualTo(before.topics());
  }

  /** As the leader reports, when followers have caught up or fallen behind. */
  private void inSync(Integer... brokers) {
    TopicImage topic = image.topicByName("t").orElseThrow();
    new PartitionChange(new Elections(image), topic, 0)
        .inSync(List.of(brokers))
        .fact()
        .ifPresent(fact -> apply(List.of(fact)));
  }

  private void assertState(
      List<Integer> replicas, List<Integer> isr, List<Integer> adding, List<Integer> removing) {
    PartitionImage now = partition();
    assertThat(now.replicas()).isEqualTo(replicas);
    assertThat(now.isr()).containsExactlyInAnyOrderElementsOf(isr);
    assertThat(now.addingReplicas()).isEqualTo(adding);
    assertThat(now.removingReplicas()).isEqualTo(removing);
    assertThat(now.isr()).contains(now.leader());
  }

  @Test
  void aPartitionHasOldAndNewReplicasUntilTheNewOnesAreInSync() {
    move(4, 5, 1);
    assertState(List.of(4, 5, 1, 2, 3), List.of(1, 2, 3), List.of(4, 5), List.of(2, 3));
    int epoch = partition().leaderEpoch();
    inSync(1, 2, 3, 4);
    assertState(List.of(4, 5, 1, 2, 3), List.of(1, 2, 3, 4), List.of(4, 5), List.of(2, 3));
    inSync(1, 2, 3, 4, 5);
    assertState(List.of(4, 5, 1), List.of(4, 5, 1), List.of(), List.of());
    assertThat(partition().leader()).isEqualTo(1);
    assertThat(partition().leaderEpoch()).isGreaterThan(epoch);
  }

  @Test
  void anotherLeadsWhenTheLeaderIsNotAmongTheNewReplicas() {
    move(4, 5, 6);
    inSync(1, 2, 3, 4, 5, 6);
    assertState(List.of(4, 5, 6), List.of(4, 5, 6), List.of(), List.of());
    assertThat(partition().leader()).isEqualTo(4);
  }

  @Test
  void aReplicaThatStaysMustBeInSyncTooBeforeOthersGo() {
    inSync(1, 2);
    move(4, 3, 1);
    inSync(1, 2, 4);
    assertState(List.of(4, 3, 1, 2), List.of(1, 2, 4), List.of(4), List.of(2));
    inSync(1, 2, 4, 3);
    assertState(List.of(4, 3, 1), List.of(4, 3, 1), List.of(), List.of());
  }

  @Test
  void whatNeedsNoDataIsCompleteAtOnce() {
    move(3, 2, 1);
    assertState(List.of(3, 2, 1), List.of(1, 2, 3), List.of(), List.of());
    assertThat(partition().leader()).isEqualTo(1);
    move(3, 2);
    assertState(List.of(3, 2), List.of(3, 2), List.of(), List.of());
    assertThat(partition().leader()).isEqualTo(3);
    int epoch = partition().partitionEpoch();
    move(3, 2);
    assertThat(partition().partitionEpoch()).isEqualTo(epoch);
  }

  @Test
  void whatIsCancelledIsAsItWas() {
    move(4, 5, 6);
    inSync(1, 2, 3, 4);
    alter(false, cancel("t", 0));
    assertState(List.of(1, 2, 3), List.of(1, 2, 3), List.of(), List.of());
  }

  @Test
  void whatIsCancelledAfterAChangeOfMindIsAsItWasAtFirst() {
    move(4, 2, 3);
    inSync(1, 2, 3);
    move(5, 2, 3);
    assertState(List.of(5, 2, 3, 1), List.of(1, 2, 3), List.of(5), List.of(1));
    alter(false, cancel("t", 0));
    assertThat(partition().replicas()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(partition().isReassigning()).isFalse();
  }

  @Test
  void anInSyncReplicaOfAnEarlierTargetStaysUntilTheNewOnesAreInSync() {
    move(4, 5, 6);
    inSync(1, 2, 4);
    move(5, 2, 3);
    assertState(List.of(5, 2, 3, 1, 4), List.of(1, 2, 4), List.of(4, 5), List.of(1, 4));
    inSync(1, 2, 4, 3, 5);
    assertState(List.of(5, 2, 3), List.of(5, 2, 3), List.of(), List.of());
  }

  @Test
  void backToWhereItWasIsCompleteAtOnce() {
    move(4, 5, 6);
    inSync(1, 2, 3, 4);
    move(1, 2, 3);
    assertState(List.of(1, 2, 3), List.of(1, 2, 3), List.of(), List.of());
  }

  @Test
  void nothingIsCancelledThatWouldLoseAcknowledgedRecords() {
    move(4, 5, 6);
    inSync(1, 4);
    inSync(4);
    refused(
        cancel("t", 0),
        Errors.INVALID_REPLICA_ASSIGNMENT,
        "Unable to revert partition assignment for t:0 because it would require an unclean leader"
            + " election.");
  }

  @Test
  void whatCannotBeIsRefused() {
    refused(
        cancel("t", 0),
        Errors.NO_REASSIGNMENT_IN_PROGRESS,
        Errors.NO_REASSIGNMENT_IN_PROGRESS.message());
    refused(
        target("u", 0, 1), Errors.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find a topic named u.");
    refused(cancel("t", 1), Errors.UNKNOWN_TOPIC_OR_PARTITION, "Unable to find partition t:1.");
    refused(
        target("t", 0),
        Errors.INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes an empty replica list.");
    refused(
        target("t", 0, 1, 2, 2),
        Errors.INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes the broker 2 more than once.");
    refused(
        target("t", 0, 1, 2, 7),
        Errors.INVALID_REPLICA_ASSIGNMENT,
        "The manual partition assignment includes broker 7, but no such broker is registered.");
    refused(
        target("t", 0, 1, 2),
        Errors.INVALID_REPLICATION_FACTOR,
        "The replication factor is changed from 3 to 2");
  }

  @Test
  void theFactorWhileOneIsUnderWayIsThatOfItsTarget() {
    move(4, 5);
    refused(
        target("t", 0, 1, 2, 6),
        Errors.INVALID_REPLICATION_FACTOR,
        "The replication factor is changed from 2 to 3");
    assertThat(alter(false, target("t", 0, 4, 6)))
        .extracting(Result::error)
        .containsExactly(Errors.NONE);
  }

  @Test
  void ofTwoTargetsForOnePartitionTheLastHolds() {
    List<Result> results =
        alter(true, target("t", 0, 4, 5, 6), target("u", 0, 1), target("t", 0, 1, 2, 6));
    assertThat(results)
        .extracting(Result::error)
        .containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.NONE);
    assertState(List.of(1, 2, 6, 3), List.of(1, 2, 3), List.of(6), List.of(3));
  }

  @Test
  void aRequestIsBounded() {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < 5_001; i++) {
      targets.add(target("t", 0, 4, 5, 6));
      targets.add(cancel("t", 0));
    }
    Decision<List<Result>> decision =
        new AlterPartitionReassignments(targets, false).decide(image, 0);
    assertThat(decision.facts()).hasSize(10_000);
    assertThat(decision.answer())
        .filteredOn(result -> result.error() == Errors.POLICY_VIOLATION)
        .hasSize(1);
  }
}
