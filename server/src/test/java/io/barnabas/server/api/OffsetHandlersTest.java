package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** ListOffsets, OffsetForLeaderEpoch and DeleteRecords. */
class OffsetHandlersTest {
  private static final long FIRST = Wire.FIRST_TIMESTAMP;

  private static void run(DataNode.Body body) {
    run(SimulationOptions.defaults(), body);
  }

  private static void run(SimulationOptions options, DataNode.Body body) {
    SimulatedWorld world = new SimulatedWorld(1, options);
    world.run(() -> DataNode.with(world, 10, body));
  }

  private static ListOffsetsPartition asked(int partition, long timestamp) {
    return new ListOffsetsPartition()
        .setPartitionIndex(partition)
        .setCurrentLeaderEpoch(-1)
        .setTimestamp(timestamp);
  }

  private static List<ListOffsetsPartitionResponse> list(
      DataNode node, int version, ListOffsetsPartition... partitions) {
    FakeCall call = new FakeCall(version);
    ListOffsetsTopic topic = new ListOffsetsTopic().setName("t").setPartitions(List.of(partitions));
    new ListOffsetsHandler(node.replicas)
        .handle(new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(topic)), call);
    return call.await(ListOffsetsResponseData.class).topics().getFirst().partitions();
  }

  private static List<Errors> answersToReplica(DataNode node, int replicaId) {
    FakeCall list = new FakeCall(11);
    ListOffsetsTopic topic = new ListOffsetsTopic().setName("t");
    topic.partitions().add(asked(0, -1));
    new ListOffsetsHandler(node.replicas)
        .handle(
            new ListOffsetsRequestData().setReplicaId(replicaId).setTopics(List.of(topic)), list);
    FakeCall epoch = new FakeCall(4);
    OffsetForLeaderTopic led = new OffsetForLeaderTopic().setTopic("t");
    led.partitions().add(new OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(0));
    OffsetForLeaderEpochRequestData request =
        new OffsetForLeaderEpochRequestData().setReplicaId(replicaId);
    request.topics().add(led);
    new OffsetForLeaderEpochHandler(node.replicas).handle(request, epoch);
    return List.of(
        error(
            list.await(ListOffsetsResponseData.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode()),
        error(
            epoch
                .await(OffsetForLeaderEpochResponseData.class)
                .topics()
                .iterator()
                .next()
                .partitions()
                .getFirst()
                .errorCode()));
  }

  @Test
  void nobodyIsBelievedToBeABroker() {
    run(
        node -> {
          node.topic("t", 1, Map.of());
          for (int consumer : new int[] {-1, -2}) {
            assertThat(answersToReplica(node, consumer)).containsOnly(Errors.NONE);
          }
          for (int broker : new int[] {0, 1, 2, 7, -3, Integer.MIN_VALUE}) {
            assertThat(answersToReplica(node, broker)).containsOnly(Errors.INVALID_REQUEST);
          }
        });
  }

  private static long find(DataNode node, long timestamp) {
    ListOffsetsPartitionResponse found = list(node, 11, asked(0, timestamp)).getFirst();
    assertThat(error(found.errorCode())).isEqualTo(Errors.NONE);
    return found.offset();
  }

  @Test
  void offsetsAreFoundByTime() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          assertThat(find(node, -1)).isZero();
          assertThat(find(node, -2)).isZero();
          assertThat(find(node, -3)).isEqualTo(-1);
          node.append(id, 0, "a", "b", "c");
          node.append(id, 0, "d");
          assertThat(find(node, -1)).isEqualTo(4);
          assertThat(find(node, -2)).isZero();
          assertThat(find(node, -3)).isEqualTo(2);
          assertThat(find(node, -4)).isZero();
          assertThat(find(node, -5)).isEqualTo(-1);
          assertThat(find(node, -6)).isEqualTo(-1);
          assertThat(find(node, 0)).isZero();
          assertThat(find(node, FIRST + 1)).isEqualTo(1);
          assertThat(find(node, FIRST + 3)).isEqualTo(-1);
          ListOffsetsPartitionResponse exact = list(node, 11, asked(0, FIRST + 2)).getFirst();
          assertThat(exact.offset()).isEqualTo(2);
          assertThat(exact.timestamp()).isEqualTo(FIRST + 2);
          assertThat(exact.leaderEpoch()).isZero();
          for (int version = 1; version <= 11; version++) {
            assertThat(list(node, version, asked(0, -1)).getFirst().offset()).isEqualTo(4);
          }
        });
  }

  @Test
  void whatCannotBeListed() {
    run(
        node -> {
          node.topic("t", 2, Map.of());
          int[] firstWith = {1, 1, 7, 8, 9, 11};
          for (int version = 1; version <= 11; version++) {
            for (int special = 1; special <= 7; special++) {
              boolean known = special <= 6 && version >= firstWith[special - 1];
              assertThat(error(list(node, version, asked(0, -special)).getFirst().errorCode()))
                  .isEqualTo(known ? Errors.NONE : Errors.UNSUPPORTED_VERSION);
            }
          }
          assertThat(error(list(node, 11, asked(0, Long.MIN_VALUE)).getFirst().errorCode()))
              .isEqualTo(Errors.UNSUPPORTED_VERSION);
          assertThat(list(node, 11, asked(0, -1), asked(1, -1), asked(0, -2), asked(9, -1)))
              .extracting(p -> error(p.errorCode()))
              .containsExactly(
                  Errors.INVALID_REQUEST,
                  Errors.NONE,
                  Errors.INVALID_REQUEST,
                  Errors.UNKNOWN_TOPIC_OR_PARTITION);
          ListOffsetsPartitionResponse refused =
              list(node, 11, asked(0, -1).setCurrentLeaderEpoch(3)).getFirst();
          assertThat(error(refused.errorCode())).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
          assertThat(refused.offset()).isEqualTo(-1);
        });
  }

  @Test
  void whatIsNotOnDiskIsNotListed() {
    DelayRange slow = DelayRange.ofMicros(2_000_000, 2_100_000);
    run(
        SimulationOptions.defaults().withDiskDelays(DelayRange.ofMicros(0, 10), slow),
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall produced = new FakeCall(13);
          node.produce.handle(Wire.produce(id, 0, Wire.batch("a")), produced);
          assertThat(find(node, -1)).isZero();
          assertThat(find(node, -3)).isEqualTo(-1);
          assertThat(find(node, 0)).isEqualTo(-1);
          assertThat(Wire.only(produced.await(ProduceResponseData.class)).errorCode()).isZero();
          assertThat(find(node, -1)).isEqualTo(1);
          assertThat(find(node, 0)).isZero();
        });
  }

  private static EpochEndOffset epochEnd(DataNode node, int currentEpoch, int epoch) {
    FakeCall call = new FakeCall(4);
    OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
    request
        .topics()
        .add(
            new OffsetForLeaderTopic()
                .setTopic("t")
                .setPartitions(
                    List.of(
                        new OffsetForLeaderPartition()
                            .setPartition(0)
                            .setCurrentLeaderEpoch(currentEpoch)
                            .setLeaderEpoch(epoch))));
    new OffsetForLeaderEpochHandler(node.replicas).handle(request, call);
    return call.await(OffsetForLeaderEpochResponseData.class)
        .topics()
        .find("t")
        .partitions()
        .getFirst();
  }

  @Test
  void epochsHaveEnds() {
    run(
        node -> {
          assertThat(error(epochEnd(node, -1, 0).errorCode()))
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a", "b");
          node.apply(List.of(new Fact.PartitionChanged(id, 0, DataNode.led(1, 4))));
          node.append(id, 0, "c");
          int[][] asked = {{0, 0, 2}, {2, 0, 2}, {4, 4, 3}, {5, -1, -1}};
          for (int[] one : asked) {
            EpochEndOffset end = epochEnd(node, 4, one[0]);
            assertThat(error(end.errorCode())).isEqualTo(Errors.NONE);
            assertThat(end.leaderEpoch()).as("epoch %d", one[0]).isEqualTo(one[1]);
            assertThat(end.endOffset()).as("epoch %d", one[0]).isEqualTo(one[2]);
          }
          assertThat(error(epochEnd(node, 3, 0).errorCode())).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        });
  }

  private static DeleteRecordsPartitionResult delete(
      DataNode node, String topic, int partition, long offset, int timeoutMs) {
    DeleteRecordsTopic asked =
        new DeleteRecordsTopic()
            .setName(topic)
            .setPartitions(
                List.of(
                    new DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset)));
    FakeCall call = new FakeCall(2);
    new DeleteRecordsHandler(node.world, node.replicas)
        .handle(
            new DeleteRecordsRequestData().setTopics(List.of(asked)).setTimeoutMs(timeoutMs), call);
    return call.await(DeleteRecordsResponseData.class)
        .topics()
        .find(topic)
        .partitions()
        .find(partition);
  }

  @Test
  void recordsAreDeleted() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.topic("compacted", 1, Map.of("cleanup.policy", "compact"));
          node.topic("__consumer_offsets", 1, Map.of());
          node.append(id, 0, "a", "b", "c");
          assertThat(delete(node, "t", 0, 2, 10_000).lowWatermark()).isEqualTo(2);
          assertThat(find(node, -2)).isEqualTo(2);
          assertThat(delete(node, "t", 0, 1, 10_000).lowWatermark()).isEqualTo(2);
          DeleteRecordsPartitionResult beyond = delete(node, "t", 0, 4, 10_000);
          assertThat(error(beyond.errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
          assertThat(beyond.lowWatermark()).isEqualTo(-1);
          assertThat(delete(node, "t", 0, -1, 10_000).lowWatermark()).isEqualTo(3);
          assertThat(error(Wire.only(node.fetch(Wire.fetch(id, Wire.at(0, 2)))).errorCode()))
              .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
          assertThat(error(delete(node, "t", 7, 0, 10_000).errorCode()))
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(error(delete(node, "compacted", 0, 0, 10_000).errorCode()))
              .isEqualTo(Errors.POLICY_VIOLATION);
          assertThat(error(delete(node, "__consumer_offsets", 0, 0, 10_000).errorCode()))
              .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        });
  }

  @Test
  void lastMentionOfAPartitionCounts() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a", "b", "c");
          DeleteRecordsPartition most = new DeleteRecordsPartition().setOffset(3);
          DeleteRecordsPartition less = new DeleteRecordsPartition().setOffset(1);
          FakeCall call = new FakeCall(2);
          new DeleteRecordsHandler(node.world, node.replicas)
              .handle(
                  new DeleteRecordsRequestData()
                      .setTimeoutMs(10_000)
                      .setTopics(
                          List.of(
                              new DeleteRecordsTopic()
                                  .setName("t")
                                  .setPartitions(List.of(most, less)))),
                  call);
          DeleteRecordsResponseData answer = call.await(DeleteRecordsResponseData.class);
          assertThat(answer.topics().find("t").partitions())
              .singleElement()
              .satisfies(only -> assertThat(only.lowWatermark()).isEqualTo(1));
          assertThat(find(node, -2)).isEqualTo(1);
        });
  }

  @Test
  void deletingTakesItsTime() {
    DelayRange slow = DelayRange.ofMicros(2_000_000, 2_100_000);
    run(
        SimulationOptions.defaults().withDiskDelays(DelayRange.ofMicros(0, 10), slow),
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          node.append(id, 0, "a", "b", "c");
          DeleteRecordsPartitionResult late = delete(node, "t", 0, 2, 100);
          assertThat(error(late.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
          assertThat(late.lowWatermark()).isEqualTo(-1);
          assertThat(delete(node, "t", 0, 0, 60_000).lowWatermark()).isEqualTo(2);
        });
  }
}
