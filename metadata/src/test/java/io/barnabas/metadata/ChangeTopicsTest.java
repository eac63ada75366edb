package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static io.barnabas.metadata.Clusters.withTopic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.barnabas.metadata.CreatePartitions.Growth;
import io.barnabas.metadata.DeleteTopics.Named;
import io.barnabas.metadata.DeleteTopics.TopicResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Deleting topics, and giving them more partitions. */
class ChangeTopicsTest {
  private static final Uuid UNKNOWN = new Uuid(99, 99);

  private final ClusterImage image = withTopic(withTopic(ofBrokers(2), "a", 2), "b", 3);
  private final Uuid idOfA = image.topicByName("a").orElseThrow().id();
  private final Uuid idOfB = image.topicByName("b").orElseThrow().id();

  @Test
  void topicsAreDeletedByNameOrId() {
    assertThat(delete(Named.byName("a"), Named.byId(idOfB)).answer())
        .containsExactly(
            new TopicResult(Optional.of("a"), idOfA, Errors.NONE, Optional.empty()),
            new TopicResult(Optional.of("b"), idOfB, Errors.NONE, Optional.empty()));
    assertThat(image.apply(delete(Named.byName("a"), Named.byId(idOfB)).facts()).topicIds())
        .isEmpty();
  }

  @Test
  void whatIsNotThereIsSaidByWhatItWasAskedBy() {
    assertThat(delete(Named.byName("no"), Named.byId(UNKNOWN), Named.byName("a")).answer())
        .extracting(TopicResult::name, TopicResult::id, TopicResult::error)
        .containsExactlyInAnyOrder(
            tuple(Optional.of("no"), Uuid.ZERO_UUID, Errors.UNKNOWN_TOPIC_OR_PARTITION),
            tuple(Optional.empty(), UNKNOWN, Errors.UNKNOWN_TOPIC_ID),
            tuple(Optional.of("a"), idOfA, Errors.NONE));
  }

  static Stream<Arguments> confused() {
    return Stream.of(
        arguments("not specify both", List.of(new Named(Optional.of("a"), UNKNOWN))),
        arguments(
            "Neither topic name nor id", List.of(new Named(Optional.empty(), Uuid.ZERO_UUID))),
        arguments("Duplicate topic name", List.of(Named.byName("a"), Named.byName("a"))),
        arguments("Duplicate topic name", List.of(Named.byName("no"), Named.byName("no"))),
        arguments("Duplicate topic id", List.of(Named.byId(UNKNOWN), Named.byId(UNKNOWN))));
  }

  @ParameterizedTest
  @MethodSource("confused")
  void aConfusedClientDeletesNothing(String message, List<Named> topics) {
    isRefused(new DeleteTopics(topics).decide(image, 0), message);
  }

  @Test
  void aTopicNamedInTwoWaysIsNotDeleted() {
    Decision<List<TopicResult>> decision = delete(Named.byName("a"), Named.byId(idOfA));
    isRefused(decision, "maps to an ID that was already supplied");
    assertThat(decision.answer().getFirst().name()).contains("a");
    assertThat(decision.answer().getFirst().id()).isEqualTo(idOfA);
  }

  private static void isRefused(Decision<List<TopicResult>> decision, String message) {
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer()).hasSize(1);
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(decision.answer().getFirst().message())
        .hasValueSatisfying(text -> assertThat(text).contains(message));
  }

  private Decision<List<TopicResult>> delete(Named... topics) {
    return new DeleteTopics(List.of(topics)).decide(image, 0);
  }

  static Stream<Arguments> noGrowth() {
    return Stream.of(
        arguments(grow("no", 3), Errors.UNKNOWN_TOPIC_OR_PARTITION, "does not host"),
        arguments(grow("a", 2), Errors.INVALID_PARTITIONS, "Topic already has 2 partition(s)."),
        arguments(
            grow("a", 1),
            Errors.INVALID_PARTITIONS,
            "The topic a currently has 2 partition(s); 1 would not be an increase."),
        arguments(grow("a", -1), Errors.INVALID_PARTITIONS, "-1 would not be an increase."),
        arguments(grow("a", 10_003), Errors.POLICY_VIOLATION, "Excessively large"),
        arguments(grow("a", Integer.MAX_VALUE), Errors.POLICY_VIOLATION, "Excessively large"),
        misassigned(4, "add 2 additional partition(s), but only 1", List.of(List.of(1))),
        misassigned(3, "add 1 additional partition(s), but only 0", List.of()),
        misassigned(3, "includes broker 9, but no such", List.of(List.of(9))),
        misassigned(3, "the broker 1 more than once", List.of(List.of(1, 1))),
        misassigned(3, "empty replica list", List.of(List.of())),
        misassigned(3, "with 2 replica(s), but this is not consistent", List.of(List.of(1, 2))));
  }

  private static Growth grow(String topic, int partitions) {
    return new Growth(topic, partitions, Optional.empty());
  }

  private static Arguments misassigned(
      int partitions, String message, List<List<Integer>> assignments) {
    return arguments(
        new Growth("a", partitions, Optional.of(assignments)),
        Errors.INVALID_REPLICA_ASSIGNMENT,
        message);
  }

  @ParameterizedTest
  @MethodSource("noGrowth")
  void whatIsNoGrowthIsRefused(Growth growth, Errors error, String message) {
    Decision<List<CreatePartitions.TopicResult>> decision = grow(false, growth, grow("b", 4));
    assertThat(decision.answer().getFirst().error()).isEqualTo(error);
    assertThat(decision.answer().getFirst().message())
        .hasValueSatisfying(text -> assertThat(text).contains(message));
    assertThat(decision.answer().getLast().error()).isEqualTo(Errors.NONE);
    assertThat(decision.facts()).hasSize(1);
  }

  @Test
  void newPartitionsGoOnFromTheLast() {
    ClusterImage grown = image.apply(grow(false, grow("b", 5)).facts());
    TopicImage topic = grown.topicByName("b").orElseThrow();
    assertThat(topic.partitions()).containsOnlyKeys(0, 1, 2, 3, 4);
    int leaderOf2 = leader(topic, 2);
    assertThat(leader(topic, 3)).isNotEqualTo(leaderOf2);
    assertThat(leader(topic, 4)).isEqualTo(leaderOf2);
  }

  private static int leader(TopicImage topic, int partition) {
    return Optional.ofNullable(topic.partitions().get(partition)).orElseThrow().leader();
  }

  @Test
  void newPartitionsGoWhereTheClientSays() {
    Growth growth = new Growth("a", 4, Optional.of(List.of(List.of(2), List.of(1))));
    TopicImage topic = image.apply(grow(false, growth).facts()).topicByName("a").orElseThrow();
    assertThat(leader(topic, 2)).isEqualTo(2);
    assertThat(leader(topic, 3)).isEqualTo(1);
  }

  @Test
  void aTopicGrownTwiceAtOnceDoesNotGrow() {
    Decision<List<CreatePartitions.TopicResult>> decision = grow(false, grow("a", 3), grow("a", 4));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer())
        .containsExactly(
            new CreatePartitions.TopicResult(
                "a", Errors.INVALID_REQUEST, Optional.of("Duplicate topic name.")));
  }

  @Test
  void validatingGrowsNothing() {
    Decision<List<CreatePartitions.TopicResult>> decision = grow(true, grow("a", 3));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.NONE);
  }

  private Decision<List<CreatePartitions.TopicResult>> grow(
      boolean validateOnly, Growth... topics) {
    return new CreatePartitions(List.of(topics), validateOnly).decide(image, 0);
  }
}
