package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.ElectLeaders.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Elections that somebody asks for, and directories, which decide who can be elected. */
class ElectLeadersTest {
  private static final TopicPartition WORDS = new TopicPartition("words", 0);

  @ParameterizedTest
  @CsvSource({
    "aaaa, 123 isr 123 led by 2, PREFERRED, NONE, 123 isr 123 led by 1",
    "aaaa, 123 isr 23 led by 2, PREFERRED, PREFERRED_LEADER_NOT_AVAILABLE, 123 isr 23 led by 2",
    "faaa, 123 isr 23 led by 2, PREFERRED, PREFERRED_LEADER_NOT_AVAILABLE, 123 isr 23 led by 2",
    "faaa, 123 isr 1 led by -, PREFERRED, PREFERRED_LEADER_NOT_AVAILABLE, 123 isr 1 led by -",
    "aaaa, 123 isr 123 led by 1, PREFERRED, ELECTION_NOT_NEEDED, 123 isr 123 led by 1",
    "aaaa, 123 isr 123 led by 3, UNCLEAN, ELECTION_NOT_NEEDED, 123 isr 123 led by 3",
    "ffaa, 123 isr 12 led by -, UNCLEAN, NONE, 123 isr 3 led by 3",
    "aaaa, 12 isr 1 doubted led by -, PREFERRED, PREFERRED_LEADER_NOT_AVAILABLE, 12 isr 1 doubted"
        + " led by -",
    "aaaa, 12 isr 1 doubted led by -, UNCLEAN, NONE, 12 isr 1 led by 1",
    "faaa, 12 isr 1 doubted led by -, UNCLEAN, NONE, 12 isr 2 led by 2",
    "fffa, 123 isr 12 led by -, UNCLEAN, ELIGIBLE_LEADERS_NOT_AVAILABLE, 123 isr 12 led by -",
  })
  void oneIsElectedIfItCanLead(
      String brokers, String before, ElectionType type, Errors error, String after) {
    ClusterImage image = Partitions.cluster(brokers, before, Map.of());
    for (Optional<List<TopicPartition>> which :
        List.of(Optional.of(List.of(WORDS, WORDS)), Optional.<List<TopicPartition>>empty())) {
      Decision<List<Result>> decision = new ElectLeaders(type, which).decide(image, 0);
      if (which.isPresent() || error != Errors.ELECTION_NOT_NEEDED) {
        assertThat(decision.answer()).hasSize(1);
        assertThat(decision.answer().getFirst().error()).isEqualTo(error);
      } else {
        assertThat(decision.answer()).isEmpty();
      }
      assertThat(decision.facts()).hasSize(error == Errors.NONE ? 1 : 0);
      assertThat(Partitions.show(image.apply(decision.facts()))).isEqualTo(after);
    }
  }

  @Test
  void whatIsNotThereIsNotElected() {
    ClusterImage image = Partitions.cluster("aaaa", "12 isr 12 led by 2", Map.of());
    List<TopicPartition> which =
        List.of(new TopicPartition("words", 1), new TopicPartition("x", 0));
    assertThat(
            new ElectLeaders(ElectionType.PREFERRED, Optional.of(which)).decide(image, 0).answer())
        .containsExactly(
            new Result(
                which.get(0),
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                Optional.of("No such partition as words-1")),
            new Result(
                which.get(1),
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                Optional.of("No such topic as x")));
  }

  @Test
  void preferredLeadersAreRestoredAFewAtATime() {
    List<Fact> facts = new ArrayList<>();
    for (int number = 1; number <= 5; number++) {
      facts.add(
          new Fact.PartitionAdded(
              Partitions.TOPIC, number, new PartitionImage(List.of(3, 1), List.of(1, 3), 1, 2, 2)));
    }
    facts.add(
        new Fact.PartitionAdded(
            Partitions.TOPIC, 6, new PartitionImage(List.of(4, 1), List.of(1), 1, 2, 2)));
    ClusterImage image = Partitions.cluster("aaaa", "12 isr 12 led by 1", Map.of()).apply(facts);
    List<RestorePreferredLeaders.Restored> steps = new ArrayList<>();
    for (int step = 0; step < 4; step++) {
      var decision = new RestorePreferredLeaders(2).decide(image, 0);
      steps.add(decision.answer());
      image = image.apply(decision.facts());
    }
    assertThat(steps)
        .containsExactly(
            new RestorePreferredLeaders.Restored(2, 3),
            new RestorePreferredLeaders.Restored(2, 1),
            new RestorePreferredLeaders.Restored(1, 0),
            new RestorePreferredLeaders.Restored(0, 0));
    assertThat(image.partition(Partitions.TOPIC, 5).orElseThrow())
        .isEqualTo(new PartitionImage(List.of(3, 1), List.of(1, 3), 3, 3, 3));
  }

