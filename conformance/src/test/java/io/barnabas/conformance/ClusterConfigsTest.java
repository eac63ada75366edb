package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings of topics, brokers, users and groups, changed at one broker and seen at each. */
@OnEveryCluster
class ClusterConfigsTest {

  private static final String TOOL = "kafka.admin.ConfigCommand";

  private final ClusterSubject subject;

  ClusterConfigsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ofATopic(int node) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of());
    changed(node, "topics", topic.name(), "retention.ms=777", "retention.ms");
    changed(node, "topics", topic.name(), "cleanup.policy=[compact,delete]", "cleanup.policy");
    assertThat(
            subject.failingTool(
                node,
                TOOL,
                "--entity-type",
                "topics",
                "--entity-name",
                topic.name(),
                "--alter",
                "--add-config",
                "retention.ms=soon"))
        .contains("Invalid value soon for configuration retention.ms: Not a number of type LONG");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ofABroker(int node) throws Exception {
    int other = node % ClusterSubject.SIZE + 1;
    changed(
        node, "brokers", Integer.toString(other), "log.retention.ms=7777777", "log.retention.ms");
    changed(node, "brokers", "", "message.max.bytes=1234567", "message.max.bytes");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ofUsersAndClients(int node) throws Exception {
    changed(node, "users", "user-" + node, "producer_byte_rate=1024", "producer_byte_rate");
    changed(node, "clients", "client-" + node, "request_percentage=50", "request_percentage");
    changed(
        node,
        "ips",
        "127.0.0." + (node + 1),
        "connection_creation_rate=9",
        "connection_creation_rate");
    changed(node, "client-metrics", "metrics-" + node, "interval.ms=6000", "interval.ms");
  }

  /** By the client: the tool lists groups too, which Barnabas does not have yet. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void ofGroups(int node) throws Exception {
    String name = "consumer.session.timeout.ms";
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "group-" + node);
    try (Admin admin = subject.admin(node)) {
      set(admin, group, name, "50000", AlterConfigOp.OpType.SET);
      for (int other : subject.cluster().ids()) {
        try (Admin there = subject.admin(other)) {
          ClusterSubject.await(
              name + " at " + other,
              () ->
                  described(there, group, name).source() == ConfigSource.DYNAMIC_GROUP_CONFIG
                      && described(there, group, name).value().equals("50000"));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void credentials(int node) throws Exception {
    List<String> user = List.of("--entity-type", "users", "--entity-name", "scram-" + node);
    alter(node, user, "--add-config", "SCRAM-SHA-256=[iterations=8192,password=secret]");
    for (int other : subject.cluster().ids()) {
      ClusterSubject.await(
          "a credential at " + other,
          () ->
              describe(other, user)
                  .contains(
                      "SCRAM credential configs for user-principal 'scram-"
                          + node
                          + "' are SCRAM-SHA-256=iterations=8192"));
    }
    alter(node, user, "--delete-config", "SCRAM-SHA-256");
    ClusterSubject.await("no credential", () -> !describe(node, user).contains("SCRAM-SHA-256="));
  }

  /** A topic's setting comes from the topic, else the broker, else all brokers, else the file. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void sources(int node) throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2, 3)), Map.of("retention.ms", "1111111"));
    ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
    ConfigResource own = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node));
    try (Admin admin = subject.admin(node)) {
      set(admin, all, "log.retention.ms", "3333333", AlterConfigOp.OpType.SET);
      set(admin, own, "log.retention.ms", "2222222", AlterConfigOp.OpType.SET);
      ConfigResource resource =
          new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(node));
      ClusterSubject.await(
          "the broker's own",
          () ->
              described(admin, resource, "log.retention.ms").source()
                  == ConfigSource.DYNAMIC_BROKER_CONFIG);
      assertThat(described(admin, resource, "log.retention.ms").value()).isEqualTo("2222222");
      assertThat(described(admin, resource, "log.retention.ms").synonyms())
          .extracting(s -> s.source() + " " + s.value())
          .startsWith("DYNAMIC_BROKER_CONFIG 2222222", "DYNAMIC_DEFAULT_BROKER_CONFIG 3333333");
      ConfigEntry ofTopic =
          described(
              admin, new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), "retention.ms");
      assertThat(ofTopic.source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
      assertThat(ofTopic.value()).isEqualTo("1111111");
      set(admin, own, "log.retention.ms", "", AlterConfigOp.OpType.DELETE);
      ClusterSubject.await(
          "that of all",
          () ->
              described(admin, resource, "log.retention.ms").source()
                  == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
      set(admin, all, "log.retention.ms", "", AlterConfigOp.OpType.DELETE);
      ClusterSubject.await(
          "the file's or the default",
          () ->
              described(admin, resource, "log.retention.ms").synonyms().stream()
                  .noneMatch(s -> s.source() == ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
    }
  }

  /** Sets it at one broker, sees it at each, and takes it away. */
  private void changed(int node, String type, String name, String setting, String key)
      throws Exception {
    List<String> entity =
        name.isEmpty()
            ? List.of("--entity-type", type, "--entity-default")
            : List.of("--entity-type", type, "--entity-name", name);
    alter(node, entity, "--add-config", setting);
    String shown = setting.replaceAll("[\\[\\]]", "");
    for (int other : subject.cluster().ids()) {
      ClusterSubject.await(
          setting + " at " + other + ": " + describe(other, entity),
          () -> describe(other, entity).contains(shown));
    }
    alter(node, entity, "--delete-config", key);
    for (int other : subject.cluster().ids()) {
      ClusterSubject.await(
          "no " + setting + " at " + other, () -> !describe(other, entity).contains(shown));
    }
  }

  private void alter(int node, List<String> entity, String verb, String what) {
    List<String> all = new ArrayList<>(entity);
    all.addAll(List.of("--alter", verb, what));
    subject.tool(node, TOOL, all.toArray(String[]::new));
  }

  private String describe(int node, List<String> entity) {
    List<String> all = new ArrayList<>(entity);
    all.add("--describe");
    return subject.tool(node, TOOL, all.toArray(String[]::new));
  }

  private static void set(
      Admin admin, ConfigResource resource, String name, String value, AlterConfigOp.OpType how)
      throws Exception {
    Collection<AlterConfigOp> change =
        List.of(new AlterConfigOp(new ConfigEntry(name, value), how));
    admin.incrementalAlterConfigs(Map.of(resource, change)).all().get();
  }

  private static ConfigEntry described(Admin admin, ConfigResource resource, String name)
      throws Exception {
    return Objects.requireNonNull(
            admin
                .describeConfigs(
                    List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                .all()
                .get()
                .get(resource))
        .get(name);
  }
}
