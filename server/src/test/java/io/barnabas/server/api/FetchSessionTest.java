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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Incremental fetch sessions, as KIP-227 has them. */
class FetchSessionTest {
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private static void run(int slots, DataNode.Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(() -> DataNode.with(world, slots, body));
  }

  private static int open(DataNode node, Uuid topic, FetchPartition... partitions) {
    return node.fetch(Wire.fetch(topic, partitions).setSessionEpoch(0)).sessionId();
  }

  private static FetchRequestData next(
      int session, int epoch, Uuid topic, FetchPartition... partitions) {
    return Wire.fetch(topic, partitions).setSessionId(session).setSessionEpoch(epoch);
  }

  private static Errors refusal(DataNode node, FetchRequestData request) {
    FetchResponseData answer = node.fetch(request);
    assertThat(answer.responses()).isEmpty();
    return error(answer.errorCode());
  }

  @Test
  void onlyWhatIsNewIsSent() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 3, Map.of());
          node.append(id, 1, "a");
          FetchResponseData first =
              node.fetch(Wire.fetch(id, at(0, 0), at(1, 0), at(2, 0)).setSessionEpoch(0));
          int session = first.sessionId();
          assertThat(session).isPositive();
          assertThat(partitions(first)).hasSize(3);

          FetchResponseData quiet = node.fetch(next(session, 1, id, at(1, 1)));
          assertThat(partitions(quiet)).isEmpty();
          assertThat(quiet.sessionId()).isEqualTo(session);

          node.append(id, 2, "b");
          assertThat(valuesOf(only(node.fetch(next(session, 2, id))))).containsExactly("b");
          // Not taken by the client: it is there again.
          assertThat(valuesOf(only(node.fetch(next(session, 3, id))))).containsExactly("b");
          assertThat(partitions(node.fetch(next(session, 4, id, at(2, 1))))).isEmpty();

          FetchRequestData forgetting = next(session, 5, id);
          forgetting.setForgottenTopicsData(
              List.of(new ForgottenTopic().setTopicId(id).setPartitions(List.of(0, 2))));
          node.append(id, 0, "c");
          node.append(id, 1, "d");
          PartitionData left = only(node.fetch(forgetting));
          assertThat(left.partitionIndex()).isEqualTo(1);
          assertThat(valuesOf(left)).containsExactly("d");
        });
  }

  @Test
  void aWrongEpochOrSessionIsRefused() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          int session = open(node, id, at(0, 0));
          assertThat(refusal(node, next(session, 2, id)))
              .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
          assertThat(refusal(node, next(session + 1, 1, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
          FakeCall byName = new FakeCall(12);
          node.fetch.handle(next(session, 1, id), byName);
          assertThat(error(byName.await(FetchResponseData.class).errorCode()))
              .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
          assertThat(partitions(node.fetch(next(session, 1, id)))).isEmpty();
          // The same request once more, as from a second connection.
          assertThat(refusal(node, next(session, 1, id)))
              .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        });
  }

  @Test
  void aRequestThatWaitedTooLongForItsSessionIsRefused() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          int session = open(node, id, at(0, 0));
          FakeCall slow = node.startFetch(next(session, 1, id).setMaxWaitMs(1_000));
          assertThat(partitions(node.fetch(next(session, 2, id)))).isEmpty();
          node.append(id, 0, "a");
          assertThat(error(slow.await(FetchResponseData.class).errorCode()))
              .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        });
  }

  @Test
  void sessionsAreClosed() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          int first = open(node, id, at(0, 0));
          FetchResponseData closing = node.fetch(next(first, -1, id, at(0, 0)));
          assertThat(closing.sessionId()).isZero();
          assertThat(partitions(closing)).hasSize(1);
          assertThat(refusal(node, next(first, 1, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);

          int second = open(node, id, at(0, 0));
          FetchResponseData replacing = node.fetch(next(second, 0, id, at(0, 0)));
          assertThat(replacing.sessionId()).isPositive().isNotEqualTo(second);
          assertThat(refusal(node, next(second, 1, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);

          FetchRequestData emptied = next(replacing.sessionId(), 1, id);
          emptied.setForgottenTopicsData(
              List.of(new ForgottenTopic().setTopicId(id).setPartitions(List.of(0))));
          assertThat(node.fetch(emptied).sessionId()).isZero();
          assertThat(refusal(node, next(replacing.sessionId(), 2, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        });
  }

  @Test
  void theCacheIsBounded() {
    run(
        2,
        node -> {
          Uuid id = node.topic("t", 3, Map.of());
          int one = open(node, id, at(0, 0));
          int two = open(node, id, at(0, 0), at(1, 0));
          assertThat(open(node, id, at(0, 0), at(1, 0), at(2, 0))).as("no room yet").isZero();
          node.world.threads().sleep(MINUTE_NANOS + MINUTE_NANOS / 2);
          assertThat(partitions(node.fetch(next(one, 1, id)))).isEmpty();
          assertThat(partitions(node.fetch(next(two, 1, id)))).isEmpty();
          node.world.threads().sleep(MINUTE_NANOS);
          // Both were used, but are old now: the smallest goes for a larger one.
          int three = open(node, id, at(0, 0), at(1, 0), at(2, 0));
          assertThat(three).isPositive();
          assertThat(refusal(node, next(one, 2, id))).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
          assertThat(open(node, id, at(0, 0))).as("not for a smaller one").isZero();
          assertThat(partitions(node.fetch(next(two, 2, id)))).isEmpty();
          node.world.threads().sleep(2 * MINUTE_NANOS);
          assertThat(partitions(node.fetch(next(two, 3, id)))).isEmpty();
          node.world.threads().sleep(MINUTE_NANOS);
          // The third was not used for three minutes.
          assertThat(open(node, id, at(0, 0))).isPositive();
          assertThat(refusal(node, next(three, 1, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        });
  }

  private static FetchRequestData byBroker(FetchRequestData request, int id, long epoch) {
    request.replicaState().setReplicaId(id).setReplicaEpoch(epoch);
    return request;
  }

  private static int open(DataNode node, Uuid topic, int broker, long epoch) {
    return node.fetch(byBroker(Wire.fetch(topic, at(0, 0)).setSessionEpoch(0), broker, epoch))
        .sessionId();
  }

  @Test
  void noOtherClientTakesTheSessionsOfFollowers() {
    run(
        1,
        node -> {
          Uuid id = node.topic("t", 3, Map.of());
          int consumers = open(node, id, at(0, 0));
          assertThat(open(node, id, 2, 7)).as("who only says that it is a broker").isZero();
          int followers = open(node, id, 2, 1);
          assertThat(followers).isPositive().isNotEqualTo(consumers);
          node.world.threads().sleep(3 * MINUTE_NANOS);
          assertThat(open(node, id, at(0, 0), at(1, 0))).isPositive();
          node.world.threads().sleep(3 * MINUTE_NANOS);
          assertThat(open(node, id, at(0, 0), at(1, 0), at(2, 0))).isPositive();
          assertThat(refusal(node, next(consumers, 1, id)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
          FetchResponseData next = node.fetch(byBroker(next(followers, 1, id), 2, 1));
          assertThat(error(next.errorCode())).isEqualTo(Errors.NONE);
          assertThat(next.sessionId()).isEqualTo(followers);
          assertThat(open(node, id, 2, 1)).as("in place of its last one").isPositive();
          assertThat(refusal(node, byBroker(next(followers, 2, id), 2, 1)))
              .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        });
  }

  @Test
  void withoutSlotsThereAreNoSessions() {
    run(
        0,
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          assertThat(open(node, id, at(0, 0))).isZero();
        });
  }

  @Test
  void errorsAreRepeatedAndTheirEndIsTold() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          int session = open(node, id, at(0, 0));
          node.apply(List.of(new Fact.PartitionChanged(id, 0, DataNode.led(2, 1))));
          for (int epoch = 1; epoch <= 2; epoch++) {
            assertThat(error(only(node.fetch(next(session, epoch, id))).errorCode()))
                .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          }
          node.apply(List.of(new Fact.PartitionChanged(id, 0, DataNode.led(1, 2))));
          PartitionData good = only(node.fetch(next(session, 3, id)));
          assertThat(error(good.errorCode())).isEqualTo(Errors.NONE);
          assertThat(good.highWatermark()).isZero();
          assertThat(partitions(node.fetch(next(session, 4, id)))).isEmpty();
        });
  }

  @Test
  void aTopicMayComeIntoBeingDuringASession() {
    run(
        10,
        node -> {
          Uuid id = new Uuid("later".hashCode(), 5);
          FetchResponseData first = node.fetch(Wire.fetch(id, at(0, 0)).setSessionEpoch(0));
          assertThat(error(only(first).errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
          node.topic("later", 1, Map.of());
          node.append(id, 0, "a");
          assertThat(valuesOf(only(node.fetch(next(first.sessionId(), 1, id)))))
              .containsExactly("a");
        });
  }

  @Test
  void allPartitionsGetTheirTurn() {
    run(
        10,
        node -> {
          Uuid id = node.topic("t", 3, Map.of());
          long[] offsets = new long[3];
          for (int round = 0; round < 4; round++) {
            for (int partition = 0; partition < 3; partition++) {
              node.append(id, partition, "x".repeat(100));
            }
          }
          List<Integer> served = new ArrayList<>();
          FetchResponseData answer =
              node.fetch(
                  Wire.fetch(id, at(0, 0), at(1, 0), at(2, 0)).setSessionEpoch(0).setMaxBytes(1));
          int session = answer.sessionId();
          FetchPartition[] moved = new FetchPartition[0];
          for (int epoch = 1; epoch <= 9; epoch++) {
            answer = node.fetch(next(session, epoch, id, moved).setMaxBytes(1));
            PartitionData one = only(answer);
            int partition = one.partitionIndex();
            served.add(partition);
            moved = new FetchPartition[] {at(partition, ++offsets[partition])};
          }
          assertThat(served).containsExactly(0, 1, 2, 0, 1, 2, 0, 1, 2);
        });
  }
}
