package io.barnabas.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeSettingsTest {
  @Test
  void defaultsAndGivenValues() throws SettingsException {
    NodeSettings settings = NodeSettings.parse(Map.of("node.id", "7"));
    assertThat(settings.nodeId()).isEqualTo(7);
    assertThat(settings.partitionsOfNewTopics()).isEqualTo(1);
    assertThat(settings.maxRequestBytes()).isEqualTo(104_857_600);
  }

  @Test
  void refusesUnknownNamesAndImpossibleValues() {
    assertThatThrownBy(() -> NodeSettings.parse(Map.of("nod.id", "7")))
        .isInstanceOf(SettingsException.class)
        .hasMessage("There is no setting named nod.id.");
    assertThatThrownBy(() -> NodeSettings.parse(Map.of("node.id", "-3")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("node.id");
  }
}
