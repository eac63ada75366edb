package io.barnabas.metadata;

import io.barnabas.metadata.CreateTopics.NewTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** Small clusters for tests. */
final class Clusters {
  static final TopicDefaults DEFAULTS = new TopicDefaults(2, 1, Map.of("retention.ms", "1234"));

  private Clusters() {}

  /** Brokers 1 to {@code count} without racks, and no topics. */
  static ClusterImage ofBrokers(int count) {
    List<Fact> facts = new ArrayList<>();
    IntStream.rangeClosed(1, count)
        .forEach(id -> facts.add(new Fact.BrokerRegistered(broker(id, Optional.empty()))));
    return ClusterImage.empty("cluster").apply(facts);
  }

  static Fact.BrokerImage broker(int id, Optional<String> rack) {
    return new Fact.BrokerImage(id, 1, new Uuid(7, id), rack, List.of());
  }

  /** This one with one more topic, of replication factor 1. */
  static ClusterImage withTopic(ClusterImage image, String name, int partitions) {
    return image.apply(
        new CreateTopics(List.of(topic(name, partitions, 1)), false, DEFAULTS, ids(name.hashCode()))
            .decide(image, 0)
            .facts());
  }

  static NewTopic topic(String name, int partitions, int replicationFactor) {
    return new NewTopic(name, partitions, replicationFactor, List.of(), Map.of());
  }

  static ConfigResource topicResource(String name) {
    return new ConfigResource(ConfigResource.Type.TOPIC, name);
  }

  /** Ids that count up. */
  static Supplier<Uuid> ids(long first) {
    long[] next = {0};
    return () -> new Uuid(first, 100 + next[0]++);
  }
}
