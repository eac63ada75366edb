package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** The operator hears when a node begins to acknowledge what is not on its disk. */
class UnforcedByDefaultTest {
  private static ClusterImage with(ClusterImage image, String value) {
    return image.apply(
        List.of(
            new Fact.ConfigChanged(
                new ConfigResource(ConfigResource.Type.BROKER, ""),
                "log.flush.interval.messages",
                Optional.of(value))));
  }

  @Test
  void atTheStartAndAtEachChange() throws Exception {
    LiveSettings live =
        new LiveSettings(
            NodeSettings.parse(
                Map.of("log.dirs", "/data", "node.id", "1", "log.flush.interval.messages", "100")));
    UnforcedByDefault warning = new UnforcedByDefault(live::topicDefaults);
    ClusterImage image = ClusterImage.empty("c");
    assertThat(warning.accept(image)).isTrue();
    assertThat(warning.accept(image)).isFalse();
    assertThat(warning.accept(with(image, "1"))).isFalse();
    assertThat(warning.accept(with(image, "7"))).isTrue();
    assertThat(warning.accept(with(image, "8"))).isTrue();
  }
}
