package io.barnabas.cli.client;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The offsets of partitions, where somebody tells them. */
final class PartitionOffsets {

  /** By topic, then by partition. */
  static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private PartitionOffsets() {}

  /** The offset of a partition, where it is known. */
  static OptionalLong of(TopicPartition id, Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(id);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  /** Only those that have a leader can be asked: the client would wait for one of the others. */
  private static Set<TopicPartition> led(Admin admin, Set<TopicPartition> wanted) {
    Set<String> topics = wanted.stream().map(TopicPartition::topic).collect(Collectors.toSet());
    Set<TopicPartition> led = new HashSet<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach((topic, answer) -> addLed(led, topic, answer));
    led.retainAll(wanted);
    return led;
  }

  private static void addLed(
      Set<TopicPartition> led, String topic, KafkaFuture<TopicDescription> answer) {
    try {
      for (TopicPartitionInfo partition : Cluster.await(answer).partitions()) {
        if (partition.leader() != null && !partition.leader().isEmpty()) {
          led.add(new TopicPartition(topic, partition.partition()));
        }
      }
    } catch (UnknownTopicOrPartitionException e) {
      // It was deleted; what was committed for it may still be there.
    }
  }

  /**
   * The offsets by partition, without those that nobody tells: that were deleted, or have no
   * leader.
   */
  static SortedMap<TopicPartition, Long> read(
      Admin admin, Set<TopicPartition> wanted, OffsetSpec spec) {
    Set<TopicPartition> led = led(admin, wanted);
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    led.forEach(id -> asked.put(id, spec));
    ListOffsetsResult answers = admin.listOffsets(asked);
    SortedMap<TopicPartition, Long> offsets = new TreeMap<>(ORDER);
    for (TopicPartition id : led) {
      try {
        offsets.put(id, Cluster.await(answers.partitionResult(id)).offset());
      } catch (ApiException e) {
        // Its leader is gone meanwhile: nobody tells.
      }
    }
    return offsets;
  }
}
