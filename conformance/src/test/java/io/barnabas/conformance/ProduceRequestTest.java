package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.batch;
import static io.barnabas.conformance.Requests.error;
import static io.barnabas.conformance.Requests.only;
import static io.barnabas.conformance.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Produce requests as they are on the wire, good and bad. */
@OnEverySubject
class ProduceRequestTest {

  private static final int LATEST = 13;

  private final Subject subject;

  ProduceRequestTest(Subject subject) {
    this.subject = subject;
  }

  static Stream<Integer> versions() {
    return Requests.servedVersions(ApiKeys.PRODUCE);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void appendsInEveryVersion(int version) throws Exception {
    Topic topic = subject.newTopic(2, Map.of());
    try (RawClient client = subject.connect()) {
      PartitionProduceResponse first = send(client, version, topic, 1, 1, batch("a", "b"));
      PartitionProduceResponse second = send(client, version, topic, 1, -1, batch("c"));

      assertThat(error(first.errorCode())).isEqualTo(Errors.NONE);
      assertThat(first.index()).isEqualTo(1);
      assertThat(first.baseOffset()).isZero();
      assertThat(first.logAppendTimeMs()).isEqualTo(-1);
      assertThat(second.baseOffset()).isEqualTo(2);
      assertThat(second.logStartOffset()).isEqualTo(version >= 5 ? 0 : -1);
    }
  }

  @Test
  void acksZeroIsNotAnswered() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      client.send(ApiKeys.PRODUCE, LATEST, produce(topic, 0, 0, batch("silent")));
      // The next answer on the connection is the second request's.
      assertThat(send(client, LATEST, topic, 0, 1, batch("loud")).baseOffset()).isEqualTo(1);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      List<Integer> sent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sent.add(client.send(ApiKeys.PRODUCE, LATEST, produce(topic, 0, -1, batch("r" + i))));
      }
      for (int i = 0; i < sent.size(); i++) {
        var answer = (ProduceResponseData) client.receive(ApiKeys.PRODUCE, LATEST, sent.get(i));
        assertThat(only(answer).baseOffset()).isEqualTo(i);
      }
    }
  }

  @Test
  void unknownTopicsAndPartitions() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    Topic unknown = new Topic(subject.newTopicName(), Uuid.randomUuid());
    assertThat(refusal(12, unknown, 0, batch("x"))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(refusal(13, unknown, 0, batch("x"))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    assertThat(refusal(12, topic, 7, batch("x"))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(refusal(13, topic, 7, batch("x"))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void badAcks() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      PartitionProduceResponse answer = send(client, LATEST, topic, 0, 5, batch("x"));
      assertThat(error(answer.errorCode())).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
      assertThat(answer.baseOffset()).isEqualTo(-1);
    }
  }

  @Test
  void aCorruptBatchIsRefused() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    MemoryRecords records = batch("will be damaged");
    ByteBuffer bytes = records.buffer();
    int last = bytes.limit() - 3;
    bytes.put(last, (byte) (bytes.get(last) ^ 1));
    assertThat(refusal(LATEST, topic, 0, records)).isEqualTo(Errors.CORRUPT_MESSAGE);
  }

  @Test
  void aBatchOverTheTopicsLimitIsRefused() throws Exception {
    Topic topic = subject.newTopic(1, Map.of("max.message.bytes", "1000"));
    assertThat(refusal(LATEST, topic, 0, batch("x".repeat(2000))))
        .isEqualTo(Errors.MESSAGE_TOO_LARGE);
    assertThat(refusal(LATEST, topic, 0, batch("x".repeat(500)))).isEqualTo(Errors.NONE);
  }

  @Test
  void aCompactedTopicNeedsKeys() throws Exception {
    Topic topic = subject.newTopic(1, Map.of("cleanup.policy", "compact"));
    MemoryRecords records =
        MemoryRecords.withRecords(
            Compression.NONE,
            new SimpleRecord("k".getBytes(StandardCharsets.UTF_8), new byte[1]),
            new SimpleRecord(new byte[1]));
    try (RawClient client = subject.connect()) {
      PartitionProduceResponse answer = send(client, LATEST, topic, 0, -1, records);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.INVALID_RECORD);
      assertThat(answer.recordErrors()).extracting(e -> e.batchIndex()).containsExactly(1);
    }
  }

  @Test
  void logAppendTimeIsReported() throws Exception {
    Topic topic = subject.newTopic(1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    try (RawClient client = subject.connect()) {
      assertThat(send(client, LATEST, topic, 0, -1, batch("x")).logAppendTimeMs())
          .isBetween(before, System.currentTimeMillis());
    }
  }

  @Test
  void timestampsOutsideTheTopicsBoundsAreRefused() throws Exception {
    Topic topic = subject.newTopic(1, Map.of("message.timestamp.before.max.ms", "1000"));
    assertThat(refusal(LATEST, topic, 0, batch("old"))).isEqualTo(Errors.INVALID_TIMESTAMP);
  }

  @Test
  void sequencesOfAnIdempotentProducer() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      InitProducerIdResponseData producer = newProducer(client, 5);
      long id = producer.producerId();
      assertThat(producer.producerEpoch()).isZero();

      assertThat(send(client, LATEST, topic, 0, -1, batch(id, 0, 0, "a", "b")).baseOffset())
          .isZero();
      assertThat(send(client, LATEST, topic, 0, -1, batch(id, 0, 2, "c")).baseOffset())
          .isEqualTo(2);
      PartitionProduceResponse again =
          send(client, LATEST, topic, 0, -1, batch(id, 0, 0, "a", "b"));
      assertThat(error(again.errorCode())).isEqualTo(Errors.NONE);
      assertThat(again.baseOffset()).isZero();
      assertThat(refusal(LATEST, topic, 0, batch(id, 0, 9, "gap")))
          .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
      assertThat(refusal(LATEST, topic, 0, batch(id, 1, 5, "new epoch, not from 0")))
          .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
      assertThat(refusal(LATEST, topic, 0, batch(id, 1, 0, "new epoch"))).isEqualTo(Errors.NONE);
      assertThat(refusal(LATEST, topic, 0, batch(id, 0, 3, "old epoch")))
          .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    }
  }

  @Test
  void theLastFiveBatchesAreKnownAsDuplicates() throws Exception {
    Topic topic = subject.newTopic(1, Map.of());
    try (RawClient client = subject.connect()) {
      long id = newProducer(client, 5).producerId();
      List<Long> offsets = new ArrayList<>();
      for (int sequence : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 3, 4, 2, 0, 8, 4}) {
        PartitionProduceResponse answer =
            send(client, LATEST, topic, 0, -1, batch(id, 0, sequence, "r" + sequence));
        offsets.add(answer.errorCode() == 0 ? answer.baseOffset() : (long) -answer.errorCode());
      }
      long refused = -Errors.OUT_OF_ORDER_SEQUENCE_NUMBER.code();
      assertThat(offsets)
          .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 3L, 4L, refused, refused, 8L, 4L);
    }
  }

  @ParameterizedTest
  @MethodSource("initProducerIdVersions")
  void producerIdsAreNeverGivenTwice(int version) throws Exception {
    try (RawClient client = subject.connect()) {
      InitProducerIdResponseData first = newProducer(client, version);
      InitProducerIdResponseData second = newProducer(client, version);
      assertThat(second.producerId()).isGreaterThan(first.producerId());
      assertThat(second.producerEpoch()).isZero();
    }
  }

  static Stream<Integer> initProducerIdVersions() {
    return Requests.servedVersions(ApiKeys.INIT_PRODUCER_ID);
  }

  private static InitProducerIdResponseData newProducer(RawClient client, int version)
      throws Exception {
    InitProducerIdRequestData request =
        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000);
    while (true) {
      InitProducerIdResponseData answer =
          client.call(ApiKeys.INIT_PRODUCER_ID, version, request, InitProducerIdResponseData.class);
      // Apache Kafka asks for patience until it has its first block of ids.
      if (error(answer.errorCode()) != Errors.COORDINATOR_LOAD_IN_PROGRESS) {
        assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
        return answer;
      }
    }
  }

  private static PartitionProduceResponse send(
      RawClient client, int version, Topic topic, int partition, int acks, BaseRecords records)
      throws Exception {
    return only(
        client.call(
            ApiKeys.PRODUCE,
            version,
            produce(topic, partition, acks, records),
            ProduceResponseData.class));
  }

  private Errors refusal(int version, Topic topic, int partition, BaseRecords records)
      throws Exception {
    try (RawClient client = subject.connect()) {
      return error(send(client, version, topic, partition, -1, records).errorCode());
    }
  }
}
