package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.at;
import static io.barnabas.server.api.Wire.error;
import static io.barnabas.server.api.Wire.only;
import static io.barnabas.server.api.Wire.partitions;
import static io.barnabas.server.api.Wire.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What is read, how much of it, and when. */
class FetchHandlerTest {
  private static void run(DataNode.Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(() -> DataNode.with(world, 10, body));
  }

  private static long millis(DataNode node) {
    return node.world.clock().nanoTime() / 1_000_000;
  }

  private static Errors refusal(DataNode node, FetchRequestData request) {
    return error(only(node.fetch(request)).errorCode());
  }

  @Test
  void readsInEveryVersion() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a", "b");
          node.append(id, 0, "c");
          for (int version = 4; version <= 18; version++) {
            for (byte isolation : new byte[] {0, 1}) {
              FetchRequestData request = Wire.fetch(id, at(0, 1)).setIsolationLevel(isolation);
              request.topics().getFirst().setTopic("t");
              FakeCall call = new FakeCall(version);
              node.fetch.handle(request, call);
              FetchResponseData answer = call.await(FetchResponseData.class);
              PartitionData partition = only(answer);
              assertThat(answer.responses().getFirst().topic()).isEqualTo(version < 13 ? "t" : "");
              assertThat(answer.sessionId()).isZero();
              assertThat(valuesOf(partition)).containsExactly("a", "b", "c");
              assertThat(partition.highWatermark()).isEqualTo(3);
              assertThat(partition.lastStableOffset()).isEqualTo(3);
              assertThat(partition.logStartOffset()).isEqualTo(version < 5 ? -1 : 0);
              assertThat(partition.abortedTransactions() == null).isEqualTo(isolation == 0);
              assertThat(partition.preferredReadReplica()).isEqualTo(-1);
            }
          }
        });
  }

  @Test
  void anIdOfZeroIsAnUnknownId() {
    run(
        node ->
            assertThat(refusal(node, Wire.fetch(Uuid.ZERO_UUID, at(0, 0))))
                .isEqualTo(Errors.UNKNOWN_TOPIC_ID));
  }

  @Test
  void bytesAreBoundedAfterTheFirstBatch() {
    run(
        node -> {
          Uuid id = node.topic("t", 3, Map.of());
          for (int partition = 1; partition <= 2; partition++) {
            node.append(id, partition, "x".repeat(500));
            node.append(id, partition, "y".repeat(500));
          }
          FetchRequestData request = Wire.fetch(id, at(0, 0), at(1, 0), at(2, 0));
          assertThat(partitions(node.fetch(request.setMaxBytes(1))))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(0, 1, 0);
          assertThat(partitions(node.fetch(request.setMaxBytes(1_500))))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(0, 2, 0);
          assertThat(partitions(node.fetch(request.setMaxBytes(1_900))))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(0, 2, 1);
          assertThat(
                  partitions(
                      node.fetch(Wire.fetch(id, at(1, 0).setPartitionMaxBytes(-5), at(2, 0)))))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(1, 2);
          assertThat(partitions(node.fetch(request.setMaxBytes(Integer.MIN_VALUE))))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(0, 1, 0);
        });
  }

  @Test
  void readsGoOnIntoTheNextSegmentAndLeaveNothingOut() {
    run(
        node -> {
          Uuid id = node.topic("t", 2, Map.of("segment.bytes", "1500"));
          node.append(id, 0, "first");
          node.append(id, 1, "x".repeat(1_000));
          node.append(id, 1, "y".repeat(1_000));
          node.append(id, 1, "z");
          assertThat(valuesOf(only(node.fetch(Wire.fetch(id, at(1, 0)))))).hasSize(3);
          assertThat(valuesOf(only(node.fetch(Wire.fetch(id, at(1, 1)))))).hasSize(2);
          assertThat(
                  partitions(
                      node.fetch(Wire.fetch(id, at(0, 0), at(1, 0).setPartitionMaxBytes(500)))))
              .extracting(p -> valuesOf(p).size())
              .as("the small record behind the large ones is not for now")
              .containsExactly(1, 0);
          assertThat(valuesOf(only(node.fetch(Wire.fetch(id, at(1, 0)).setMaxBytes(1_200)))))
              .hasSize(1);
        });
  }

  @Test
  void aLongPollWakesWithTheFirstRecordThatIsOnDisk() {
    run(
        node -> {
          Uuid id = node.topic("t", 2, Map.of());
          FakeCall poll = node.startFetch(Wire.fetch(id, at(0, 0), at(1, 0)).setMaxWaitMs(60_000));
          node.world.threads().sleep(1_000_000_000);
          assertThat(poll.isAnswered()).isFalse();
          long before = millis(node);
          node.append(id, 1, "at last");
          List<PartitionData> answer = partitions(poll.await(FetchResponseData.class));
          assertThat(millis(node) - before).isLessThan(1_000);
          assertThat(answer)
              .extracting(Wire::valuesOf)
              .containsExactly(List.of(), List.of("at last"));
        });
  }

  @Test
  void aLongPollEndsAtItsTime() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          long before = millis(node);
          PartitionData answer = only(node.fetch(Wire.fetch(id, at(0, 0)).setMaxWaitMs(700)));
          assertThat(millis(node) - before).isBetween(700L, 710L);
          assertThat(valuesOf(answer)).isEmpty();
          assertThat(answer.highWatermark()).isZero();
        });
  }

  @Test
  void aLongPollWaitsForAllTheBytesItWants() {
    run(
        node -> {
          Uuid id = node.topic("t", 2, Map.of());
          FakeCall poll =
              node.startFetch(
                  Wire.fetch(id, at(0, 0), at(1, 0)).setMaxWaitMs(60_000).setMinBytes(1_000));
          FakeCall late =
              node.startFetch(
                  Wire.fetch(id, at(0, 0), at(1, 0)).setMaxWaitMs(5_000).setMinBytes(100_000));
          node.append(id, 0, "x".repeat(400));
          node.append(id, 1, "y".repeat(300));
          node.world.threads().sleep(1_000_000_000);
          assertThat(poll.isAnswered()).isFalse();
          node.append(id, 0, "z".repeat(400));
          assertThat(partitions(poll.await(FetchResponseData.class)))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(2, 1);
          assertThat(late.isAnswered()).isFalse();
          assertThat(partitions(late.await(FetchResponseData.class)))
              .extracting(p -> valuesOf(p).size())
              .containsExactly(2, 1);
        });
  }

  @Test
  void aFullAnswerDoesNotWaitForBytesThatWouldNotFit() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "x".repeat(400));
          FetchRequestData request =
              Wire.fetch(id, at(0, 0).setPartitionMaxBytes(1_000))
                  .setMaxWaitMs(60_000)
                  .setMinBytes(1_000);
          FakeCall poll = node.startFetch(request);
          node.world.threads().sleep(1_000_000_000);
          assertThat(poll.isAnswered()).isFalse();
          node.append(id, 0, "y".repeat(400));
          node.append(id, 0, "z".repeat(400));
          long before = millis(node);
          assertThat(valuesOf(only(poll.await(FetchResponseData.class)))).hasSize(2);
          assertThat(valuesOf(only(node.fetch(request)))).hasSize(2);
          assertThat(millis(node) - before).isLessThan(100);
        });
  }

  @Test
  void aClientThatGoesAwayIsForgotten() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall poll = node.startFetch(Wire.fetch(id, at(0, 0)).setMaxWaitMs(60_000));
          poll.disconnect();
          node.append(id, 0, "nobody listens");
          node.world.threads().sleep(100_000_000_000L);
          assertThat(poll.isAnswered()).isFalse();
        });
  }

  @Test
  void aNodeThatStopsAnswersWhoWaits() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall poll = node.startFetch(Wire.fetch(id, at(0, 0)).setMaxWaitMs(60_000));
          long before = millis(node);
          poll.drain();
          assertThat(valuesOf(only(poll.await(FetchResponseData.class)))).isEmpty();
          assertThat(millis(node) - before).isLessThan(100);
        });
  }

  @Test
  void aTopicThatIsDeletedEndsTheWait() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall poll = node.startFetch(Wire.fetch(id, at(0, 0)).setMaxWaitMs(60_000));
          long before = millis(node);
          node.apply(List.of(new Fact.TopicDeleted(id)));
          assertThat(error(only(poll.await(FetchResponseData.class)).errorCode()))
              .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
          assertThat(millis(node) - before).isLessThan(1_000);
        });
  }

  @Test
  void aLeaderThatChangesEndsTheWait() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall poll =
              node.startFetch(
                  Wire.fetch(id, at(0, 0).setCurrentLeaderEpoch(0)).setMaxWaitMs(60_000));
          node.apply(List.of(new Fact.PartitionChanged(id, 0, DataNode.led(2, 1))));
          FetchResponseData answer = poll.await(FetchResponseData.class);
          assertThat(error(only(answer).errorCode())).isEqualTo(Errors.FENCED_LEADER_EPOCH);
          assertThat(only(answer).currentLeader().leaderId()).isEqualTo(2);
          assertThat(only(answer).currentLeader().leaderEpoch()).isEqualTo(1);
          assertThat(answer.nodeEndpoints().find(2).host()).isEqualTo("two");
        });
  }

  @Test
  void epochsFence() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a", "b");
          node.apply(List.of(new Fact.PartitionChanged(id, 0, DataNode.led(1, 4))));
          node.append(id, 0, "c");
          assertThat(refusal(node, Wire.fetch(id, at(0, 0).setCurrentLeaderEpoch(5))))
              .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
          FetchResponseData fenced = node.fetch(Wire.fetch(id, at(0, 0).setCurrentLeaderEpoch(3)));
          assertThat(error(only(fenced).errorCode())).isEqualTo(Errors.FENCED_LEADER_EPOCH);
          assertThat(only(fenced).currentLeader().leaderEpoch()).isEqualTo(4);
          assertThat(refusal(node, Wire.fetch(id, at(0, 0).setCurrentLeaderEpoch(4))))
              .isEqualTo(Errors.NONE);
          // A reader that has a third record of epoch 0 has one that this log never had.
          PartitionData diverged =
              only(
                  node.fetch(Wire.fetch(id, at(0, 3).setLastFetchedEpoch(0)).setMaxWaitMs(60_000)));
          assertThat(diverged.divergingEpoch().epoch()).isZero();
          assertThat(diverged.divergingEpoch().endOffset()).isEqualTo(2);
          assertThat(valuesOf(diverged)).isEmpty();
          PartitionData agreed = only(node.fetch(Wire.fetch(id, at(0, 2).setLastFetchedEpoch(0))));
          assertThat(agreed.divergingEpoch().epoch()).isEqualTo(-1);
          assertThat(valuesOf(agreed)).containsExactly("c");
        });
  }

  @Test
  void whatCannotBeRead() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a");
          for (long offset : new long[] {2, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            PartitionData answer = only(node.fetch(Wire.fetch(id, at(0, offset))));
            assertThat(error(answer.errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
            assertThat(answer.highWatermark()).isEqualTo(-1);
          }
          assertThat(refusal(node, Wire.fetch(id, at(5, 0))))
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(refusal(node, Wire.fetch(new Uuid(3, 3), at(0, 0)).setMaxWaitMs(9_000)))
              .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
          FetchRequestData follower = Wire.fetch(id, at(0, 0));
          follower.replicaState().setReplicaId(7);
          assertThat(refusal(node, follower)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          follower.topics().getFirst().partitions().getFirst().setCurrentLeaderEpoch(0);
          assertThat(refusal(node, follower)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
          assertThat(
                  error(
                      node.fetch(Wire.fetch(id, at(0, 0)).setIsolationLevel((byte) 2)).errorCode()))
              .isEqualTo(Errors.INVALID_REQUEST);
        });
  }

  @Test
  void anUnknownTopicDoesNotHurryTheOthers() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FetchRequestData request = Wire.fetch(id, at(0, 0)).setMaxWaitMs(500);
          request.setTopics(
              List.of(
                  new FetchTopic().setTopicId(new Uuid(3, 3)).setPartitions(List.of(at(0, 0))),
                  request.topics().getFirst()));
          long before = millis(node);
          assertThat(partitions(node.fetch(request)))
              .extracting(p -> error(p.errorCode()))
              .containsExactly(Errors.UNKNOWN_TOPIC_ID, Errors.NONE);
          assertThat(millis(node) - before).isGreaterThanOrEqualTo(500);
        });
  }
}
