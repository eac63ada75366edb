package io.barnabas.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Request bodies in one line, and what tests look at in the answers. */
final class Requests {

  private static final int WAIT_MS = 5_000;
  private static final int MAX_BYTES = 1_000_000;

  private Requests() {}

  /** Every version of an API that Apache Kafka 4.4 serves to clients. */
  static Stream<Integer> servedVersions(ApiKeys api) {
    return IntStream.rangeClosed(api.oldestVersion(), api.latestVersion(false)).boxed();
  }

  /** One batch of small records. */
  static MemoryRecords batch(String... values) {
    return MemoryRecords.withRecords(Compression.NONE, records(values));
  }

  /** One batch of an idempotent producer. */
  static MemoryRecords batch(long producerId, int epoch, int sequence, String... values) {
    return MemoryRecords.withIdempotentRecords(
        Compression.NONE, producerId, (short) epoch, sequence, records(values));
  }

  static SimpleRecord[] records(String... values) {
    return Stream.of(values)
        .map(
            value ->
                new SimpleRecord(
                    1_700_000_000_000L,
                    "key".getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8)))
        .toArray(SimpleRecord[]::new);
  }

  static ProduceRequestData produce(
      Subject.Topic topic, int partition, int acks, BaseRecords data) {
    ProduceRequestData.TopicProduceDataCollection topics =
        new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setName(topic.name())
            .setTopicId(topic.id())
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(data))));
    return new ProduceRequestData()
        .setAcks((short) acks)
        .setTimeoutMs(WAIT_MS)
        .setTopicData(topics);
  }

  static ProduceResponseData.PartitionProduceResponse only(ProduceResponseData response) {
    return response.responses().iterator().next().partitionResponses().getFirst();
  }

  /** A fetch without a session that waits for at least one byte. */
  static FetchRequestData fetch(Subject.Topic topic, int partition, long offset) {
    return fetch(topic, partitionAt(partition, offset));
  }

  static FetchRequestData fetch(Subject.Topic topic, FetchRequestData.FetchPartition partition) {
    List<FetchRequestData.FetchTopic> topics = new ArrayList<>();
    topics.add(
        new FetchRequestData.FetchTopic()
            .setTopic(topic.name())
            .setTopicId(topic.id())
            .setPartitions(List.of(partition)));
    return new FetchRequestData()
        .setMaxWaitMs(WAIT_MS)
        .setMinBytes(1)
        .setMaxBytes(MAX_BYTES)
        .setSessionId(0)
        .setSessionEpoch(-1)
        .setTopics(topics);
  }

  static FetchRequestData.FetchPartition partitionAt(int partition, long offset) {
    return new FetchRequestData.FetchPartition()
        .setPartition(partition)
        .setCurrentLeaderEpoch(-1)
        .setFetchOffset(offset)
        .setPartitionMaxBytes(MAX_BYTES);
  }

  static FetchResponseData.PartitionData only(FetchResponseData response) {
    return response.responses().getFirst().partitions().getFirst();
  }

  static List<String> valuesOf(FetchResponseData.PartitionData partition) {
    List<String> values = new ArrayList<>();
    for (Record record : ((Records) partition.records()).records()) {
      values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
    }
    return values;
  }

  static ListOffsetsRequestData listOffsets(
      String topic, int partition, int leaderEpoch, long timestampMs) {
    return new ListOffsetsRequestData()
        .setReplicaId(-1)
        .setTopics(
            List.of(
                new ListOffsetsRequestData.ListOffsetsTopic()
                    .setName(topic)
                    .setPartitions(
                        List.of(
                            new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setCurrentLeaderEpoch(leaderEpoch)
                                .setTimestamp(timestampMs)))));
  }

  static Errors error(short code) {
    return Errors.forCode(code);
  }
}
