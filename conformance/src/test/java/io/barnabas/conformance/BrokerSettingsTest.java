package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.barnabas.conformance.Subject.Topic;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Brokers' settings, changed while they run, and what topics inherit of them. */
@OnEverySubject
class BrokerSettingsTest {
  private static final String NODE_ID = "1";
  private static final int MAX_WAIT_MS = 10_000;

  private final Subject subject;
  private final Admin admin;
  private final ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, NODE_ID);
  private final ConfigResource allBrokers = new ConfigResource(ConfigResource.Type.BROKER, "");

  BrokerSettingsTest(Subject subject) {
    this.subject = subject;
    this.admin = subject.admin();
  }

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void aTopicInheritsWhatIsChangedForAllBrokers() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    assertThat(entry(resource, "max.message.bytes").source())
        .isEqualTo(ConfigSource.DEFAULT_CONFIG);
    change(allBrokers, "message.max.bytes", "2000000", OpType.SET).get();
    try {
      await(resource, "max.message.bytes", "2000000");
      ConfigEntry changed = entry(resource, "max.message.bytes");
      assertThat(changed.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
      assertThat(changed.synonyms())
          .extracting(ConfigEntry.ConfigSynonym::name, ConfigEntry.ConfigSynonym::source)
          .first()
          .isEqualTo(tuple("message.max.bytes", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
      assertThat(entry(broker, "message.max.bytes").value()).isEqualTo("2000000");
      assertThat(entry(broker, "message.max.bytes").isReadOnly()).isFalse();
      assertThat(entry(allBrokers, "message.max.bytes").source())
          .isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    } finally {
      change(allBrokers, "message.max.bytes", "", OpType.DELETE).get();
    }
    await(resource, "max.message.bytes", "1048588");
  }

  @Test
  void whatWasGivenAtStartIsShownAsThat() throws Exception {
    ConfigEntry given = entry(broker, "num.partitions");
    assertThat(given.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
    assertThat(given.isReadOnly()).isTrue();
    assertThat(given.type()).isEqualTo(ConfigEntry.ConfigType.INT);
    assertThat(entry(broker, "fetch.max.bytes").source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
  }

  @Test
  void settingsThatCannotBeChangedWhileTheBrokerRuns() {
    refused(change(broker, "num.partitions", "2", OpType.SET), InvalidRequestException.class);
    refused(change(allBrokers, "node.id", "2", OpType.SET), InvalidRequestException.class);
    refused(
        change(allBrokers, "message.max.bytes", "many", OpType.SET), InvalidRequestException.class);
  }

  private static void refused(KafkaFuture<?> future, Class<? extends Exception> with) {
    assertThatThrownBy(future::get).cause().isInstanceOf(with);
  }

  private KafkaFuture<Void> change(
      ConfigResource resource, String name, String value, OpType operation) {
    Map<ConfigResource, Collection<AlterConfigOp>> changes =
        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), operation)));
    return admin.incrementalAlterConfigs(changes).all();
  }

  private ConfigEntry entry(ConfigResource resource, String name) throws Exception {
    return Objects.requireNonNull(
        Objects.requireNonNull(
                admin
                    .describeConfigs(
                        List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                    .all()
                    .get()
                    .get(resource))
            .get(name));
  }

  /** Apache Kafka's broker learns of a change a moment after its controller accepted it. */
  private void await(ConfigResource resource, String name, String expected) throws Exception {
    long deadline = System.currentTimeMillis() + MAX_WAIT_MS;
    while (!expected.equals(entry(resource, name).value())
        && System.currentTimeMillis() < deadline) {
      Thread.sleep(10);
    }
    assertThat(entry(resource, name).value()).isEqualTo(expected);
  }
}
