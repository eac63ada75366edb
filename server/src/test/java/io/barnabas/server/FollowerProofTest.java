package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Who is believed to have records on its disk because it says so. */
class FollowerProofTest {
  private static final int BY_REPLICA_ID = 14;
  private static final int BY_STATE = 18;

  private static void run(boolean ownListener, Body body) {
    SimulatedCluster.run(
        1,
        2,
        ownListener,
        Map.of(),
        cluster -> {
          NodeListenerTest.Led led = NodeListenerTest.replicate(cluster);
          cluster.silence(3 - led.leader());
          appendUnreplicated(cluster, led);
          body.run(cluster, led);
        });
  }

  private interface Body {
    void run(SimulatedCluster cluster, NodeListenerTest.Led led) throws Exception;
  }

  @Test
  void noClientIsAFollower() {
    run(
        true,
        (cluster, led) -> {
          long epoch = epoch(cluster, 3 - led.leader());
          try (TestClient client = cluster.client(led.leader())) {
            for (long tried : new long[] {-1, 0, epoch, epoch + 1, Long.MAX_VALUE}) {
              assertThat(asFollower(client, led, BY_STATE, tried))
                  .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            }
            assertThat(asFollower(client, led, BY_REPLICA_ID, epoch))
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          }
          assertThat(highWatermark(cluster, led)).isEqualTo(2);
        });
  }

  @Test
  void amongNodesOnlyTheEpochProvesAFollower() {
    run(true, (cluster, led) -> provesItself(cluster, led, cluster.peer(led.leader())));
  }

  @Test
  void theEpochIsTheOnlyProofWhereNodesAndClientsShareAListener() {
    run(false, (cluster, led) -> provesItself(cluster, led, cluster.client(led.leader())));
  }

  private static void provesItself(
      SimulatedCluster cluster, NodeListenerTest.Led led, TestClient node) throws Exception {
    long epoch = epoch(cluster, 3 - led.leader());
    try (node) {
      for (long tried : new long[] {-1, 0, epoch - 1, epoch + 1, Long.MAX_VALUE}) {
        assertThat(asFollower(node, led, BY_STATE, tried)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
      }
      assertThat(asFollower(node, led, BY_REPLICA_ID, epoch))
          .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
      assertThat(highWatermark(cluster, led)).isEqualTo(2);
      assertThat(asFollower(node, led, BY_STATE, epoch)).isEqualTo(Errors.NONE);
      assertThat(highWatermark(cluster, led)).isEqualTo(3);
    }
  }

  private static long epoch(SimulatedCluster cluster, int broker) {
    Fact.BrokerImage image = cluster.image(3 - broker).broker(broker).orElseThrow();
    return image.epoch();
  }

  /** The third record, which the follower cannot fetch. */
  private static void appendUnreplicated(SimulatedCluster cluster, NodeListenerTest.Led led)
      throws Exception {
    try (TestClient client = cluster.client(led.leader())) {
      assertThat(Requests.produce(client, led.topic(), 0, 1, 1)).isEqualTo(Errors.NONE);
    }
  }

  private static long highWatermark(SimulatedCluster cluster, NodeListenerTest.Led led)
      throws Exception {
    try (TestClient client = cluster.client(led.leader())) {
      return Requests.fetch(client, led.topic(), 0, 0, 0).highWatermark();
    }
  }

  /** What a fetch from the end of the leader's log is answered. */
  private static Errors asFollower(
      TestClient client, NodeListenerTest.Led led, int version, long brokerEpoch)
      throws IOException {
    int id = 3 - led.leader();
    FetchRequestData request =
        new FetchRequestData()
            .setMinBytes(1)
            .setMaxBytes(1_000)
            .setSessionEpoch(-1)
            .setTopics(
                List.of(
                    new FetchRequestData.FetchTopic()
                        .setTopicId(led.topic())
                        .setPartitions(
                            List.of(
                                new FetchRequestData.FetchPartition()
                                    .setPartition(0)
                                    .setCurrentLeaderEpoch(0)
                                    .setFetchOffset(3)
                                    .setPartitionMaxBytes(1_000)))));
    if (version >= BY_STATE) {
      request.replicaState().setReplicaId(id).setReplicaEpoch(brokerEpoch);
    } else {
      request.setReplicaId(id);
    }
    FetchResponseData answer =
        client.call(ApiKeys.FETCH, version, request, FetchResponseData.class);
    return Errors.forCode(answer.responses().getFirst().partitions().getFirst().errorCode());
  }
}
