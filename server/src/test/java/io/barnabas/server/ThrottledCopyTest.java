package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three whole nodes: a partition moves no faster than its brokers may copy, and in sync it may. */
class ThrottledCopyTest {
  private static final int NODES = 3;
  private static final int BATCHES = 60;
  private static final int BATCH_BYTES = 100_000;
  private static final long RATE = 500_000;

  /** What one answer to a follower has at most of one partition. */
  private static final long ONE_ANSWER = 1 << 20;

  private static final long MILLISECOND_NANOS = 1_000_000;

  private static void run(long seed, SimulatedCluster.Body body) {
    SimulatedCluster.run(seed, NODES, body);
  }

  @ParameterizedTest
  @CsvSource({
    "1, leader, 1, 0:1",
    "2, leader, '', *",
    "3, follower, 2, 0:2",
    "4, follower, '', *",
  })
  void whatMovesIsNoFasterThanTheRate(long seed, String side, String broker, String throttled) {
    run(
        seed,
        cluster -> {
          Uuid topic = createTopic(cluster, List.of(1));
          try (TestClient client = cluster.client(1)) {
            fill(client, topic);
            alter(client, ConfigResource.Type.BROKER, broker, rate(side), RATE);
            alter(client, ConfigResource.Type.TOPIC, "t", replicas(side), throttled);
            move(client, List.of(2));
          }
          long took = awaitCopy(cluster);
          // As fast as it may be, but for the first window and one answer.
          assertThat(took).isBetween(8_000L, 14_000L);
        });
  }

  /** The milliseconds until all is on node 2; at no time there is more than there may be. */
  private static long awaitCopy(SimulatedCluster cluster) throws Exception {
    long begin = cluster.world().clock().nanoTime();
    try (TestClient client = cluster.client(2)) {
      while (true) {
        long ms = (cluster.world().clock().nanoTime() - begin) / MILLISECOND_NANOS;
        long copied = copied(client);
        if (copied >= (long) BATCHES * BATCH_BYTES) {
          return ms;
        }
        assertThat(copied)
            .as("bytes copied after %d ms", ms)
            .isLessThanOrEqualTo(RATE * (ms + 1_000) / 1_000 + ONE_ANSWER);
        assertThat(ms).isLessThan(60_000);
        cluster.world().threads().sleep(100 * MILLISECOND_NANOS);
      }
    }
  }

  @Test
  void withoutALimitItIsCopiedAtOnce() {
    run(
        5,
        cluster -> {
          Uuid topic = createTopic(cluster, List.of(1));
          try (TestClient client = cluster.client(1)) {
            fill(client, topic);
            alter(client, ConfigResource.Type.BROKER, "1", rate("leader"), RATE);
            alter(client, ConfigResource.Type.TOPIC, "t", replicas("leader"), "0:2,1:1");
            move(client, List.of(2));
          }
          cluster.await("all is copied", 2_000, () -> isOn(cluster, topic, 2));
        });
  }

  @Test
  void whatIsInSyncIsNotKeptWaiting() {
    run(
        6,
        cluster -> {
          Uuid topic = createTopic(cluster, List.of(1, 2, 3));
          try (TestClient client = cluster.client(1)) {
            alter(client, ConfigResource.Type.BROKER, "", rate("leader"), 1);
            alter(client, ConfigResource.Type.BROKER, "", rate("follower"), 1);
            alter(client, ConfigResource.Type.TOPIC, "t", replicas("leader"), "*");
            alter(client, ConfigResource.Type.TOPIC, "t", replicas("follower"), "*");
            long begin = cluster.world().clock().nanoTime();
            fill(client, topic);
            assertThat(cluster.world().clock().nanoTime() - begin)
                .isLessThan(3_000 * MILLISECOND_NANOS);
          }
          assertThat(cluster.image(1).partition(topic, 0).orElseThrow().isr())
              .containsExactlyInAnyOrder(1, 2, 3);
        });
  }

  private static boolean isOn(SimulatedCluster cluster, Uuid topic, int node) {
    return cluster.image(1).partition(topic, 0).orElseThrow().replicas().equals(List.of(node));
  }

  private static String rate(String side) {
    return side + ".replication.throttled.rate";
  }

  private static String replicas(String side) {
    return side + ".replication.throttled.replicas";
  }

  /** Whose replicas have begun, and have one batch. */
  private static Uuid createTopic(SimulatedCluster cluster, List<Integer> replicas)
      throws Exception {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    CreatableTopic topic =
        new CreatableTopic().setName("t").setNumPartitions(-1).setReplicationFactor((short) -1);
    topic
        .assignments()
        .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(replicas));
    request.topics().add(topic);
    try (TestClient client = cluster.client(1)) {
      var created =
          client
              .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
              .topics()
              .find("t");
      assertThat(Errors.forCode(created.errorCode())).isEqualTo(Errors.NONE);
      try (TestClient leader = cluster.client(replicas.getFirst())) {
        while (Requests.produce(leader, created.topicId(), 0, -1, BATCH_BYTES) != Errors.NONE) {
          cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
        }
      }
      return created.topicId();
    }
  }

  private static void fill(TestClient client, Uuid topic) throws IOException {
    for (int i = 0; i < BATCHES; i++) {
      assertThat(Requests.produce(client, topic, 0, -1, BATCH_BYTES)).isEqualTo(Errors.NONE);
    }
  }

  private static void alter(
      TestClient client, ConfigResource.Type type, String of, String name, Object value)
      throws IOException {
    AlterConfigsResource resource =
        new AlterConfigsResource().setResourceType(type.id()).setResourceName(of);
    resource.configs().add(new AlterableConfig().setName(name).setValue(value.toString()));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    assertThat(
            client
                .call(
                    ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                    1,
                    request,
                    IncrementalAlterConfigsResponseData.class)
                .responses())
        .allSatisfy(one -> assertThat(one.errorCode()).as(one.errorMessage()).isZero());
  }

  private static void move(TestClient client, List<Integer> to) throws IOException {
    AlterPartitionReassignmentsRequestData request =
        new AlterPartitionReassignmentsRequestData()
            .setTopics(
                List.of(
                    new ReassignableTopic()
                        .setName("t")
                        .setPartitions(
                            List.of(
                                new ReassignablePartition()
                                    .setPartitionIndex(0)
                                    .setReplicas(to)))));
    assertThat(
            client
                .call(
                    ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                    0,
                    request,
                    AlterPartitionReassignmentsResponseData.class)
                .errorCode())
        .isZero();
  }

  /** The bytes that a node has of the partition. */
  private static long copied(TestClient client) throws IOException {
    return client
        .call(
            ApiKeys.DESCRIBE_LOG_DIRS,
            4,
            new DescribeLogDirsRequestData().setTopics(null),
            DescribeLogDirsResponseData.class)
        .results()
        .stream()
        .flatMap(directory -> directory.topics().stream())
        .flatMap(topic -> topic.partitions().stream())
        .mapToLong(DescribeLogDirsResponseData.DescribeLogDirsPartition::partitionSize)
        .sum();
  }
}
