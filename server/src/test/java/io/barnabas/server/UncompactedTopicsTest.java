package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class UncompactedTopicsTest {
  private static final ClusterImage IMAGE = image();

  private static ClusterImage image() {
    return ClusterImage.empty("c")
        .apply(
            List.of(
                new Fact.TopicCreated("own", new Uuid(1, 1)),
                new Fact.TopicCreated("plain", new Uuid(1, 2)),
                new Fact.TopicCreated("deleted", new Uuid(1, 3)),
                new Fact.TopicCreated("__consumer_offsets", new Uuid(1, 4)),
                policy("own", "delete,compact"),
                policy("__consumer_offsets", "compact"),
                policy("deleted", "delete")));
  }

  private static Fact policy(String topic, String value) {
    return new Fact.ConfigChanged(topic(topic), "cleanup.policy", Optional.of(value));
  }

  private static ConfigResource topic(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  @Test
  void theTopicsOwnPolicyCountsAndElseTheNodes() {
    assertThat(new UncompactedTopics(_ -> Map.of()).in(IMAGE)).containsExactly("own");
    assertThat(new UncompactedTopics(_ -> Map.of("cleanup.policy", "compact")).in(IMAGE))
        .containsExactlyInAnyOrder("own", "plain");
  }
}
