package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static io.barnabas.metadata.Clusters.topicResource;
import static io.barnabas.metadata.Clusters.withTopic;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.APPEND;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.DELETE;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.SUBTRACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IncrementalAlterConfigsTest {
  private static final ConfigDef OF_BROKERS =
      new ConfigDef()
          .define(
              "max.connections",
              ConfigDef.Type.INT,
              5,
              ConfigDef.Range.atLeast(0),
              ConfigDef.Importance.LOW,
              "");
  private static final ConfigResource TOPIC = topicResource("t");
  private static final ConfigResource BROKER = broker("1");

  private final ClusterImage image =
      withTopic(ofBrokers(1), "t", 1)
          .apply(List.of(new Fact.ConfigChanged(TOPIC, "retention.ms", Optional.of("5"))));

  private static ConfigResource broker(String name) {
    return new ConfigResource(ConfigResource.Type.BROKER, name);
  }

  private static Op op(OpType type, String name, String value) {
    return new Op(name, type, Optional.of(value));
  }

  private static Op nothing(OpType type, String name) {
    return new Op(name, type, Optional.empty());
  }

  private static Op set(String name, String value) {
    return op(SET, name, value);
  }

  static Stream<Arguments> refusalsOfTopics() {
    return Stream.of(
        refused(
            topicResource("no"),
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            "'no' does not exist",
            set("retention.ms", "1")),
        refused(
            topicResource(""),
            Errors.INVALID_REQUEST,
            "Default topic resources",
            set("retention.ms", "1")),
        refused(
            topicResource("a/b"),
            Errors.INVALID_TOPIC_EXCEPTION,
            "Topic name is invalid",
            set("retention.ms", "1")),
        refused(TOPIC, Errors.INVALID_CONFIG, "Unknown topic config name: nope", set("nope", "1")),
        refused(TOPIC, Errors.INVALID_CONFIG, "Not a number", set("retention.ms", "")),
        refused(
            TOPIC,
            Errors.INVALID_CONFIG,
            "at least 1048576",
            set("segment.bytes", "5"),
            set("segment.ms", "7")),
        refused(
            TOPIC,
            Errors.INVALID_CONFIG,
            "one of: compact, delete",
            op(APPEND, "cleanup.policy", "shred")),
        refused(
            TOPIC,
            Errors.INVALID_CONFIG,
            "Can't APPEND to key retention.ms",
            op(APPEND, "retention.ms", "5")),
        refused(
            TOPIC, Errors.INVALID_CONFIG, "Can't SUBTRACT to key nope", op(SUBTRACT, "nope", "5")),
        refused(
            TOPIC,
            Errors.INVALID_REQUEST,
            "Null value not supported for : retention.ms, segment.ms",
            nothing(SET, "segment.ms"),
            nothing(APPEND, "retention.ms")),
        refused(
            TOPIC,
            Errors.INVALID_REQUEST,
            "duplicate config keys",
            set("retention.ms", "1"),
            nothing(DELETE, "retention.ms")),
        refused(
            TOPIC,
            Errors.INVALID_REQUEST,
            "Unknown operation type 7",
            new Op("retention.ms", (byte) 7, Optional.of("1"))));
  }

  static Stream<Arguments> refusalsOfBrokers() {
    ConfigResource logger = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");
    return Stream.of(
        refused(
            BROKER,
            Errors.INVALID_REQUEST,
            "Cannot update these configs dynamically: [node.id]",
            set("node.id", "1"),
            set("max.connections", "1")),
        refused(
            BROKER,
            Errors.INVALID_REQUEST,
            "Value must be at least 0",
            set("max.connections", "-1")),
        refused(BROKER, Errors.INVALID_CONFIG, "Can't APPEND", op(APPEND, "max.connections", "1")),
        refused(
            broker("x"), Errors.INVALID_REQUEST, "must be an integer", set("max.connections", "1")),
        refused(
            broker("9"),
            Errors.INVALID_REQUEST,
            "No broker with id 9",
            set("max.connections", "1")),
        refused(
            broker("01"),
            Errors.INVALID_REQUEST,
            "No broker with id 01",
            set("max.connections", "1")),
        refused(logger, Errors.INVALID_REQUEST, "Unknown resource type 8", set("root", "INFO")));
  }

  private static Arguments refused(
      ConfigResource resource, Errors error, String message, Op... ops) {
    return arguments(new Change(resource, List.of(ops)), error, message);
  }

  @ParameterizedTest
  @MethodSource({"refusalsOfTopics", "refusalsOfBrokers"})
  void whatCannotBeChangesNothingOfItsResource(Change change, Errors error, String message) {
    Change good = new Change(broker(""), List.of(set("max.connections", "7")));
    Decision<List<ResourceResult>> decision = alter(false, change, good);
    assertThat(decision.answer().getFirst().resource()).isEqualTo(change.resource());
    assertThat(decision.answer().getFirst().error()).isEqualTo(error);
    assertThat(decision.answer().getFirst().message())
        .hasValueSatisfying(text -> assertThat(text).contains(message));
    assertThat(decision.facts())
        .containsExactly(new Fact.ConfigChanged(broker(""), "max.connections", Optional.of("7")));
  }

  static Stream<Arguments> listChanges() {
    return Stream.of(
        arguments("delete,compact", List.of(op(APPEND, "cleanup.policy", "compact"))),
        arguments("delete", List.of(op(APPEND, "cleanup.policy", "delete"))),
        arguments("delete", List.of(op(SUBTRACT, "cleanup.policy", "compact"))),
        arguments("", List.of(op(SUBTRACT, "cleanup.policy", "compact, delete"))));
  }

  /** As in Kafka, a list that is only inherited becomes the topic's own by that. */
  @ParameterizedTest
  @MethodSource("listChanges")
  void listsGrowAndShrink(String expected, List<Op> ops) {
    assertThat(after(alter(false, new Change(TOPIC, ops))))
        .isEqualTo(Map.of("retention.ms", "5", "cleanup.policy", expected));
  }

  @Test
  void whatGroupsWereToldIsOnDiskStaysSo() {
    ClusterImage internal = withTopic(image, "__consumer_offsets", 1);
    Change change =
        new Change(topicResource("__consumer_offsets"), List.of(set("flush.messages", "2")));
    Decision<List<ResourceResult>> decision = command(false, change).decide(internal, 0);
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(decision.facts()).isEmpty();
  }

  @Test
  void settingsAreSetAndDeleted() {
    Change change =
        new Change(
            TOPIC,
            List.of(
                nothing(DELETE, "retention.ms"),
                nothing(DELETE, "never.heard.of"),
                set("segment.ms", "7")));
    assertThat(after(alter(false, change))).isEqualTo(Map.of("segment.ms", "7"));
  }

  @Test
  void whatIsAlreadySoIsNoFact() {
    Decision<List<ResourceResult>> decision =
        alter(false, new Change(TOPIC, List.of(set("retention.ms", "5"))));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.NONE);
  }

  @Test
  void whatASettingOfABrokerWasCanBeDeletedEvenIfItIsNoneAnyMore() {
    ClusterImage old =
        image.apply(List.of(new Fact.ConfigChanged(BROKER, "was.dynamic", Optional.of("1"))));
    Change change = new Change(BROKER, List.of(nothing(DELETE, "was.dynamic")));
    assertThat(command(false, change).decide(old, 0).facts())
        .containsExactly(new Fact.ConfigChanged(BROKER, "was.dynamic", Optional.empty()));
  }

  @Test
  void aResourceNamedTwiceIsRefusedOnce() {
    Decision<List<ResourceResult>> decision =
        alter(
            false,
            new Change(TOPIC, List.of(set("retention.ms", "1"))),
            new Change(TOPIC, List.of(set("retention.ms", "2"))));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer())
        .containsExactly(
            new ResourceResult(
                TOPIC,
                Errors.INVALID_REQUEST,
                Optional.of("Each resource must appear at most once.")));
  }

  @Test
  void validatingChangesNothing() {
    Decision<List<ResourceResult>> decision =
        alter(true, new Change(TOPIC, List.of(set("retention.ms", "1"))));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.NONE);
  }

  private Map<String, String> after(Decision<List<ResourceResult>> decision) {
    assertThat(decision.answer()).extracting(ResourceResult::error).containsOnly(Errors.NONE);
    return image.apply(decision.facts()).configsOf(TOPIC);
  }

  private Decision<List<ResourceResult>> alter(boolean validateOnly, Change... changes) {
    return command(validateOnly, changes).decide(image, 0);
  }

  private static IncrementalAlterConfigs command(boolean validateOnly, Change... changes) {
    return new IncrementalAlterConfigs(
        List.of(changes), validateOnly, Map.of(), OF_BROKERS, GroupBounds.DEFAULTS);
  }
}
