package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.DEFAULTS;
import static io.barnabas.metadata.Clusters.ids;
import static io.barnabas.metadata.Clusters.ofBrokers;
import static io.barnabas.metadata.Clusters.topic;
import static io.barnabas.metadata.Clusters.topicResource;
import static io.barnabas.metadata.Clusters.withTopic;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.barnabas.metadata.CreateTopics.Assignment;
import io.barnabas.metadata.CreateTopics.NewTopic;
import io.barnabas.metadata.CreateTopics.TopicResult;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CreateTopicsTest {
  private final ClusterImage image = withTopic(withTopic(ofBrokers(3), "taken", 1), "with.dot", 1);

  static Stream<Arguments> refusals() {
    return Stream.of(
        arguments(topic("", 1, 1), Errors.INVALID_TOPIC_EXCEPTION, "empty string"),
        arguments(topic(".", 1, 1), Errors.INVALID_TOPIC_EXCEPTION, "'.' is not allowed"),
        arguments(topic("..", 1, 1), Errors.INVALID_TOPIC_EXCEPTION, "'..' is not allowed"),
        arguments(topic("a/b", 1, 1), Errors.INVALID_TOPIC_EXCEPTION, "other than ASCII"),
        arguments(topic("x".repeat(250), 1, 1), Errors.INVALID_TOPIC_EXCEPTION, "length 249"),
        arguments(
            topic("with_dot", 1, 1),
            Errors.INVALID_TOPIC_EXCEPTION,
            "Topic 'with_dot' collides with existing topic: with.dot"),
        arguments(topic("__cluster_metadata", 1, 1), Errors.INVALID_REQUEST, "is prohibited"),
        arguments(topic("taken", 0, 9), Errors.TOPIC_ALREADY_EXISTS, "'taken' already exists"),
        arguments(topic("t", 0, 1), Errors.INVALID_PARTITIONS, "non-positive"),
        arguments(topic("t", -2, 1), Errors.INVALID_PARTITIONS, "non-positive"),
        arguments(topic("t", 10_001, 1), Errors.POLICY_VIOLATION, "Excessively large"),
        arguments(topic("t", Integer.MAX_VALUE, 1), Errors.POLICY_VIOLATION, "Excessively large"),
        arguments(topic("t", 0, 0), Errors.INVALID_REPLICATION_FACTOR, "larger than 0, or -1"),
        arguments(topic("t", 1, -2), Errors.INVALID_REPLICATION_FACTOR, "larger than 0, or -1"),
        arguments(
            topic("t", 1, 4), Errors.INVALID_REPLICATION_FACTOR, "only 3 broker(s) are registered"),
        assigned(1, -1, Errors.INVALID_REQUEST, "numPartitions was not set to -1", at(0, 1)),
        assigned(-1, 1, Errors.INVALID_REQUEST, "replication factor was not set to", at(0, 1)),
        misassigned("consecutive 0-based", at(1, 1)),
        misassigned("consecutive 0-based", at(-1, 1)),
        misassigned("consecutive 0-based", at(2, 1), at(0, 1)),
        misassigned("empty replica list", at(0)),
        misassigned("includes broker 9, but no such broker", at(0, 9)),
        misassigned("includes the broker 2 more than once", at(0, 2, 2)),
        misassigned("multiple manual partition assignments for partition 0", at(0, 1), at(0, 2)),
        misassigned("with 2 replica(s), but this is not consistent", at(0, 1), at(1, 1, 2)),
        misset("nope", "1", "Unknown topic config name: nope"),
        misset("retention.ms", "soon", "Not a number of type LONG"),
        misset("compression.type", "zip", "String must be one of: uncompressed, zstd"),
        arguments(
            withSetting("__consumer_offsets", "flush.messages", Optional.of("2")),
            Errors.INVALID_CONFIG,
            "Value must be 1 in an internal topic"),
        misset("remote.storage.enable", "true", "is not supported"));
  }

  private static Assignment at(int partition, Integer... brokers) {
    return new Assignment(partition, List.of(brokers));
  }

  private static Arguments misassigned(String message, Assignment... assignments) {
    return assigned(-1, -1, Errors.INVALID_REPLICA_ASSIGNMENT, message, assignments);
  }

  private static Arguments assigned(
      int partitions, int replicas, Errors error, String message, Assignment... assignments) {
    return arguments(
        new NewTopic("t", partitions, replicas, List.of(assignments), Map.of()), error, message);
  }

  private static Arguments misset(String name, String value, String message) {
    return arguments(withSetting("t", name, Optional.of(value)), Errors.INVALID_CONFIG, message);
  }

  private static NewTopic withSetting(String topic, String name, Optional<String> value) {
    return new NewTopic(topic, 1, 1, List.of(), Map.of(name, value));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatCannotBeIsRefusedAndDoesNotSpoilTheOthers(NewTopic topic, Errors error, String message) {
    Decision<List<TopicResult>> decision = create(false, topic, topic("good", 1, 1));
    TopicResult refused = decision.answer().getFirst();
    assertThat(refused.name()).isEqualTo(topic.name());
    assertThat(refused.error()).isEqualTo(error);
    assertThat(refused.message()).hasValueSatisfying(text -> assertThat(text).contains(message));
    assertThat(refused.id()).isEmpty();
    assertThat(refused.configs()).isEmpty();
    assertThat(decision.answer().getLast().error()).isEqualTo(Errors.NONE);
    assertThat(image.apply(decision.facts()).topicIds().keySet())
        .containsExactlyInAnyOrder("taken", "with.dot", "good");
  }

  @Test
  void aReasonThatRepeatsTheRequestIsCut() {
    TopicResult result =
        create(false, topic("\uD83D\uDE00".repeat(8_000), 1, 1)).answer().getFirst();
    assertThat(result.error()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(result.message())
        .hasValueSatisfying(
            text -> {
              assertThat(text)
                  .hasSizeBetween(990, 1_000)
                  .startsWith("Topic name is")
                  .endsWith("...");
              assertThat(text.getBytes(UTF_8)).doesNotContain((byte) '?');
            });
  }

  @Test
  void aValueOfNullIsNotADefault() {
    TopicResult refused =
        create(false, withSetting("t", "retention.ms", Optional.empty())).answer().getFirst();
    assertThat(refused.error()).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(refused.message())
        .contains("Null value not supported for topic configs: retention.ms");
  }

  @Test
  void defaultsAreTakenAndToldBack() {
    Decision<List<TopicResult>> decision =
        create(
            false, new NewTopic("t", -1, -1, List.of(), Map.of("segment.ms", Optional.of("77"))));
    TopicResult created = decision.answer().getFirst();
    assertThat(created.partitions()).isEqualTo(2);
    assertThat(created.replicationFactor()).isEqualTo(1);
    assertThat(created.configs())
        .contains(
            new TopicSetting("segment.ms", "77", TopicSetting.Source.TOPIC),
            new TopicSetting("retention.ms", "1234", TopicSetting.Source.NODE),
            new TopicSetting("flush.messages", "1", TopicSetting.Source.DEFAULT))
        .hasSameSizeAs(TopicSettings.names());
    ClusterImage after = image.apply(decision.facts());
    TopicImage topic = after.topicById(created.id().orElseThrow()).orElseThrow();
    assertThat(topic.name()).isEqualTo("t");
    assertThat(topic.partitions()).containsOnlyKeys(0, 1);
    assertThat(after.configsOf(topicResource("t"))).isEqualTo(Map.of("segment.ms", "77"));
  }

  @Test
  void assignmentsAreFollowedInWhateverOrderTheyCome() {
    NewTopic assigned = new NewTopic("t", -1, -1, List.of(at(1, 3, 1), at(0, 2, 3)), Map.of());
    Decision<List<TopicResult>> decision = create(false, assigned);
    assertThat(decision.answer().getFirst().replicationFactor()).isEqualTo(2);
    assertThat(image.apply(decision.facts()).topicByName("t").orElseThrow().partitions())
        .isEqualTo(
            Map.of(
                0, new PartitionImage(List.of(2, 3), List.of(2, 3), 2, 0, 0),
                1, new PartitionImage(List.of(3, 1), List.of(3, 1), 3, 0, 0)));
  }

  @Test
  void aNameGivenTwiceIsRefusedOnce() {
    Decision<List<TopicResult>> decision =
        create(false, topic("twice", 1, 1), topic("once", 1, 1), topic("twice", 2, 1));
    assertThat(decision.answer()).extracting(TopicResult::name).containsExactly("twice", "once");
    assertThat(decision.answer())
        .extracting(TopicResult::error)
        .containsExactly(Errors.INVALID_REQUEST, Errors.NONE);
  }

  @Test
  void namesOfOneRequestMayNotCollideEither() {
    assertThat(create(false, topic("p.q", 1, 1), topic("p_q", 1, 1)).answer())
        .extracting(TopicResult::error)
        .containsExactly(Errors.NONE, Errors.INVALID_TOPIC_EXCEPTION);
  }

  @Test
  void theBoundOfPartitionsIsOfTheWholeRequest() {
    assertThat(create(false, topic("a", 6_000, 1), topic("b", 6_000, 1), topic("c", 4_000, 1)))
        .satisfies(
            decision -> {
              assertThat(decision.answer())
                  .extracting(TopicResult::error)
                  .containsExactly(Errors.NONE, Errors.POLICY_VIOLATION, Errors.NONE);
              assertThat(decision.facts()).hasSize(10_002);
            });
  }

  @Test
  void validatingChangesNothing() {
    Decision<List<TopicResult>> decision = create(true, topic("t", 3, 2), topic("taken", 1, 1));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer())
        .extracting(TopicResult::error)
        .containsExactly(Errors.NONE, Errors.TOPIC_ALREADY_EXISTS);
    assertThat(decision.answer().getFirst().partitions()).isEqualTo(3);
    assertThat(decision.answer().getFirst().id()).isEmpty();
  }

  @Test
  void idsThatMeanSomethingOrAreTakenAreNotGiven() {
    Uuid taken = image.topicByName("taken").orElseThrow().id();
    Uuid free = new Uuid(5, 5);
    Iterator<Uuid> drawn =
        List.of(Uuid.ZERO_UUID, Uuid.METADATA_TOPIC_ID, taken, free, free, new Uuid(6, 6))
            .iterator();
    assertThat(
            new CreateTopics(
                    List.of(topic("a", 1, 1), topic("b", 1, 1)), false, DEFAULTS, drawn::next)
                .decide(image, 0)
                .answer())
        .extracting(TopicResult::id)
        .containsExactly(Optional.of(free), Optional.of(new Uuid(6, 6)));
  }

  private Decision<List<TopicResult>> create(boolean validateOnly, NewTopic... topics) {
    return new CreateTopics(List.of(topics), validateOnly, DEFAULTS, ids(1)).decide(image, 0);
  }
}
