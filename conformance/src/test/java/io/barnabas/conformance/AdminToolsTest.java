package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Kafka's command line tools for settings, features, quotas, credentials and access rules. */
@OnEverySubject
class AdminToolsTest {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final int MAX_WAIT_MS = 10_000;
  private static final String CONFIGS = "kafka.admin.ConfigCommand";
  private static final String ACLS = "org.apache.kafka.tools.AclCommand";
  private static final String FEATURES = "org.apache.kafka.tools.FeatureCommand";
  private static final String METRICS = "org.apache.kafka.tools.ClientMetricsCommand";

  private final Subject subject;
  private final String name = "tool-" + NAMES.incrementAndGet();

  AdminToolsTest(Subject subject) {
    this.subject = subject;
  }

  private String tool(String mainClass, List<String> some, String... more) {
    List<String> arguments = new ArrayList<>(some);
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("--bootstrap-server", subject.broker().bootstrapServers()));
    Tools.Result result = Tools.run(mainClass, arguments);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }

  /** Apache Kafka's broker learns of a change a moment after its controller accepted it. */
  private void await(
      boolean isThere, String expected, String mainClass, List<String> some, String... more)
      throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (tool(mainClass, some, more).contains(expected) != isThere
        && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    if (isThere) {
      assertThat(tool(mainClass, some, more)).contains(expected);
    } else {
      assertThat(tool(mainClass, some, more)).doesNotContain(expected);
    }
  }

  private void setAndUnset(List<String> entity, String setting, String value) throws Exception {
    tool(CONFIGS, entity, "--alter", "--add-config", setting + "=" + value);
    await(true, setting + "=" + value, CONFIGS, entity, "--describe");
    tool(CONFIGS, entity, "--alter", "--delete-config", setting);
    await(false, setting + "=" + value, CONFIGS, entity, "--describe");
  }

  @Test
  void settingsOfEverything() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    setAndUnset(
        List.of("--entity-type", "topics", "--entity-name", topic.name()), "retention.ms", "777");
    setAndUnset(
        List.of("--entity-type", "brokers", "--entity-name", "1"), "log.roll.ms", "5000000");
    setAndUnset(List.of("--entity-type", "brokers", "--entity-default"), "log.roll.ms", "6000000");
    // To show those of a group the tool lists all groups, which takes an API that is not served
    // yet.
    List<String> group = List.of("--entity-type", "groups", "--entity-name", name);
    tool(CONFIGS, group, "--alter", "--add-config", "consumer.session.timeout.ms=50000");
    tool(CONFIGS, group, "--alter", "--delete-config", "consumer.session.timeout.ms");
    setAndUnset(
        List.of("--entity-type", "client-metrics", "--entity-name", name), "interval.ms", "5000");
    assertThat(
            tool(
                CONFIGS,
                List.of("--entity-type", "brokers", "--entity-name", "1", "--describe", "--all")))
        .contains("node.id=1", "STATIC_BROKER_CONFIG", "DEFAULT_CONFIG");
  }

  @Test
  void quotas() throws Exception {
    setAndUnset(
        List.of("--entity-type", "users", "--entity-name", name), "producer_byte_rate", "1024.0");
    setAndUnset(
        List.of(
            "--entity-type",
            "users",
            "--entity-name",
            name,
            "--entity-type",
            "clients",
            "--entity-default"),
        "consumer_byte_rate",
        "2048.0");
    setAndUnset(
        List.of("--entity-type", "ips", "--entity-name", "10.1.2.3"),
        "connection_creation_rate",
        "7.0");
  }

  @Test
  void credentials() throws Exception {
    List<String> user = List.of("--entity-type", "users", "--entity-name", name);
    tool(
        CONFIGS,
        user,
        "--alter",
        "--add-config",
        "SCRAM-SHA-256=[iterations=8192,password=secret]");
    await(true, "SCRAM-SHA-256=iterations=8192", CONFIGS, user, "--describe");
    tool(CONFIGS, user, "--alter", "--delete-config", "SCRAM-SHA-256");
    await(false, "SCRAM-SHA-256=iterations=8192", CONFIGS, user, "--describe");
  }

  @Test
  void levelsOfLoggers() throws Exception {
    List<String> loggers = List.of("--entity-type", "broker-loggers", "--entity-name", "1");
    String before = tool(CONFIGS, loggers, "--describe");
    String level = before.contains("root=INFO") ? "INFO" : "ERROR";
    assertThat(before).contains("root=" + level);
    tool(CONFIGS, loggers, "--alter", "--add-config", "root=WARN");
    await(true, "root=WARN", CONFIGS, loggers, "--describe");
    tool(CONFIGS, loggers, "--alter", "--add-config", "root=" + level);
    await(true, "root=" + level, CONFIGS, loggers, "--describe");
  }

  @Test
  void clientMetrics() throws Exception {
    tool(METRICS, List.of("--alter", "--name", name, "--metrics", "a.", "--interval", "30000"));
    await(true, name, METRICS, List.of("--list"));
    await(true, "interval.ms=30000", METRICS, List.of("--describe", "--name", name));
    tool(METRICS, List.of("--delete", "--name", name));
    await(false, name, METRICS, List.of("--list"));
  }

  @Test
  void accessRules() throws Exception {
    List<String> rule = List.of("--deny-principal", "User:" + name, "--topic", name);
    tool(ACLS, rule, "--add", "--operation", "Read");
    await(true, "principal=User:" + name, ACLS, List.of("--list", "--topic", name));
    tool(ACLS, rule, "--remove", "--operation", "Read", "--force");
    await(false, "principal=User:" + name, ACLS, List.of("--list", "--topic", name));
  }

  @Test
  void features() {
    List<String> server = List.of("--bootstrap-server", subject.broker().bootstrapServers());
    List<String> describe = new ArrayList<>(server);
    describe.add("describe");
    Tools.Result described = Tools.run(FEATURES, describe);
    assertThat(described.exitCode()).as(described.output()).isZero();
    assertThat(described.output())
        .contains("Feature: metadata.version", "Feature: eligible.leader.replicas.version");
    List<String> raise = new ArrayList<>(server);
    raise.addAll(List.of("upgrade", "--dry-run", "--feature", "no.such.version=1"));
    assertThat(Tools.run(FEATURES, raise).exitCode()).isNotZero();
  }
}
