package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/** Short ways to write requests and to read answers. */
final class Wire {
  /** When simulations begin. */
  static final long FIRST_TIMESTAMP = 1_800_000_000_000L;

  private Wire() {}

  static MemoryRecords batch(String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) {
      records[i] =
          new SimpleRecord(FIRST_TIMESTAMP + i, values[i].getBytes(StandardCharsets.UTF_8));
    }
    return MemoryRecords.withRecords(Compression.NONE, records);
  }

  static MemoryRecords joined(MemoryRecords... batches) {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    for (MemoryRecords batch : batches) {
      all.put(batch.buffer());
    }
    return MemoryRecords.readableRecords(all.flip());
  }

  static ProduceRequestData produce(Uuid topic, int partition, BaseRecords records) {
    return produce(
        new TopicProduceData()
            .setTopicId(topic)
            .setPartitionData(List.of(data(partition, records))));
  }

  static ProduceRequestData produce(TopicProduceData... topics) {
    ProduceRequestData request =
        new ProduceRequestData().setAcks((short) -1).setTimeoutMs(30_000).setTransactionalId(null);
    for (TopicProduceData topic : topics) {
      request.topicData().add(topic);
    }
    return request;
  }

  static PartitionProduceData data(int partition, @Nullable BaseRecords records) {
    return new PartitionProduceData().setIndex(partition).setRecords(records);
  }

  static PartitionProduceResponse only(ProduceResponseData response) {
    assertThat(response.responses()).hasSize(1);
    List<PartitionProduceResponse> partitions =
        response.responses().iterator().next().partitionResponses();
    assertThat(partitions).hasSize(1);
    return partitions.getFirst();
  }

  static FetchPartition at(int partition, long offset) {
    return new FetchPartition()
        .setPartition(partition)
        .setFetchOffset(offset)
        .setPartitionMaxBytes(1 << 20);
  }

  /** Without a session and without waiting. */
  static FetchRequestData fetch(Uuid topic, FetchPartition... partitions) {
    return new FetchRequestData()
        .setMaxWaitMs(0)
        .setMinBytes(1)
        .setMaxBytes(1 << 20)
        .setSessionEpoch(-1)
        .setTopics(
            partitions.length == 0
                ? List.of()
                : List.of(new FetchTopic().setTopicId(topic).setPartitions(List.of(partitions))));
  }

  static List<PartitionData> partitions(FetchResponseData response) {
    assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.NONE);
    List<PartitionData> all = new ArrayList<>();
    response.responses().forEach(topic -> all.addAll(topic.partitions()));
    return all;
  }

  static PartitionData only(FetchResponseData response) {
    assertThat(partitions(response)).hasSize(1);
    return partitions(response).getFirst();
  }

  static List<String> valuesOf(PartitionData partition) {
    List<String> values = new ArrayList<>();
    if (partition.records() instanceof MemoryRecords records) {
      for (Record record : records.records()) {
        values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
      }
    }
    return values;
  }

  static Errors error(short code) {
    return Errors.forCode(code);
  }
}
