package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.PartitionImage;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three whole nodes: whether one that crashed is relied on, by what its own file says. */
class UnforcedBrokerTest {
  private static final int NODES = 3;

  @ParameterizedTest
  @CsvSource({"1, 1, true", "2, 1000000, false", "3, 9223372036854775807, false"})
  void whoeverCrashedIsEligibleOnlyIfItForcedAll(long seed, String everyMessages, boolean relied) {
    Map<String, String> inFile = Map.of("log.flush.interval.messages", everyMessages);
    SimulatedCluster.run(
        seed,
        NODES,
        inFile,
        cluster -> {
          Uuid topic = createTopic(cluster);
          int victim = cluster.other();
          long epoch = broker(cluster, victim).epoch();
          cluster.crash(victim);
          cluster.await("it is fenced", 1_000, () -> cluster.isFenced(victim));
          assertThat(state(cluster, topic).elr()).contains(victim);
          var _ = cluster.begin(victim);
          cluster.await("it is back", 5_000, () -> broker(cluster, victim).epoch() > epoch);
          assertThat(broker(cluster, victim).fenced()).isTrue();
          assertThat(state(cluster, topic).elr().contains(victim)).isEqualTo(relied);
        });
  }

  private static Uuid createTopic(SimulatedCluster cluster) throws Exception {
    CreatableTopic topic =
        new CreatableTopic().setName("t").setNumPartitions(1).setReplicationFactor((short) NODES);
    topic.configs().add(new CreatableTopicConfig().setName("min.insync.replicas").setValue("3"));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request.topics().add(topic);
    try (TestClient client = cluster.client(cluster.controller())) {
      return client
          .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
          .topics()
          .find("t")
          .topicId();
    }
  }

  private static BrokerImage broker(SimulatedCluster cluster, int broker) {
    return cluster.image(cluster.controller()).broker(broker).orElseThrow();
  }

  private static PartitionImage state(SimulatedCluster cluster, Uuid topic) {
    return cluster.image(cluster.controller()).partition(topic, 0).orElseThrow();
  }
}
