package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.server.Requests.Fetched;
import io.barnabas.world.simulated.DelayRange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Three whole nodes, each in a rack of its own: where consumers are sent to read, and may read. */
class FollowerReadsTest {
  private static final Map<String, String> RACKS = Map.of("broker.rack", "r{id}");
  private static final int NEWEST = 18;

  /** The first that says a rack. */
  private static final int WITH_RACK = 11;

  private static final int LONG_MS = 20_000;
  private static final long MILLISECOND_NANOS = 1_000_000;

  private interface Body {
    void run(SimulatedCluster cluster, Uuid topic) throws Exception;
  }

  /** With a topic that node 1 leads, and in which there are a and b. */
  private static void run(Map<String, String> settings, Body body) {
    SimulatedCluster.run(
        1,
        3,
        settings,
        cluster -> {
          try (TestClient leader = cluster.client(1)) {
            Uuid topic = Requests.createTopicOn(leader, "t", List.of(1, 2, 3));
            cluster.await("it can be written", LONG_MS, () -> produced(leader, topic, "a"));
            assertThat(produced(leader, topic, "b")).isTrue();
            body.run(cluster, topic);
          }
        });
  }

  private static boolean produced(TestClient client, Uuid topic, String value) {
    try {
      return Requests.produce(client, topic, 0, -1, -1, List.of(value)).errorCode() == 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static FetchPartition from(long offset) {
    return new FetchPartition().setFetchOffset(offset).setPartitionMaxBytes(1_000_000);
  }

  private static FetchRequestData request(Uuid topic, String rack, FetchPartition from) {
    return new FetchRequestData()
        .setMaxWaitMs(LONG_MS)
        .setMinBytes(1)
        .setMaxBytes(1_000_000)
        .setSessionEpoch(-1)
        .setRackId(rack)
        .setTopics(
            List.of(new FetchTopic().setTopic("t").setTopicId(topic).setPartitions(List.of(from))));
  }

  private static PartitionData fetch(
      TestClient client, int version, Uuid topic, String rack, FetchPartition from)
      throws IOException {
    return client
        .call(ApiKeys.FETCH, version, request(topic, rack, from), FetchResponseData.class)
        .responses()
        .getFirst()
        .partitions()
        .getFirst();
  }

  private static PartitionData fetch(TestClient client, Uuid topic, String rack)
      throws IOException {
    return fetch(client, NEWEST, topic, rack, from(0));
  }

  private static List<String> values(PartitionData answer) {
    assertThat(error(answer)).isEqualTo(Errors.NONE);
    return Requests.records(answer, 0).stream().map(Fetched::value).toList();
  }

  private static Errors error(PartitionData answer) {
    return Errors.forCode(answer.errorCode());
  }

  private static boolean isSentTo(int node, PartitionData answer) {
    return answer.preferredReadReplica() == node && answer.records().sizeInBytes() == 0;
  }

  private static PartitionImage state(SimulatedCluster cluster, int node, Uuid topic) {
    return cluster.image(node).partition(topic, 0).orElseThrow();
  }

  @Test
  void aConsumerIsSentAtOnceToTheReplicaInItsRack() {
    run(
        RACKS,
        (cluster, topic) -> {
          try (TestClient leader = cluster.client(1);
              TestClient follower = cluster.client(2)) {
            for (int version = WITH_RACK; version <= NEWEST; version++) {
              long begin = cluster.world().clock().nanoTime();
              PartitionData sent = fetch(leader, version, topic, "r2", from(0));
              assertThat(cluster.world().clock().nanoTime() - begin)
                  .isLessThan(100 * MILLISECOND_NANOS);
              assertThat(isSentTo(2, sent)).isTrue();
              assertThat(error(sent)).isEqualTo(Errors.NONE);
              assertThat(sent.highWatermark()).isEqualTo(2);
              PartitionData read = fetch(follower, version, topic, "r2", from(0));
              assertThat(values(read)).containsExactly("a", "b");
              assertThat(read.highWatermark()).isEqualTo(2);
              assertThat(read.preferredReadReplica()).isEqualTo(-1);
            }
            assertThat(isSentTo(3, fetch(leader, topic, "r3"))).isTrue();
            assertThat(isSentTo(3, fetch(leader, NEWEST, topic, "r3", from(2)))).isTrue();
            for (String rack : List.of("", "r1", "r", "r4")) {
              PartitionData answer = fetch(leader, topic, rack);
              assertThat(values(answer)).containsExactly("a", "b");
              assertThat(answer.preferredReadReplica()).isEqualTo(-1);
            }
            assertThat(values(fetch(leader, 10, topic, "", from(0)))).containsExactly("a", "b");
            assertThat(error(fetch(leader, NEWEST, topic, "r2", from(3))))
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
          }
        });
  }

  @Test
  void aSessionHearsItAsOftenAsItAsks() {
    run(
        RACKS,
        (cluster, topic) -> {
          try (TestClient leader = cluster.client(1)) {
            FetchRequestData request = request(topic, "r2", from(0)).setSessionEpoch(0);
            for (int epoch = 0; epoch < 3; epoch++) {
              FetchResponseData answer =
                  leader.call(ApiKeys.FETCH, NEWEST, request, FetchResponseData.class);
              assertThat(isSentTo(2, answer.responses().getFirst().partitions().getFirst()))
                  .isTrue();
              request =
                  request
                      .setTopics(List.of())
                      .setSessionId(answer.sessionId())
                      .setSessionEpoch(epoch + 1);
            }
          }
        });
  }

  @Test
  void whereTheSettingSaysSoTheLeaderAnswers() {
    run(
        Map.of(
            "broker.rack",
            "r{id}",
            "replica.selector.class",
            "org.apache.kafka.common.replica.LeaderSelector"),
        (cluster, topic) -> {
          try (TestClient leader = cluster.client(1)) {
            PartitionData answer = fetch(leader, topic, "r2");
            assertThat(values(answer)).containsExactly("a", "b");
            assertThat(answer.preferredReadReplica()).isEqualTo(-1);
          }
        });
  }

  @Test
  void whatAFollowerDoesNotAnswer() {
    run(
        RACKS,
        (cluster, topic) -> {
          try (TestClient follower = cluster.client(2)) {
            assertThat(error(fetch(follower, 10, topic, "", from(0))))
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            for (long offset : new long[] {-1, 3, Long.MAX_VALUE}) {
              assertThat(error(fetch(follower, NEWEST, topic, "r2", from(offset))))
                  .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            }
            int epoch = state(cluster, 2, topic).leaderEpoch();
            // Which a log that is only behind does not contradict.
            assertThat(
                    error(fetch(follower, NEWEST, topic, "", from(9).setLastFetchedEpoch(epoch))))
                .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            for (int version : new int[] {10, NEWEST}) {
              assertThat(
                      error(
                          fetch(
                              follower,
                              version,
                              topic,
                              "",
                              from(0).setCurrentLeaderEpoch(epoch + 1))))
                  .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
            }
            assertThat(
                    values(
                        fetch(follower, NEWEST, topic, "", from(0).setCurrentLeaderEpoch(epoch))))
                .containsExactly("a", "b");
          }
        });
  }

  @Test
  void whoWaitsAtAFollowerHearsOfWhatIsReplicated() {
    run(
        RACKS,
        (cluster, topic) -> {
          CompletableFuture<List<String>> waiting = new CompletableFuture<>();
          cluster
              .world()
              .threads()
              .startVirtual(
                  "consumer",
                  () -> {
                    try (TestClient follower = cluster.client(3)) {
                      waiting.complete(values(fetch(follower, NEWEST, topic, "r3", from(2))));
                    } catch (Exception e) {
                      waiting.completeExceptionally(e);
                    }
                  });
          cluster.world().threads().sleep(1_000 * MILLISECOND_NANOS);
          assertThat(waiting.isDone()).isFalse();
          try (TestClient leader = cluster.client(1)) {
            assertThat(produced(leader, topic, "c")).isTrue();
          }
          cluster.await("it is read", 100, waiting::isDone);
          assertThat(waiting.join()).containsExactly("c");
        });
  }

  @Test
  void aFollowerThatIsNotInSyncSendsItsReadersBack() {
    run(
        RACKS,
        (cluster, topic) -> {
          var disk = cluster.world().machine(SimulatedCluster.machine(2)).disk();
          disk.slowDown(DelayRange.ofMicros(10_000_000, 10_000_000));
          try (TestClient leader = cluster.client(1);
              TestClient follower = cluster.client(2)) {
            cluster.world().threads().startVirtual("producer", () -> produceAlone(cluster, topic));
            cluster.await(
                "all know that it is not in sync",
                10_000,
                () ->
                    !state(cluster, 1, topic).isr().contains(2)
                        && !state(cluster, 2, topic).isr().contains(2));
            // For the replicas to hear of it too.
            cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
            PartitionData refused = fetch(follower, topic, "r2");
            assertThat(error(refused)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat(refused.currentLeader().leaderId()).isEqualTo(1);
            assertThat(values(fetch(leader, topic, "r2"))).startsWith("a", "b");
            disk.heal();
            cluster.await(
                "it is in sync again", 60_000, () -> state(cluster, 2, topic).isr().contains(2));
            cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
            assertThat(isSentTo(2, fetch(leader, topic, "r2"))).isTrue();
            assertThat(values(fetch(follower, topic, "r2"))).containsExactly("a", "b", "c");
          }
        });
  }

  private static void produceAlone(SimulatedCluster cluster, Uuid topic) {
    try (TestClient client = cluster.client(1)) {
      assertThat(produced(client, topic, "c")).isTrue();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFollowerThatIsGoneIsNotSentTo() {
    run(
        RACKS,
        (cluster, topic) -> {
          cluster.kill(2);
          cluster.await("it is fenced", 5_000, () -> cluster.isFenced(2));
          cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
          try (TestClient leader = cluster.client(1)) {
            assertThat(values(fetch(leader, topic, "r2"))).containsExactly("a", "b");
            assertThat(isSentTo(3, fetch(leader, topic, "r3"))).isTrue();
          }
        });
  }
}
