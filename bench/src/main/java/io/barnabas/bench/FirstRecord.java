package io.barnabas.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** How soon a broker takes a record; each try is one request, so nothing but the broker is slow. */
final class FirstRecord {
  private static final short METADATA_VERSION = 12;
  private static final short CREATE_VERSION = 7;
  private static final int LIMIT_SECONDS = 60;
  private static final int PAUSE_MS = 2;

  private FirstRecord() {}

  /** Waits until every partition of a topic has a leader that takes a record. */
  static void await(InetSocketAddress broker, String topic, int partitions)
      throws IOException, InterruptedException {
    try (RawConnection connection = new RawConnection(broker)) {
      long deadline = deadline();
      while (!allLed(connection, topic, partitions)) {
        pause(deadline, "no leaders for " + topic);
      }
    }
    awaitAcknowledged(broker, topic, partitions);
  }

  /** Creates a topic of one partition and waits until it takes a record. */
  static void createAndAwait(InetSocketAddress broker, String topic)
      throws IOException, InterruptedException {
    try (RawConnection connection = new RawConnection(broker)) {
      long deadline = deadline();
      while (!created(connection, topic)) {
        pause(deadline, "no topic " + topic);
      }
    }
    awaitAcknowledged(broker, topic, 1);
  }

  /** Waits until an existing topic's first partitions take a record each. */
  static void awaitAcknowledged(InetSocketAddress broker, String topic, int partitions)
      throws IOException, InterruptedException {
    RawProducer.Load load = new RawProducer.Load(topic, partitions, 100, 1, (short) -1, 1);
    long deadline = deadline();
    while (true) {
      try {
        RawProducer.run(broker, load, 1, LIMIT_SECONDS);
        return;
      } catch (RawProducer.RefusedException e) {
        pause(deadline, topic + " takes no records: " + e.getMessage());
      }
    }
  }

  private static boolean created(RawConnection connection, String topic) throws IOException {
    CreateTopicsRequestData.CreatableTopicCollection topics =
        new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(
        new CreateTopicsRequestData.CreatableTopic()
            .setName(topic)
            .setNumPartitions(1)
            .setReplicationFactor((short) 1));
    CreateTopicsRequestData request =
        new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(5_000);
    CreateTopicsResponseData answer =
        new CreateTopicsResponseData(
            connection.call(ApiKeys.CREATE_TOPICS, CREATE_VERSION, request), CREATE_VERSION);
    Errors error = Errors.forCode(answer.topics().iterator().next().errorCode());
    return error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS;
  }

  private static boolean allLed(RawConnection connection, String topic, int partitions)
      throws IOException {
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
    MetadataResponseData answer =
        new MetadataResponseData(
            connection.call(ApiKeys.METADATA, METADATA_VERSION, request), METADATA_VERSION);
    var described = answer.topics().iterator().next();
    return described.partitions().size() == partitions
        && described.partitions().stream().allMatch(partition -> partition.leaderId() >= 0);
  }

  private static long deadline() {
    return System.nanoTime() + LIMIT_SECONDS * 1_000_000_000L;
  }

  private static void pause(long deadline, String otherwise)
      throws IOException, InterruptedException {
    if (System.nanoTime() > deadline) {
      throw new IOException(otherwise + " after " + LIMIT_SECONDS + " s");
    }
    Thread.sleep(PAUSE_MS);
  }
}
