package io.barnabas.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Reads all partitions of a topic on one connection and looks at batch headers only. */
final class RawReader {
  private static final short VERSION = 12;
  private static final int PARTITION_BYTES = 1 << 20;
  private static final int SIZE_AT = 8;
  private static final int LAST_OFFSET_DELTA_AT = 23;
  private static final int RECORD_COUNT_AT = 57;
  private static final int BATCH_OVERHEAD = 12;

  private final RawConnection connection;
  private final String topic;
  private final long[] offsets;
  private long records;

  private RawReader(RawConnection connection, String topic, int partitions) {
    this.connection = connection;
    this.topic = topic;
    this.offsets = new long[partitions];
  }

  /** Reads from the beginning until this many records have come; returns how many did. */
  static long read(InetSocketAddress broker, String topic, int partitions, long wanted)
      throws IOException {
    try (RawConnection connection = new RawConnection(broker)) {
      RawReader reader = new RawReader(connection, topic, partitions);
      while (reader.records < wanted) {
        reader.fetch();
      }
      return reader.records;
    }
  }

  private void fetch() throws IOException {
    FetchResponseData answer =
        new FetchResponseData(connection.call(ApiKeys.FETCH, VERSION, request()), VERSION);
    for (var partition : answer.responses().getFirst().partitions()) {
      Errors.forCode(partition.errorCode()).maybeThrow();
      walk(partition.partitionIndex(), ((MemoryRecords) partition.records()).buffer());
    }
  }

  private void walk(int partition, ByteBuffer batches) {
    int at = batches.position();
    while (batches.limit() - at >= BATCH_OVERHEAD) {
      int size = BATCH_OVERHEAD + batches.getInt(at + SIZE_AT);
      if (batches.limit() - at < size) {
        return;
      }
      offsets[partition] = batches.getLong(at) + batches.getInt(at + LAST_OFFSET_DELTA_AT) + 1;
      records += batches.getInt(at + RECORD_COUNT_AT);
      at += size;
    }
  }

  private FetchRequestData request() {
    List<FetchRequestData.FetchPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < offsets.length; partition++) {
      partitions.add(
          new FetchRequestData.FetchPartition()
              .setPartition(partition)
              .setCurrentLeaderEpoch(-1)
              .setFetchOffset(offsets[partition])
              .setPartitionMaxBytes(PARTITION_BYTES));
    }
    return new FetchRequestData()
        .setMaxWaitMs(500)
        .setMinBytes(1)
        .setMaxBytes(PARTITION_BYTES * offsets.length)
        .setSessionId(0)
        .setSessionEpoch(-1)
        .setTopics(
            List.of(new FetchRequestData.FetchTopic().setTopic(topic).setPartitions(partitions)));
  }
}