  @Test
  void brokersSayInWhichDirectoryTheirReplicasAre() {
    Uuid first = new Uuid(1, 1);
    Uuid second = new Uuid(2, 2);
    ClusterImage image =
        inDirectories(Partitions.cluster("aaaa", "12 isr 12 led by 1", Map.of()), first, second);
    ClusterImage known = assign(image, first, Errors.NONE);
    assertThat(Partitions.of(known).directoryOf(1)).isEqualTo(first);
    assertThat(Partitions.of(known).partitionEpoch()).isEqualTo(8);
    ClusterImage moved = assign(known, second, Errors.NONE);
    assertThat(Partitions.of(moved).directoryOf(1)).isEqualTo(second);
    assertThat(Partitions.show(moved)).isEqualTo("12 isr 12 led by 1");
    ClusterImage offline = assign(moved, new Uuid(3, 3), Errors.NONE);
    assertThat(Partitions.show(offline)).isEqualTo("12 isr 2 led by 2");
  }

  @Test
  void anEmptyReplicaNeverTakesThePlaceOfALostOne() {
    Uuid lost = new Uuid(1, 1);
    Uuid fresh = new Uuid(2, 2);
    ClusterImage shared = Partitions.cluster("aaaa", "12 isr 12 led by 2", Map.of());
    ClusterImage before = assign(inDirectories(shared, lost), lost, Errors.NONE);
    assertThat(Partitions.show(assign(inDirectories(before, fresh), fresh, Errors.NONE)))
        .isEqualTo("12 isr 2 led by 2");
    ClusterImage alone = Partitions.cluster("afaa", "12 isr 1 led by 1", Map.of());
    ClusterImage only = assign(inDirectories(alone, lost), lost, Errors.NONE);
    assign(inDirectories(only, fresh), fresh, Errors.KAFKA_STORAGE_ERROR);
  }

  @Test
  void directoriesAreForReplicasThatAreThere() {
    ClusterImage image = Partitions.cluster("aaaa", "23 isr 23 led by 2", Map.of());
    Uuid directory = new Uuid(1, 1);
    assertThat(
            new AssignReplicasToDirs(
                    1,
                    1,
                    List.of(
                        new Assignment(Partitions.TOPIC, 0, directory),
                        new Assignment(Partitions.TOPIC, 1, directory),
                        new Assignment(new Uuid(9, 9), 0, directory),
                        new Assignment(Partitions.TOPIC, 0, directory)))
                .decide(image, 0)
                .answer())
        .extracting(AssignReplicasToDirs.Result::error)
        .containsExactly(
            Errors.NOT_LEADER_OR_FOLLOWER,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            Errors.UNKNOWN_TOPIC_ID,
            Errors.INVALID_REQUEST);
  }

  private static ClusterImage assign(ClusterImage image, Uuid directory, Errors error) {
    var decision =
        new AssignReplicasToDirs(1, 1, List.of(new Assignment(Partitions.TOPIC, 0, directory)))
            .decide(image, 0);
    assertThat(decision.answer().getFirst().error()).isEqualTo(error);
    return image.apply(decision.facts());
  }

  private static ClusterImage inDirectories(ClusterImage image, Uuid... directories) {
    Fact.BrokerImage broker = image.broker(1).orElseThrow();
    return image.apply(
        List.of(
            new Fact.BrokerRegistered(
                new Fact.BrokerImage(
                    1,
                    1,
                    broker.incarnation(),
                    broker.rack(),
                    List.of(),
                    List.of(directories),
                    List.of(),
                    broker.fenced(),
                    broker.inControlledShutdown()))));
  }
}
