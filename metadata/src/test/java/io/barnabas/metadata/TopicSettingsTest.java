package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicSettingsTest {
  private static final String MAX = "9223372036854775807";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retention.ms | -1",
        "retention.ms | ' 5 '",
        "retention.bytes | -1",
        "cleanup.policy | 'compact, delete'",
        "cleanup.policy | ''",
        "segment.bytes | 1048576",
        "flush.messages | 10000",
        "flush.messages | " + MAX,
        "flush.ms | 1000",
        "compression.type | producer",
        "compression.type | zstd",
        "unclean.leader.election.enable | true",
        "preallocate | false",
        "message.timestamp.type | LogAppendTime",
        "min.cleanable.dirty.ratio | 0.01",
        "leader.replication.throttled.replicas | *",
        "leader.replication.throttled.replicas | ''",
        "follower.replication.throttled.replicas | '0:1, 0:2,1:3'",
      })
  void whatToolsSetIsTaken(String name, String value) {
    assertThatCode(() -> TopicSettings.validate(Map.of(name, value), Map.of()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "retention.ms | -2 | Value must be at least -1",
        "segment.bytes | 1048575 | Value must be at least 1048576",
        "segment.bytes | 2147483648 | Not a number of type INT",
        "min.insync.replicas | 0 | Value must be at least 1",
        "flush.messages | 0 | Value must be at least 1",
        "cleanup.policy | delete,shred | String must be one of: compact, delete",
        "message.timestamp.type | Whenever | String must be one of: CreateTime, LogAppendTime",
        "compression.type | zip | String must be one of: uncompressed, zstd",
        "unclean.leader.election.enable | maybe | Expected value to be either true or false",
        "preallocate | true | The only value is false",
        "max.compaction.lag.ms | 0 | Value must be at least 1",
        "leader.replication.throttled.replicas | 0 | Must be the literal '*' or a list of replicas",
        "follower.replication.throttled.replicas | 0:1,* | Must be the literal '*' or a list",
        "remote.storage.enable | true | remote.storage.enable is not supported",
        "retention.msec | 1 | Unknown topic config name: retention.msec",
      })
  void whatWouldNotBeHonouredIsRefused(String name, String value, String message) {
    assertRefused(Map.of(name, value), Map.of(), message);
  }

  @Test
  void settingsMustFitTogetherAndTheDefaults() {
    assertRefused(
        Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"),
        Map.of(),
        "min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
    assertRefused(
        Map.of("min.compaction.lag.ms", "10"),
        Map.of("max.compaction.lag.ms", "5"),
        "min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
  }

  private static void assertRefused(
      Map<String, String> own, Map<String, String> inherited, String message) {
    assertThatThrownBy(() -> TopicSettings.validate(own, inherited))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void everyDefaultIsAllowed() {
    for (TopicSetting setting : TopicSettings.effective(Map.of(), Map.of())) {
      assertThatCode(
              () -> TopicSettings.validate(Map.of(setting.name(), setting.value()), Map.of()))
          .as(setting.name())
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aDefaultOfTheNodeIsToldFromTheSettingsOwn() {
    assertThat(
            TopicSettings.effective(
                Map.of("segment.ms", "7"),
                Map.of("retention.ms", "604800000", "segment.bytes", "2000000")))
        .contains(
            new TopicSetting("segment.ms", "7", TopicSetting.Source.TOPIC),
            new TopicSetting("retention.ms", "604800000", TopicSetting.Source.DEFAULT),
            new TopicSetting("segment.bytes", "2000000", TopicSetting.Source.NODE));
  }

  @Test
  void theReferenceTellsOfEach() {
    assertThat(TopicSettings.names())
        .isNotEmpty()
        .allSatisfy(name -> assertThat(TopicSettings.reference()).contains("``" + name + "``"));
  }
}
