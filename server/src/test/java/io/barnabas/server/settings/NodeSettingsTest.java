package io.barnabas.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.LogConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsTest {
  @Test
  void defaultsAndGivenValues() throws SettingsException {
    NodeSettings settings = NodeSettings.parse(Map.of("node.id", "7"));
    assertThat(settings.nodeId()).isEqualTo(7);
    assertThat(settings.partitionsOfNewTopics()).isEqualTo(1);
    assertThat(settings.maxRequestBytes()).isEqualTo(104_857_600);
    assertThat(settings.listeners())
        .containsExactly(new ListenerAddress("PLAINTEXT", "127.0.0.1", 9092));
    assertThat(settings.advertisedListeners()).isEqualTo(settings.listeners());
    assertThat(settings.logDir()).isEqualTo(Path.of("./data"));
    assertThat(settings.clusterId()).isEmpty();
    assertThat(settings.createsTopicsWhenAsked()).isTrue();
    assertThat(settings.all())
        .filteredOn(NodeSettings.Setting::isGiven)
        .extracting(NodeSettings.Setting::name)
        .containsExactly("node.id");
  }

  @Test
  void severalListenersWithOtherNames() throws SettingsException {
    NodeSettings settings =
        NodeSettings.parse(
            Map.of(
                "listeners", "INSIDE://:9092, outside://[::1]:0",
                "advertised.listeners", "OUTSIDE://example.org:19092,INSIDE://broker-1:9092",
                "listener.security.protocol.map", "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT"));
    assertThat(settings.listeners())
        .containsExactly(
            new ListenerAddress("INSIDE", "", 9092), new ListenerAddress("OUTSIDE", "::1", 0))
        .extracting(ListenerAddress::toString)
        .containsExactly("INSIDE://:9092", "OUTSIDE://[::1]:0");
    assertThat(settings.advertisedListeners())
        .contains(new ListenerAddress("OUTSIDE", "example.org", 19092));
  }

  @Test
  void topicsGetTheNodesDefaults() throws SettingsException {
    LogConfig defaults = LogConfig.of(NodeSettings.parse(Map.of()).topicDefaults());
    assertThat(defaults).isEqualTo(LogConfig.of(Map.of()));
    LogConfig changed =
        LogConfig.of(
            NodeSettings.parse(
                    Map.of(
                        "log.retention.minutes", "5",
                        "log.retention.hours", "3",
                        "log.roll.ms", "77",
                        "log.cleanup.policy", "compact,delete",
                        "log.flush.interval.messages", "9223372036854775807"))
                .topicDefaults());
    assertThat(changed.retentionMs()).isEqualTo(300_000);
    assertThat(changed.segmentMs()).isEqualTo(77);
    assertThat(changed.cleanupPolicy()).containsExactlyInAnyOrder("compact", "delete");
    assertThat(changed.flushes()).isFalse();
    LogConfig kept =
        LogConfig.of(NodeSettings.parse(Map.of("log.retention.ms", "-2")).topicDefaults());
    assertThat(kept.retentionMs()).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nod.id                         | 7                       | no setting named nod.id"
            + " (node.id?).",
        "broker.id                      | 7                       | broker.id (here it is"
            + " node.id).",
        "num.io.threads                 | 7                       | no setting named"
            + " num.io.threads.",
        "node.id                        | -3                      | node.id",
        "node.id                        | x                       | for the setting node.id",
        "listeners                      | ''                      | listeners",
        "listeners                      | 127.0.0.1:9092          | NAME://host:port",
        "listeners                      | PLAINTEXT://h:65536     | NAME://host:port",
        "listeners                      | PLAINTEXT://:9092       | advertised.listeners",
        "listeners                      | SSL://h:9092            | set ssl.keystore",
        "listeners                      | PLAINTEXT://h:1,PLAINTEXT://h:2 | twice",
        "advertised.listeners           | OTHER://h:9092          | the same listeners",
        "advertised.listeners           | PLAINTEXT://0.0.0.0:1   | cannot connect",
        "listener.security.protocol.map | PLAINTEXT               | NAME:PROTOCOL",
        "log.dirs                       | /a,/b                   | log.dirs",
        "queued.max.request.bytes       | 2048                    | socket.request.max.bytes",
        "queued.max.request.bytes       | 0                       | -1 or at least 1024",
        "queued.max.request.bytes       | -2                      | -1 or at least 1024",
        "log.retention.hours            | 0                       | -1 or at least 1",
        "log.retention.minutes          | 0                       | -1 or at least 1",
        "log.retention.ms               | 0                       | -1 or at least 1",
        "log.roll.ms                    | 0                       | at least 1",
        "log.cleanup.policy             | burn                    | log.cleanup.policy",
      })
  void refusesUnknownNamesAndImpossibleValues(String name, String value, String says) {
    assertThatThrownBy(() -> NodeSettings.parse(Map.of(name, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(says);
  }

  @Test
  void tellsOfAllUnknownNamesAtOnce() {
    assertThatThrownBy(
            () ->
                NodeSettings.parse(Map.of("log.dir", "/a", "num.io.threads", "8", "node.id", "1")))
        .isInstanceOf(SettingsException.class)
        .hasMessage("There are no settings named log.dir (here it is log.dirs), num.io.threads.");
  }

  @Test
  void kafkasWayToSetNoLimitOfRequestsMeansTheDefault() throws SettingsException {
    long usual = NodeSettings.parse(Map.of()).maxQueuedRequestBytes();
    assertThat(queuedBytes("-1", "104857600")).isEqualTo(usual);
    assertThat(queuedBytes("-1", "999999999")).isEqualTo(999_999_999);
    assertThat(queuedBytes("2048", "1024")).isEqualTo(2048);
  }

  private static long queuedBytes(String value, String largestRequest) throws SettingsException {
    return NodeSettings.parse(
            Map.of("queued.max.request.bytes", value, "socket.request.max.bytes", largestRequest))
        .maxQueuedRequestBytes();
  }

  @Test
  void theReferenceNamesEverySetting() throws SettingsException {
    String reference = SettingsDocs.reference();
    assertThat(NodeSettings.parse(Map.of()).all())
        .isNotEmpty()
        .allSatisfy(setting -> assertThat(reference).contains(setting.name()));
  }
}
