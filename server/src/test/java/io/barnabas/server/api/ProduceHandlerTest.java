package io.barnabas.server.api;

import static io.barnabas.server.api.Wire.batch;
import static io.barnabas.server.api.Wire.data;
import static io.barnabas.server.api.Wire.error;
import static io.barnabas.server.api.Wire.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What producers are answered. */
class ProduceHandlerTest {
  private static final DelayRange QUICK = DelayRange.ofMicros(0, 10);

  private static void run(DataNode.Body body) {
    run(SimulationOptions.defaults(), body);
  }

  private static void run(SimulationOptions options, DataNode.Body body) {
    SimulatedWorld world = new SimulatedWorld(1, options);
    world.run(() -> DataNode.with(world, 10, body));
  }

  private static Errors refusal(
      DataNode node, int version, Uuid topic, String name, @Nullable BaseRecords records) {
    ProduceRequestData request =
        Wire.produce(
            new TopicProduceData()
                .setName(version < 13 ? name : "")
                .setTopicId(version < 13 ? Uuid.ZERO_UUID : topic)
                .setPartitionData(List.of(data(0, records))));
    return error(only(node.produce(request, version)).errorCode());
  }

  @Test
  void appendsByNameAndById() {
    run(
        node -> {
          Uuid id = node.topic("t", 2, Map.of());
          for (int version = 3; version <= 12; version++) {
            TopicProduceData topic =
                new TopicProduceData().setName("t").setPartitionData(List.of(data(1, batch("a"))));
            ProduceResponseData answer = node.produce(Wire.produce(topic), version);
            assertThat(answer.responses().iterator().next().name()).isEqualTo("t");
            assertThat(only(answer).index()).isEqualTo(1);
            assertThat(only(answer).baseOffset()).isEqualTo(version - 3);
          }
          ProduceResponseData answer = node.produce(Wire.produce(id, 1, batch("a", "b")), 13);
          assertThat(answer.responses().iterator().next().topicId()).isEqualTo(id);
          assertThat(only(answer).baseOffset()).isEqualTo(10);
          assertThat(only(answer).logAppendTimeMs()).isEqualTo(-1);
          assertThat(only(answer).logStartOffset()).isZero();
          assertThat(node.append(id, 1, "c")).isEqualTo(12);
        });
  }

