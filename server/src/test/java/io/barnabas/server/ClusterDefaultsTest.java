package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** What three whole nodes do where nobody said anything, and where their files do. */
class ClusterDefaultsTest {
  private static final int NODES = 3;

  private static void run(Map<String, String> settings, SimulatedCluster.Body body) {
    SimulatedCluster.run(1, NODES, settings, body);
  }

  @Test
  void recordsAreOnTwoOfThreeBeforeTheyAreAcknowledged() {
    run(
        Map.of(),
        cluster -> {
          int node = cluster.other();
          try (TestClient client = cluster.client(node)) {
            assertThat(replicas(cluster, createTopic(client, "t"))).hasSize(3);
            assertThat(described(client, node, "min.insync.replicas"))
                .isEqualTo("2 " + ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            assertThat(described(client, node, "default.replication.factor"))
                .isEqualTo("3 " + ConfigSource.DEFAULT_CONFIG);
          }
        });
  }

  @Test
  void theControllersFileIsWhatTheWholeClusterGoesBy() {
    run(
        Map.of("min.insync.replicas", "3", "default.replication.factor", "2"),
        cluster -> {
          int node = cluster.other();
          try (TestClient client = cluster.client(node)) {
            Uuid topic = createTopic(client, "t");
            assertThat(replicas(cluster, topic)).hasSize(2);
            assertThat(described(client, node, "min.insync.replicas"))
                .isEqualTo("3 " + ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            assertThat(described(client, node, "default.replication.factor"))
                .isEqualTo("2 " + ConfigSource.STATIC_BROKER_CONFIG);
            // With fewer in sync than the file asks for, who left may still lead.
            int gone = replicas(cluster, topic).getFirst();
            int left = replicas(cluster, topic).getLast();
            cluster.crash(gone);
            cluster.await("it is fenced", 4_000, () -> cluster.isFenced(gone));
            PartitionImage partition = cluster.image(left).partition(topic, 0).orElseThrow();
            assertThat(partition.isr()).containsExactly(left);
            assertThat(partition.elr()).containsExactly(gone);
          }
        });
  }

  private static List<Integer> replicas(SimulatedCluster cluster, Uuid topic) {
    return cluster.image(cluster.controller()).partition(topic, 0).orElseThrow().replicas();
  }

  private static Uuid createTopic(TestClient client, String name) throws IOException {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName(name)
                .setNumPartitions(-1)
                .setReplicationFactor((short) -1));
    var topics =
        client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class).topics();
    assertThat(topics.find(name).errorMessage()).isNull();
    return topics.find(name).topicId();
  }

  /** The value of a setting of the node that is asked, and where it is from. */
  private static String described(TestClient client, int node, String name) throws IOException {
    DescribeConfigsRequestData request =
        new DescribeConfigsRequestData()
            .setResources(
                List.of(
                    new DescribeConfigsResource()
                        .setResourceType(ConfigResource.Type.BROKER.id())
                        .setResourceName(Integer.toString(node))
                        .setConfigurationKeys(List.of(name))));
    var config =
        client
            .call(ApiKeys.DESCRIBE_CONFIGS, 4, request, DescribeConfigsResponseData.class)
            .results()
            .getFirst()
            .configs()
            .getFirst();
    return config.value()
        + " "
        + List.of(
                ConfigSource.UNKNOWN,
                ConfigSource.DYNAMIC_TOPIC_CONFIG,
                ConfigSource.DYNAMIC_BROKER_CONFIG,
                ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                ConfigSource.STATIC_BROKER_CONFIG,
                ConfigSource.DEFAULT_CONFIG)
            .get(config.configSource());
  }
}
