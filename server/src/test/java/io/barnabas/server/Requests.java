package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What a client asks of a node in tests. */
final class Requests {
  private static final int WAIT_MS = 30_000;
  private static final int MAX_BYTES = 1_000_000;

  private Requests() {}

  static Uuid createTopic(
      TestClient client, String name, int partitions, Map<String, String> configs)
      throws IOException {
    CreatableTopic topic =
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) 1);
    configs.forEach(
        (key, value) ->
            topic.configs().add(new CreatableTopicConfig().setName(key).setValue(value)));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(WAIT_MS);
    request.topics().add(topic);
    var result =
        client
            .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
            .topics()
            .find(name);
    assertThat(Errors.forCode(result.errorCode())).as(name).isEqualTo(Errors.NONE);
    return result.topicId();
  }

  /** A topic of one partition on these brokers, the first of which leads it. */
  static Uuid createTopicOn(TestClient client, String name, List<Integer> replicas)
      throws IOException {
    CreatableTopic topic =
        new CreatableTopic().setName(name).setNumPartitions(-1).setReplicationFactor((short) -1);
    topic
        .assignments()
        .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(replicas));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(WAIT_MS);
    request.topics().add(topic);
    var result =
        client
            .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
            .topics()
            .find(name);
    assertThat(Errors.forCode(result.errorCode())).as(name).isEqualTo(Errors.NONE);
    return result.topicId();
  }

  /** The answer to creating a topic of one partition. */
  static Errors tryCreateTopic(TestClient client, String name) throws IOException {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(WAIT_MS);
    request
        .topics()
        .add(
            new CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1));
    return Errors.forCode(
        client
            .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
            .topics()
            .find(name)
            .errorCode());
  }

  /** The answer to setting a setting of a broker, or of all with the name "". */
  static Errors alterBroker(TestClient client, String broker, String name, String value)
      throws IOException {
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(ConfigResource.Type.BROKER.id())
            .setResourceName(broker);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(name)
                .setConfigOperation(AlterConfigOp.OpType.SET.id())
                .setValue(value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return Errors.forCode(
        client
            .call(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                1,
                request,
                IncrementalAlterConfigsResponseData.class)
            .responses()
            .getFirst()
            .errorCode());
  }

  static long newProducerId(TestClient client) throws IOException {
    InitProducerIdResponseData answer =
        client.call(
            ApiKeys.INIT_PRODUCER_ID,
            4,
            new InitProducerIdRequestData()
                .setTransactionalId(null)
                .setTransactionTimeoutMs(WAIT_MS),
            InitProducerIdResponseData.class);
    assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
    return answer.producerId();
  }

  static ProduceResponseData.PartitionProduceResponse produce(
      TestClient client,
      Uuid topic,
      int partition,
      long producerId,
      int sequence,
      List<String> values)
      throws IOException {
    SimpleRecord[] records =
        values.stream()
            .map(value -> new SimpleRecord(1_000, value.getBytes(StandardCharsets.UTF_8)))
            .toArray(SimpleRecord[]::new);
    MemoryRecords batch =
        MemoryRecords.withIdempotentRecords(
            Compression.NONE, producerId, (short) 0, sequence, records);
    return produce(client, topic, partition, -1, batch);
  }

  /** The answer to one record without a key and of so many bytes. */
  static Errors produce(TestClient client, Uuid topic, int partition, int acks, int bytes)
      throws IOException {
    MemoryRecords batch =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes]));
    return Errors.forCode(produce(client, topic, partition, acks, batch).errorCode());
  }

  private static ProduceResponseData.PartitionProduceResponse produce(
      TestClient client, Uuid topic, int partition, int acks, MemoryRecords batch)
      throws IOException {
    ProduceRequestData request =
        new ProduceRequestData().setAcks((short) acks).setTimeoutMs(WAIT_MS);
    request
        .topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setTopicId(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(partition)
                            .setRecords(batch))));
    return client
        .call(ApiKeys.PRODUCE, 13, request, ProduceResponseData.class)
        .responses()
        .iterator()
        .next()
        .partitionResponses()
        .getFirst();
  }

  /** One fetch without a session. */
  static FetchResponseData.PartitionData fetch(
      TestClient client, Uuid topic, int partition, long offset, int waitMs) throws IOException {
    FetchRequestData request =
        new FetchRequestData()
            .setMaxWaitMs(waitMs)
            .setMinBytes(1)
            .setMaxBytes(MAX_BYTES)
            .setSessionId(0)
            .setSessionEpoch(-1)
            .setTopics(
                List.of(
                    new FetchRequestData.FetchTopic()
                        .setTopicId(topic)
                        .setPartitions(
                            List.of(
                                new FetchRequestData.FetchPartition()
                                    .setPartition(partition)
                                    .setCurrentLeaderEpoch(-1)
                                    .setFetchOffset(offset)
                                    .setPartitionMaxBytes(MAX_BYTES)))));
    return client
        .call(ApiKeys.FETCH, 17, request, FetchResponseData.class)
        .responses()
        .getFirst()
        .partitions()
        .getFirst();
  }

  /** The records of an answer from an offset on; there may be earlier ones in their batch. */
  static List<Fetched> records(FetchResponseData.PartitionData answer, long offset) {
    List<Fetched> records = new ArrayList<>();
    for (Record record : ((Records) answer.records()).records()) {
      if (record.offset() >= offset) {
        records.add(
            new Fetched(record.offset(), StandardCharsets.UTF_8.decode(record.value()).toString()));
      }
    }
    return records;
  }

  /** Everything in a partition. */
  static List<Fetched> fetchAll(TestClient client, Uuid topic, int partition) throws IOException {
    List<Fetched> all = new ArrayList<>();
    long offset = 0;
    while (true) {
      FetchResponseData.PartitionData answer = fetch(client, topic, partition, offset, 0);
      assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
      List<Fetched> records = records(answer, offset);
      all.addAll(records);
      if (records.isEmpty()) {
        assertThat(offset).isEqualTo(answer.highWatermark());
        return all;
      }
      offset = records.getLast().offset() + 1;
    }
  }

  /** A record as a client sees it. */
  record Fetched(long offset, String value) {}
}
