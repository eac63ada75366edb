package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.ClusterImage;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.pcollections.HashTreePMap;

class UncompactedTopicsTest {
  private static final ClusterImage IMAGE = image();

  private static ClusterImage image() {
    ClusterImage none = ClusterImage.empty("c");
    return new ClusterImage(
        1,
        none.clusterId(),
        none.topicIds()
            .plus("own", new Uuid(1, 1))
            .plus("plain", new Uuid(1, 2))
            .plus("deleted", new Uuid(1, 3)),
        none.topics(),
        none.brokers(),
        none.controllers(),
        none.activeController(),
        none.configs()
            .plus(topic("own"), HashTreePMap.singleton("cleanup.policy", "delete,compact"))
            .plus(topic("deleted"), HashTreePMap.singleton("cleanup.policy", "delete")),
        none.features(),
        none.security(),
        none.nextProducerId());
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
