package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AlterPartition.Change;
import io.barnabas.metadata.AlterPartition.Member;
import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.FenceBrokers.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A broker says that a replica's data was found damaged, and later that it is good again. */
class DamagedReplicasTest {
  private static final Uuid HERE = new Uuid(8, 1);

  private static ClusterImage say(ClusterImage image, int broker, Uuid directory) {
    var decision =
        new AssignReplicasToDirs(broker, 1, List.of(new Assignment(Partitions.TOPIC, 0, directory)))
            .decide(image, 0);
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.NONE);
    return image.apply(decision.facts());
  }

  private static ClusterImage cluster(String brokers, String partition, int minimum) {
    return Partitions.cluster(
        brokers, partition, Map.of("min.insync.replicas", Integer.toString(minimum)));
  }

  @ParameterizedTest
  @CsvSource({
    // Another one in sync leads.
    "aaaa, 123 isr 123 led by 1, 2, 1, 123 isr 23 led by 2",
    "aaaa, 123 isr 123 led by 1, 2, 2, 123 isr 13 led by 1",
    "aaaa, 123 isr 12 led by 1, 2, 3, 123 isr 12 led by 1",
    // Below the minimum the damaged one is not eligible, and those that are stay so.
    "aaaa, 123 isr 12 led by 1, 2, 1, 123 isr 2 led by 2",
    "aaaa, 123 isr 1 elr 2 led by 1, 2, 1, 123 isr 2 led by 2",
    "afaa, 123 isr 1 elr 2 led by 1, 2, 1, 123 isr 2 led by -",
    "affa, 123 isr 1 elr 23 led by 1, 3, 1, 123 isr 23 led by -",
    "aaaa, 123 isr 1 elr 23 led by 1, 3, 2, 123 isr 1 elr 3 led by 1",
    // The last one waits for people, also where others are there that lack records.
    "aaaa, 123 isr 1 led by 1, 1, 1, 123 isr 1 led by -",
    "aaaa, 1 isr 1 led by 1, 1, 1, 1 isr 1 led by -",
  })
  void itIsOutOfSyncAndAnotherLeads(
      String brokers, String before, int minimum, int damaged, String after) {
    ClusterImage image = cluster(brokers, before, minimum);
    ClusterImage next = say(image, damaged, PartitionImage.LOST);
    assertThat(Partitions.show(next)).isEqualTo(after);
    assertThat(Partitions.of(next).isLost(damaged)).isTrue();
    if (Partitions.of(next).leader() != PartitionImage.NO_LEADER) {
      // So that no leader goes by how far the damaged one was.
      assertThat(Partitions.of(next).leaderEpoch())
          .isEqualTo(Partitions.of(image).leaderEpoch() + 1);
    }
    assertThat(Partitions.of(say(next, damaged, PartitionImage.LOST)))
        .as("again")
        .isEqualTo(Partitions.of(next));
    ClusterImage restarted = register(next, damaged);
    assertThat(Partitions.of(restarted).isLost(damaged)).isTrue();
    assertThat(Partitions.of(restarted).isr()).isEqualTo(Partitions.of(next).isr());
    assertThat(Partitions.of(restarted).elr()).isEqualTo(Partitions.of(next).elr());
  }

  private static ClusterImage register(ClusterImage image, int broker) {
    return image.apply(
        new RegisterBroker(
                broker,
                new Uuid(9, 9),
                Optional.empty(),
                List.of(),
                List.of(HERE),
                List.of(),
                RegisterBroker.Files.AS_LEFT,
                1,
                Optional.of(Set.of()),
                false,
                false)
            .decide(image, 0)
            .facts());
  }

  @Test
  void itIsNotTakenIntoSyncBeforeItIsGood() {
    ClusterImage lost = say(cluster("aaaa", "123 isr 123 led by 1", 2), 2, PartitionImage.LOST);
    assertThat(expand(lost)).isEqualTo(Errors.INELIGIBLE_REPLICA);
    assertThat(expand(say(lost, 2, HERE))).isEqualTo(Errors.NONE);
  }

  private static Errors expand(ClusterImage image) {
    PartitionImage partition = Partitions.of(image);
    Change change =
        new Change(
            Partitions.TOPIC,
            0,
            partition.leaderEpoch(),
            partition.partitionEpoch(),
            List.of(new Member(1, 1), new Member(3, 1), new Member(2, 1)),
            false);
    return new AlterPartition(1, 1, List.of(change)).decide(image, 0).answer().getFirst().error();
  }

  @Test
  void theLastOneLeadsAgainWhenItIsGood() {
    ClusterImage lost = say(cluster("aaaa", "123 isr 1 led by 1", 1), 1, PartitionImage.LOST);
    assertThat(Partitions.show(say(lost, 1, HERE))).isEqualTo("123 isr 1 led by 1");
  }

  @Test
  void anUncleanElectionTakesAnotherOneAndTheDamagedOneIsNotEligible() {
    ClusterImage lost = say(cluster("aaaa", "12 isr 1 led by 1", 2), 1, PartitionImage.LOST);
    ClusterImage elected =
        lost.apply(
            new ElectLeaders(ElectionType.UNCLEAN, Optional.empty()).decide(lost, 0).facts());
    assertThat(Partitions.show(elected)).isEqualTo("12 isr 2 led by 2");
    ClusterImage good = say(elected, 1, HERE);
    ClusterImage alone =
        good.apply(new FenceBrokers(List.of(new Incarnation(2, 1))).decide(good, 0).facts());
    assertThat(Partitions.show(alone)).isEqualTo("12 isr 2 led by -");
  }

  @Test
  void whereThereIsNoOtherNoElectionHelps() {
    ClusterImage lost = say(cluster("aaaa", "1 isr 1 led by 1", 1), 1, PartitionImage.LOST);
    var election = new ElectLeaders(ElectionType.UNCLEAN, Optional.empty()).decide(lost, 0);
    assertThat(election.facts()).isEmpty();
    assertThat(election.answer().getFirst().error())
        .isEqualTo(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
  }
}