  @Test
  void answersComeAfterTheForceAndNotBefore() {
    DelayRange slow = DelayRange.ofMicros(2_000_000, 2_100_000);
    run(
        SimulationOptions.defaults().withDiskDelays(QUICK, slow),
        node -> {
          Uuid id = node.topic("t", 2, Map.of());
          for (short acks : new short[] {1, -1}) {
            long before = node.world.clock().nanoTime();
            FakeCall call = new FakeCall(13);
            node.produce.handle(Wire.produce(id, 0, batch("x")).setAcks(acks), call);
            assertThat(call.isAnswered()).isFalse();
            assertThat(only(call.await(ProduceResponseData.class)).errorCode()).isZero();
            assertThat(node.world.clock().nanoTime() - before)
                .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(2));
          }
        });
  }

  @Test
  void whatTakesTooLongIsTimedOut() {
    DelayRange slow = DelayRange.ofMicros(2_000_000, 2_100_000);
    run(
        SimulationOptions.defaults().withDiskDelays(QUICK, slow),
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          long before = node.world.clock().nanoTime();
          TopicProduceData topic =
              new TopicProduceData()
                  .setTopicId(id)
                  .setPartitionData(List.of(data(0, batch("late")), data(7, batch("nowhere"))));
          ProduceResponseData answer =
              node.produce(Wire.produce(topic).setTimeoutMs(100), DataNode.PRODUCE);
          long tookMs = (node.world.clock().nanoTime() - before) / 1_000_000;
          assertThat(tookMs).isBetween(100L, 200L);
          assertThat(answer.responses().iterator().next().partitionResponses())
              .extracting(p -> error(p.errorCode()))
              .containsExactly(Errors.REQUEST_TIMED_OUT, Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(node.append(id, 0, "next")).isEqualTo(1);
        });
  }

  @Test
  void acksZeroIsNotAnsweredAndItsErrorsCloseTheConnection() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          FakeCall good = new FakeCall(13);
          node.produce.handle(Wire.produce(id, 0, batch("x")).setAcks((short) 0), good);
          assertThat(good.awaitEnd()).isEqualTo("nothing");
          FakeCall bad = new FakeCall(13);
          node.produce.handle(Wire.produce(id, 9, batch("x")).setAcks((short) 0), bad);
          assertThat(bad.awaitEnd()).contains("UNKNOWN_TOPIC_OR_PARTITION");
          assertThat(node.append(id, 0, "y")).isEqualTo(1);
          PartitionProduceResponse unknown =
              only(node.produce(Wire.produce(id, 0, batch("x")).setAcks((short) 2), 13));
          assertThat(error(unknown.errorCode())).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
          assertThat(unknown.baseOffset()).isEqualTo(-1);
        });
  }

  @Test
  void everyBadBatchHasItsError() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of("max.message.bytes", "1000"));
          SimpleRecord record = new SimpleRecord(1_000, new byte[1]);
          MemoryRecords zstd = MemoryRecords.withRecords(Compression.zstd().build(), record);
          MemoryRecords corrupt = batch("corrupt");
          ByteBuffer bytes = corrupt.buffer();
          bytes.put(bytes.limit() - 1, (byte) 77);
          assertThat(refusal(node, 13, id, "t", null)).isEqualTo(Errors.INVALID_RECORD);
          assertThat(refusal(node, 13, id, "t", MemoryRecords.EMPTY))
              .isEqualTo(Errors.INVALID_RECORD);
          assertThat(refusal(node, 13, id, "t", Wire.joined(batch("a"), batch("b"))))
              .isEqualTo(Errors.INVALID_RECORD);
          assertThat(refusal(node, 13, id, "t", corrupt)).isEqualTo(Errors.CORRUPT_MESSAGE);
          assertThat(refusal(node, 13, id, "t", batch("x".repeat(2_000))))
              .isEqualTo(Errors.MESSAGE_TOO_LARGE);
          assertThat(refusal(node, 6, id, "t", zstd))
              .isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
          assertThat(refusal(node, 7, id, "t", zstd)).isEqualTo(Errors.NONE);
          assertThat(
                  refusal(
                      node,
                      13,
                      id,
                      "t",
                      MemoryRecords.withTransactionalRecords(
                          Compression.NONE, 5, (short) 0, 0, record)))
              .isEqualTo(Errors.INVALID_TXN_STATE);
          for (byte magic : new byte[] {RecordBatch.MAGIC_VALUE_V0, RecordBatch.MAGIC_VALUE_V1}) {
            MemoryRecords old =
                MemoryRecords.withRecords(
                    magic, 0, Compression.NONE, TimestampType.CREATE_TIME, record);
            assertThat(refusal(node, 3, id, "t", old)).isEqualTo(Errors.INVALID_RECORD);
          }
          assertThat(refusal(node, 12, id, "none", batch("a")))
              .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
          assertThat(refusal(node, 13, new Uuid(9, 9), "none", batch("a")))
              .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
          assertThat(node.append(id, 0, "only the one with zstd was appended")).isEqualTo(1);
        });
  }

  @Test
  void aBatchIsCutOffAnywhere() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          ByteBuffer whole = batch("some value").buffer();
          for (int length = 0; length < whole.limit(); length++) {
            ByteBuffer part = ByteBuffer.allocate(length).put(whole.slice(0, length)).flip();
            assertThat(refusal(node, 13, id, "t", MemoryRecords.readableRecords(part)))
                .isEqualTo(Errors.INVALID_RECORD);
          }
          assertThat(refusal(node, 13, id, "t", batch("some value"))).isEqualTo(Errors.NONE);
        });
  }

  @Test
  void badRecordsAreNamed() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of("cleanup.policy", "compact"));
          MemoryRecords records =
              MemoryRecords.withRecords(
                  Compression.NONE,
                  new SimpleRecord(new byte[1], new byte[1]),
                  new SimpleRecord(new byte[1]));
          PartitionProduceResponse answer = only(node.produce(Wire.produce(id, 0, records), 13));
          assertThat(error(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
          assertThat(answer.logStartOffset()).isZero();
          assertThat(answer.errorMessage()).isNotEmpty();
          assertThat(answer.recordErrors())
              .singleElement()
              .satisfies(
                  bad -> {
                    assertThat(bad.batchIndex()).isEqualTo(1);
                    assertThat(bad.batchIndexErrorMessage()).contains("key");
                  });
        });
  }

  @Test
  void aPartitionNamedTwiceIsAppendedToTwice() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          TopicProduceData topic =
              new TopicProduceData()
                  .setTopicId(id)
                  .setPartitionData(List.of(data(0, batch("a")), data(0, batch("b"))));
          assertThat(
                  node.produce(Wire.produce(topic), 13)
                      .responses()
                      .iterator()
                      .next()
                      .partitionResponses())
              .extracting(PartitionProduceResponse::baseOffset)
              .containsExactly(0L, 1L);
        });
  }

  @Test
  void theOtherLeaderIsNamed() {
    run(
        node -> {
          Uuid id = new Uuid(1, 1);
          node.apply(
              List.of(
                  new Fact.TopicCreated("t", id),
                  new Fact.PartitionAdded(id, 0, DataNode.led(2, 6))));
          ProduceResponseData answer = node.produce(Wire.produce(id, 0, batch("x")), 13);
          assertThat(error(only(answer).errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
          assertThat(only(answer).currentLeader().leaderId()).isEqualTo(2);
          assertThat(only(answer).currentLeader().leaderEpoch()).isEqualTo(6);
          assertThat(answer.nodeEndpoints())
              .singleElement()
              .satisfies(
                  endpoint -> {
                    assertThat(endpoint.nodeId()).isEqualTo(2);
                    assertThat(endpoint.host()).isEqualTo("two");
                    assertThat(endpoint.port()).isEqualTo(9092);
                    assertThat(endpoint.rack()).isEqualTo("rack-two");
                  });
          assertThat(refusal(node, 9, id, "t", batch("x")))
              .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        });
  }

  @Test
  void internalTopicsAreForTheAdminClientOnly() {
    run(
        node -> {
          Uuid id = node.topic("__consumer_offsets", 1, Map.of());
          assertThat(refusal(node, 13, id, "", batch("x")))
              .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
          FakeCall admin = new FakeCall(13, "__admin_client");
          node.produce.handle(Wire.produce(id, 0, batch("x")), admin);
          assertThat(only(admin.await(ProduceResponseData.class)).errorCode()).isZero();
        });
  }

  @Test
  void pipelinedRequestsAreAllAnswered() {
    run(
        node -> {
          Uuid id = node.topic("t", 1, Map.of());
          List<FakeCall> calls = new ArrayList<>();
          for (int i = 0; i < 50; i++) {
            FakeCall call = new FakeCall(13);
            node.produce.handle(Wire.produce(id, 0, batch("v" + i)), call);
            calls.add(call);
          }
          for (int i = 0; i < 50; i++) {
            assertThat(only(calls.get(i).await(ProduceResponseData.class)).baseOffset())
                .isEqualTo(i);
          }
        });
  }
}
