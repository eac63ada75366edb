package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of all kinds of resources, changed one by one and anew, described and listed. */
@OnEverySubject
class ConfigRequestsTest {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int MAX_WAIT_MS = 10_000;
  private static final byte SET = 0;
  private static final byte DELETE = 1;
  private static final byte APPEND = 2;
  private static final byte GIVEN = 4;
  private static final byte DEFAULT = 5;

  /** What the subjects are started with, of what groups inherit. */
  private static final Set<String> GIVEN_TO_GROUPS =
      Set.of("consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");

  private final Subject subject;
  private final RawClient client;

  ConfigRequestsTest(Subject subject) throws IOException {
    this.subject = subject;
    client = subject.connect();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
  }

  private static String newName() {
    return "resource-" + NAMES.incrementAndGet();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GROUP | g | consumer.session.timeout.ms | 5 | INVALID_CONFIG",
        "GROUP | g | share.auto.offset.reset | none | INVALID_CONFIG",
        "GROUP | g | streams.num.standby.replicas | 3 | INVALID_CONFIG",
        "GROUP | g | streams.assignor.name | nope | INVALID_CONFIG",
        "GROUP | g | streams.rack.aware.assignment.tags | 'a,a' | INVALID_CONFIG",
        "GROUP | g | nope | 5 | INVALID_CONFIG",
        "GROUP | '' | consumer.session.timeout.ms | 50000 | INVALID_REQUEST",
        "CLIENT_METRICS | m | interval.ms | 5 | INVALID_REQUEST",
        "CLIENT_METRICS | m | interval.ms | x | INVALID_CONFIG",
        "CLIENT_METRICS | m | match | foo=bar | INVALID_CONFIG",
        "CLIENT_METRICS | m | match | client_id=( | INVALID_CONFIG",
        "CLIENT_METRICS | m | metrics | 'a,,b' | INVALID_CONFIG",
        "CLIENT_METRICS | m | nope | 5 | INVALID_REQUEST",
        "CLIENT_METRICS | '' | interval.ms | 5000 | INVALID_REQUEST",
        "BROKER | x | log.retention.ms | 5 | INVALID_REQUEST",
        "BROKER | 1 | node.id | 5 | INVALID_REQUEST",
        "BROKER | 1 | log.retention.ms | x | INVALID_REQUEST",
        "BROKER | 1 | log.cleanup.policy | 'delete,delete' | INVALID_REQUEST",
        "BROKER | 1 | min.insync.replicas | 2 | INVALID_CONFIG",
        "TOPIC | no-such-topic | retention.ms | 5 | UNKNOWN_TOPIC_OR_PARTITION",
        "UNKNOWN | x | a | b | INVALID_REQUEST",
      })
  void whatCannotBe(
      ConfigResource.Type type, String name, String setting, String value, Errors expected)
      throws IOException {
    assertThat(alter(type, name, setting, value, SET)).as("one by one").isEqualTo(expected);
    assertThat(alterAnew(type, name, Map.of(setting, value))).as("anew").isEqualTo(expected);
  }

  /** It says which replicas may lead, so there is one for the whole cluster. */
  @Test
  void theLeastNumberOfReplicasInSyncCannotBeTakenAway() throws Exception {
    assertThat(alter(ConfigResource.Type.BROKER, "", "min.insync.replicas", "1", SET))
        .isEqualTo(Errors.NONE);
    assertThat(alter(ConfigResource.Type.BROKER, "", "min.insync.replicas", null, DELETE))
        .isEqualTo(Errors.INVALID_CONFIG);
  }

  @Test
  void elementsOfLists() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    assertThat(alter(ConfigResource.Type.TOPIC, topic, "cleanup.policy", "delete,,compact", SET))
        .isEqualTo(Errors.INVALID_CONFIG);
    assertThat(alter(ConfigResource.Type.TOPIC, topic, "cleanup.policy", "delete,delete", SET))
        .isEqualTo(Errors.NONE);
    assertThat(alter(ConfigResource.Type.TOPIC, topic, "cleanup.policy", "", SET))
        .isEqualTo(Errors.NONE);
    assertThat(
            alter(
                ConfigResource.Type.GROUP, "g", "streams.rack.aware.assignment.tags", "a", APPEND))
        .isEqualTo(Errors.INVALID_CONFIG);
    assertThat(alter(ConfigResource.Type.CLIENT_METRICS, "m", "metrics", "a", APPEND))
        .isEqualTo(Errors.INVALID_CONFIG);
  }

  /** By the settings of the node, and none of them is the default of its kind. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "session.timeout.ms | 5999 | consumer.session.timeout.ms must be in the range 6000 to"
            + " 60000",
        "session.timeout.ms | 60001 | consumer.session.timeout.ms must be in the range 6000 to"
            + " 60000",
        "session.timeout.ms | 6000 | -",
        "heartbeat.interval.ms | 499 | heartbeat.interval.ms must be in the range 500 to 15000",
        "heartbeat.interval.ms | 15001 | heartbeat.interval.ms must be in the range 500 to 15000",
        "heartbeat.interval.ms | 6000 | must be greater than consumer.heartbeat.interval.ms",
        "heartbeat.interval.ms | 5999 | -",
      })
  void timesOfGroups(String setting, String value, @Nullable String refusal) throws Exception {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, newName());
    AlterConfigOp set =
        new AlterConfigOp(new ConfigEntry("consumer." + setting, value), AlterConfigOp.OpType.SET);
    try (Admin admin = subject.admin()) {
      KafkaFuture<Void> altered = admin.incrementalAlterConfigs(Map.of(group, List.of(set))).all();
      if (refusal == null) {
        altered.get();
      } else {
        assertThatThrownBy(altered::get)
            .hasCauseInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining(refusal);
      }
    }
  }

  @Test
  void aGroupHasSettingsBeforeItIsThere() throws Exception {
    String group = newName();
    String setting = "consumer.session.timeout.ms";
    DescribeConfigsResourceResult before = describe(ConfigResource.Type.GROUP, group, setting);
    assertThat(before.value()).isEqualTo("6000");
    assertThat(before.configSource()).isEqualTo(GIVEN);
    String[] inherited = {"group." + setting + "=6000@4", "group." + setting + "=45000@5"};
    assertThat(synonyms(before)).containsExactly(inherited);
    assertThat(alter(ConfigResource.Type.GROUP, group, setting, "50000", SET))
        .isEqualTo(Errors.NONE);
    await(ConfigResource.Type.GROUP, group, setting, "50000");
    DescribeConfigsResourceResult after = describe(ConfigResource.Type.GROUP, group, setting);
    assertThat(after.configSource()).isEqualTo((byte) 8);
    assertThat(synonyms(after)).containsExactly(setting + "=50000@8", inherited[0], inherited[1]);
    awaitListed(ConfigResource.Type.GROUP, group, true);
    assertThat(alter(ConfigResource.Type.GROUP, group, setting, null, DELETE))
        .isEqualTo(Errors.NONE);
    await(ConfigResource.Type.GROUP, group, setting, "6000");
    awaitListed(ConfigResource.Type.GROUP, group, false);
  }

  @Test
  void aSubscriptionIsMadeBySettingIt() throws Exception {
    String name = newName();
    assertThat(alter(ConfigResource.Type.CLIENT_METRICS, name, "match", "client_id=a.*", SET))
        .isEqualTo(Errors.NONE);
    await(ConfigResource.Type.CLIENT_METRICS, name, "match", "client_id=a.*");
    DescribeConfigsResourceResult interval =
        describe(ConfigResource.Type.CLIENT_METRICS, name, "interval.ms");
    assertThat(interval.value()).isEqualTo("300000");
    assertThat(interval.synonyms()).isEmpty();
    DescribeConfigsResourceResult match =
        describe(ConfigResource.Type.CLIENT_METRICS, name, "match");
    assertThat(match.configSource()).isEqualTo((byte) 7);
    assertThat(synonyms(match)).containsExactly("match=client_id=a.*@7");
    awaitListed(ConfigResource.Type.CLIENT_METRICS, name, true);
  }

  /** The names, types, values and synonyms of everything that has no value of its own. */
  @ParameterizedTest
  @CsvSource({"GROUP, 21", "CLIENT_METRICS, 3"})
  void whatIsNotSet(ConfigResource.Type type, int settings) throws Exception {
    List<DescribeConfigsResourceResult> all = describe(type, "never-set").configs();
    assertThat(all).hasSize(settings);
    assertThat(all)
        .allSatisfy(
            setting -> {
              assertThat(setting.configSource())
                  .as(setting.name())
                  .isEqualTo(GIVEN_TO_GROUPS.contains(setting.name()) ? GIVEN : DEFAULT);
              assertThat(setting.readOnly()).isFalse();
              assertThat(setting.isSensitive()).isFalse();
              assertThat(setting.documentation()).isNotBlank();
            });
  }

  @Test
  void settingsAnew() throws Exception {
    String topic = subject.newTopic(1, Map.of("retention.ms", "5", "segment.ms", "6")).name();
    assertThat(alterAnew(ConfigResource.Type.TOPIC, topic, Map.of("segment.ms", "7")))
        .isEqualTo(Errors.NONE);
    await(ConfigResource.Type.TOPIC, topic, "segment.ms", "7");
    assertThat(describe(ConfigResource.Type.TOPIC, topic, "retention.ms").value())
        .isEqualTo("604800000");
  }

  @Test
  void brokersAndTopicsAreListed() throws Exception {
    String topic = subject.newTopic(1, Map.of()).name();
    assertThat(listed(ConfigResource.Type.TOPIC)).contains(topic);
    assertThat(listed(ConfigResource.Type.BROKER)).containsExactly("1");
    assertThat(listed(ConfigResource.Type.BROKER_LOGGER)).containsExactly("1");
    ListConfigResourcesRequestData unknown = new ListConfigResourcesRequestData();
    unknown.setResourceTypes(List.of((byte) 77));
    assertThat(error(list(1, unknown).errorCode())).isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(list(0, new ListConfigResourcesRequestData()).configResources())
        .extracting(ListConfigResourcesResponseData.ConfigResource::resourceType)
        .doesNotContain(ConfigResource.Type.TOPIC.id(), ConfigResource.Type.BROKER.id());
    assertThat(list(1, new ListConfigResourcesRequestData()).configResources())
        .extracting(
            ListConfigResourcesResponseData.ConfigResource::resourceType,
            ListConfigResourcesResponseData.ConfigResource::resourceName)
        .contains(
            tuple(ConfigResource.Type.TOPIC.id(), topic),
            tuple(ConfigResource.Type.BROKER.id(), "1"));
  }

  @Test
  void resourcesThatCannotBeDescribed() throws Exception {
    for (ConfigResource.Type type :
        List.of(
            ConfigResource.Type.GROUP,
            ConfigResource.Type.CLIENT_METRICS,
            ConfigResource.Type.UNKNOWN)) {
      assertThat(
              error(
                  describe(type, "x".repeat(type == ConfigResource.Type.UNKNOWN ? 1 : 0))
                      .errorCode()))
          .as(type.name())
          .isEqualTo(Errors.INVALID_REQUEST);
    }
  }

  private List<String> listed(ConfigResource.Type type) throws IOException {
    ListConfigResourcesRequestData request = new ListConfigResourcesRequestData();
    request.setResourceTypes(List.of(type.id()));
    return list(1, request).configResources().stream()
        .map(ListConfigResourcesResponseData.ConfigResource::resourceName)
        .toList();
  }

  private ListConfigResourcesResponseData list(int version, ListConfigResourcesRequestData request)
      throws IOException {
    return client.call(
        ApiKeys.LIST_CONFIG_RESOURCES, version, request, ListConfigResourcesResponseData.class);
  }

  private Errors alter(
      ConfigResource.Type type, String name, String setting, @Nullable String value, byte operation)
      throws IOException {
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(type.id())
            .setResourceName(name);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(setting)
                .setConfigOperation(operation)
                .setValue(value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return error(
        client
            .call(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                1,
                request,
                IncrementalAlterConfigsResponseData.class)
            .responses()
            .getFirst()
            .errorCode());
  }

  private Errors alterAnew(ConfigResource.Type type, String name, Map<String, String> settings)
      throws IOException {
    int version = NAMES.incrementAndGet() % 3;
    AlterConfigsRequestData.AlterConfigsResource resource =
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(type.id())
            .setResourceName(name);
    settings.forEach(
        (setting, value) ->
            resource
                .configs()
                .add(
                    new AlterConfigsRequestData.AlterableConfig()
                        .setName(setting)
                        .setValue(value)));
    AlterConfigsRequestData request = new AlterConfigsRequestData();
    request.resources().add(resource);
    return error(
        client
            .call(ApiKeys.ALTER_CONFIGS, version, request, AlterConfigsResponseData.class)
            .responses()
            .getFirst()
            .errorCode());
  }

  private DescribeConfigsResourceResult describe(
      ConfigResource.Type type, String name, String setting) throws IOException {
    return describe(type, name).configs().stream()
        .filter(config -> config.name().equals(setting))
        .findFirst()
        .orElseThrow();
  }

  private DescribeConfigsResult describe(ConfigResource.Type type, String name) throws IOException {
    DescribeConfigsRequestData request =
        new DescribeConfigsRequestData()
            .setIncludeSynonyms(true)
            .setIncludeDocumentation(true)
            .setResources(
                List.of(
                    new DescribeConfigsResource()
                        .setResourceType(type.id())
                        .setResourceName(name)
                        .setConfigurationKeys(null)));
    return client
        .call(ApiKeys.DESCRIBE_CONFIGS, 4, request, DescribeConfigsResponseData.class)
        .results()
        .getFirst();
  }

  private static List<String> synonyms(DescribeConfigsResourceResult setting) {
    return setting.synonyms().stream()
        .map(one -> "%s=%s@%d".formatted(one.name(), one.value(), one.source()))
        .toList();
  }

  /** Apache Kafka's broker learns of a change a moment after its controller accepted it. */
  private void await(ConfigResource.Type type, String name, String setting, String expected)
      throws Exception {
    await(() -> describe(type, name, setting).value(), expected);
  }

  /** Apache Kafka lists groups and subscriptions some time after it describes them as they are. */
  private void awaitListed(ConfigResource.Type type, String name, boolean expected)
      throws Exception {
    await(() -> listed(type).contains(name), expected);
  }

  private static void await(Callable<Object> actual, Object expected) throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!expected.equals(actual.call()) && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    assertThat(actual.call()).isEqualTo(expected);
  }
}
