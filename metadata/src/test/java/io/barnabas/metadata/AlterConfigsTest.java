package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static io.barnabas.metadata.Clusters.topicResource;
import static io.barnabas.metadata.Clusters.withTopic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.barnabas.metadata.IncrementalAlterConfigs.Change;
import io.barnabas.metadata.IncrementalAlterConfigs.Op;
import io.barnabas.metadata.IncrementalAlterConfigs.ResourceResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings given anew, and what groups and subscriptions to clients' metrics can have. */
class AlterConfigsTest {
  private static final ConfigResource TOPIC = topicResource("t");
  private static final ConfigResource ALL_BROKERS =
      new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final ConfigResource GROUP = new ConfigResource(ConfigResource.Type.GROUP, "g");
  private static final ConfigResource METRICS =
      new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "m");

  private static final ConfigDef OF_BROKERS =
      new ConfigDef()
          .define("log.roll.ms", ConfigDef.Type.LONG, null, ConfigDef.Importance.LOW, "");

  private final ClusterImage image =
      withTopic(ofBrokers(1), "t", 1)
          .apply(
              List.of(
                  new Fact.ConfigChanged(TOPIC, "retention.ms", Optional.of("5")),
                  new Fact.ConfigChanged(TOPIC, "segment.ms", Optional.of("6")),
                  new Fact.ConfigChanged(ALL_BROKERS, "log.roll.ms", Optional.of("7"))));

  private GroupBounds bounds = GroupBounds.DEFAULTS;

  private static Op set(String name, String value) {
    return new Op(name, OpType.SET, Optional.of(value));
  }

  private Decision<List<ResourceResult>> alter(boolean validateOnly, Change... changes) {
    return new AlterConfigs(List.of(changes), validateOnly, Map.of(), OF_BROKERS, bounds)
        .decide(image, 0);
  }

  private ResourceResult only(ConfigResource resource, Op... ops) {
    return alter(false, new Change(resource, List.of(ops))).answer().getFirst();
  }

  @Test
  void whatIsNotNamedGetsItsDefaultAgain() {
    Decision<List<ResourceResult>> decision =
        alter(
            false,
            new Change(TOPIC, List.of(set("segment.ms", "6"), set("cleanup.policy", "compact"))),
            new Change(ALL_BROKERS, List.of()));
    assertThat(decision.answer()).extracting(ResourceResult::error).containsOnly(Errors.NONE);
    ClusterImage after = image.apply(decision.facts());
    assertThat(after.configsOf(TOPIC))
        .isEqualTo(Map.of("segment.ms", "6", "cleanup.policy", "compact"));
    assertThat(after.configsOf(ALL_BROKERS)).isEmpty();
    assertThat(decision.facts())
        .as("only what changes")
        .doesNotContain(new Fact.ConfigChanged(TOPIC, "segment.ms", Optional.of("6")));
  }

  @Test
  void validatingChangesNothing() {
    Decision<List<ResourceResult>> decision = alter(true, new Change(TOPIC, List.of()));
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.NONE);
    assertThat(decision.facts()).isEmpty();
  }

  @Test
  void oneThatCannotBeLeavesAllOfItsResource() {
    Decision<List<ResourceResult>> decision =
        alter(false, new Change(TOPIC, List.of(set("segment.ms", "1"), set("nope", "1"))));
    assertThat(decision.answer().getFirst().error()).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(decision.facts()).isEmpty();
    assertThat(only(TOPIC, new Op("segment.ms", OpType.SET, Optional.empty())).message())
        .hasValue("Null value not supported for : segment.ms");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "consumer.session.timeout.ms | 50000 | -",
        "consumer.session.timeout.ms | 5 | must be in the range 45000 to 60000 inclusive.",
        "consumer.session.timeout.ms | x | Not a number of type INT",
        "share.heartbeat.interval.ms | 16000 | must be in the range 5000 to 15000 inclusive.",
        "share.record.lock.duration.ms | 1 | Value must be at least 1000",
        "share.record.lock.duration.ms | 14999 | must be in the range 15000 to 60000 inclusive.",
        "share.delivery.count.limit | 11 | must be in the range 2 to 10 inclusive.",
        "share.auto.offset.reset | by_duration:PT1H | -",
        "share.auto.offset.reset | by_duration:-PT1H | must be either 'earliest'",
        "share.auto.offset.reset | none | must be either 'earliest', 'latest' or of the format",
        "share.isolation.level | x | String must be one of: read_committed, read_uncommitted",
        "streams.num.standby.replicas | 3 | must be less than or equal to 2",
        "streams.task.offset.interval.ms | 1 | must be greater than or equal to 15000",
        "streams.initial.rebalance.delay.ms | 999999999 | -",
        "streams.assignor.name | nope | is not a registered task assignor.",
        "streams.rack.aware.assignment.tags | 'a,a' | must not contain duplicate tag keys.",
        "streams.rack.aware.assignment.tags | 'a,,b' | values must not be empty.",
        "consumer.assignment.interval.ms | 999999 | must be in the range 0 to 15000 inclusive.",
        "consumer.assignor.offload.enable | false | -",
        "errors.deadletterqueue.topic.name | __x | DLQ topic name must not start with '__'",
        "nope | 1 | Unknown group config name: nope",
      })
  void settingsOfGroups(String name, String value, String refusal) {
    check(GROUP, name, value, Errors.INVALID_CONFIG, refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "5999 | - | consumer.session.timeout.ms must be in the range 6000 to 30000 inclusive.",
        "30001 | - | consumer.session.timeout.ms must be in the range 6000 to 30000 inclusive.",
        "6000 | - | -",
        "30000 | - | -",
        "- | 499 | consumer.heartbeat.interval.ms must be in the range 500 to 20000 inclusive.",
        "- | 20001 | consumer.heartbeat.interval.ms must be in the range 500 to 20000 inclusive.",
        "- | 500 | -",
        "- | 9999 | -",
        "- | 10000 | consumer.session.timeout.ms must be greater than"
            + " consumer.heartbeat.interval.ms",
        "30000 | 20000 | -",
        "9000 | 9000 | consumer.session.timeout.ms must be greater than"
            + " consumer.heartbeat.interval.ms",
        "1 | 1 | consumer.heartbeat.interval.ms must be in the range 500 to 20000 inclusive.",
      })
  void timesOfGroupsHaveTheBoundsOfTheNode(String session, String heartbeat, String refusal) {
    bounds = new GroupBounds(6_000, 30_000, 10_000, 500, 20_000, 3_000);
    List<Op> ops = new ArrayList<>();
    if (session != null) {
      ops.add(set("consumer.session.timeout.ms", session));
    }
    if (heartbeat != null) {
      ops.add(set("consumer.heartbeat.interval.ms", heartbeat));
    }
    ResourceResult result = only(GROUP, ops.toArray(Op[]::new));
    assertThat(result.error()).isEqualTo(refusal == null ? Errors.NONE : Errors.INVALID_CONFIG);
    assertThat(result.message()).isEqualTo(Optional.ofNullable(refusal));
  }

  /** As in Kafka, where nothing else of such a group can be changed either. */
  @Test
  void whatIsStoredAndCannotBeAnyMoreHasToGoTogetherWithWhatChanges() {
    bounds = new GroupBounds(12_000, 20_000, 15_000, 2_000, 16_000, 3_000);
    ClusterImage stored =
        image.apply(
            List.of(
                new Fact.ConfigChanged(GROUP, "consumer.session.timeout.ms", Optional.of("6000")),
                new Fact.ConfigChanged(
                    GROUP, "consumer.heartbeat.interval.ms", Optional.of("500"))));
    Op interval = set("consumer.assignment.interval.ms", "100");
    Op session = set("consumer.session.timeout.ms", "13000");
    Op noHeartbeat = new Op("consumer.heartbeat.interval.ms", OpType.DELETE, Optional.empty());
    assertThat(refusal(stored, interval))
        .hasValue("consumer.heartbeat.interval.ms must be in the range 2000 to 16000 inclusive.");
    assertThat(refusal(stored, noHeartbeat))
        .hasValue("consumer.session.timeout.ms must be in the range 12000 to 20000 inclusive.");
    assertThat(refusal(stored, interval, session, noHeartbeat)).isEmpty();
  }

  private Optional<String> refusal(ClusterImage stored, Op... ops) {
    return new IncrementalAlterConfigs(
            List.of(new Change(GROUP, List.of(ops))), false, Map.of(), OF_BROKERS, bounds)
        .decide(stored, 0)
        .answer()
        .getFirst()
        .message();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "interval.ms | 10000 | NONE | -",
        "interval.ms | 99 | INVALID_REQUEST | interval must be between 100 and 3600000 (1 hour)",
        "interval.ms | x | INVALID_CONFIG | Not a number of type INT",
        "metrics | '*' | NONE | -",
        "metrics | 'a,a' | NONE | -",
        "metrics | '' | NONE | -",
        "metrics | 'a,,b' | INVALID_CONFIG | values must not be empty",
        "match | 'client_id=a.*,client_source_port=1' | NONE | -",
        "match | 'client_id=(' | INVALID_CONFIG | Illegal client matching pattern: client_id=(",
        "match | foo=bar | INVALID_CONFIG | Illegal client matching pattern: foo=bar",
        "match | bad | INVALID_CONFIG | Illegal client matching pattern: bad",
        "nope | 1 | INVALID_REQUEST | Unknown client metrics configuration: nope",
      })
  void settingsOfSubscriptions(String name, String value, Errors error, String refusal) {
    check(METRICS, name, value, error, refusal);
  }

  private void check(
      ConfigResource resource, String name, String value, Errors error, String refusal) {
    ResourceResult result = only(resource, set(name, value));
    if (refusal == null) {
      assertThat(result).isEqualTo(new ResourceResult(resource, Errors.NONE, Optional.empty()));
    } else {
      assertThat(result.error()).isEqualTo(error);
      assertThat(result.message()).get().asString().contains(refusal);
    }
  }

  @Test
  void resourcesThatAreNotThere() {
    assertThat(only(new ConfigResource(ConfigResource.Type.GROUP, "")).message())
        .hasValue("Default group resources are not allowed.");
    assertThat(only(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "")).message())
        .hasValue("Subscription name can't be empty");
    assertThat(only(topicResource("no")).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  /** As in Kafka, although they are lists. */
  @Test
  void nothingIsAddedToListsOfGroupsAndSubscriptions() {
    Op append = new Op("metrics", OpType.APPEND, Optional.of("a"));
    assertThat(
            new IncrementalAlterConfigs(
                    List.of(new Change(METRICS, List.of(append))),
                    false,
                    Map.of(),
                    OF_BROKERS,
                    bounds)
                .decide(image, 0)
                .answer()
                .getFirst()
                .message())
        .hasValue("Can't APPEND to key metrics because its type is not LIST.");
  }

  @Test
  void everyDefaultIsAllowed() {
    for (ConfigKey key : GroupSettings.definitions().configKeys().values()) {
      String text = String.valueOf(ConfigDef.convertToString(key.defaultValue, key.type));
      assertThatCode(() -> GroupSettings.validate(Map.of(key.name, text), GroupBounds.DEFAULTS))
          .as(key.name)
          .doesNotThrowAnyException();
    }
  }
}
