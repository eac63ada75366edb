package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is asked in whatever order, what the cluster has agreed on stays sound. */
class CommandSequencesTest {
  private static final int COMMANDS = 400;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theImageStaysSound(long seed) {
    RandomCommands commands = new RandomCommands(seed);
    ClusterImage image = ClusterImage.empty("cluster");
    for (int i = 0; i < COMMANDS; i++) {
      Command<?> command = commands.next(image);
      Decision<?> decision = command.decide(image, i);
      assertThat(FactCodec.decode(FactCodec.encode(decision.facts())))
          .as("facts of %s as bytes", command)
          .isEqualTo(decision.facts());
      ClusterImage next = image.apply(decision.facts());
      checkNames(next);
      next.topics().values().forEach(topic -> checkPartitions(next, topic));
      checkConfigs(next);
      checkProgress(image, next);
      image = next;
    }
    assertThat(commands.kindsUsed()).isEqualTo(RandomCommands.KINDS);
    assertThat(image.topics()).as("a test in which something happens").isNotEmpty();
    assertThat(image.nextProducerId()).isPositive();
  }

  private static void checkNames(ClusterImage image) {
    Map<String, Uuid> ids = new HashMap<>();
    image
        .topics()
        .forEach(
            (id, topic) -> {
              assertThat(topic.id()).isEqualTo(id);
              assertThat(Uuid.RESERVED).doesNotContain(id);
              ids.put(topic.name(), id);
            });
    assertThat(image.topicIds()).isEqualTo(ids);
    assertThat(ids.keySet().stream().map(Topic::unifyCollisionChars)).doesNotHaveDuplicates();
    ids.keySet().forEach(CommandSequencesTest::checkName);
  }

  private static void checkName(String name) {
    try {
      Topic.validate(name);
    } catch (InvalidTopicException e) {
      throw new AssertionError("created in spite of its name: " + name, e);
    }
  }

  private static void checkPartitions(ClusterImage image, TopicImage topic) {
    int count = topic.partitions().size();
    assertThat(count).isPositive();
    for (int number = 0; number < count; number++) {
      assertThat(topic.partitions()).containsKey(number);
    }
    HashSet<Integer> replicationFactors = new HashSet<>();
    for (PartitionImage partition : topic.partitions().values()) {
      assertThat(partition.replicas()).isNotEmpty().doesNotHaveDuplicates();
      assertThat(image.brokers().keySet()).containsAll(partition.replicas());
      assertThat(partition.replicas()).containsAll(partition.isr());
      assertThat(partition.leader() == -1 || partition.isr().contains(partition.leader())).isTrue();
      assertThat(partition.leaderEpoch()).isNotNegative();
      assertThat(partition.partitionEpoch()).isGreaterThanOrEqualTo(partition.leaderEpoch());
      replicationFactors.add(partition.replicas().size());
    }
    assertThat(replicationFactors).hasSize(1);
  }

  private static void checkConfigs(ClusterImage image) {
    image
        .configs()
        .forEach(
            (resource, values) -> {
              assertThat(values).isNotEmpty();
              if (resource.type() == ConfigResource.Type.TOPIC) {
                assertThat(image.topicIds()).containsKey(resource.name());
                TopicSettings.validate(values, Map.of());
              }
            });
  }

  /** Epochs and ids only grow, and topics only lose partitions as a whole. */
  private static void checkProgress(ClusterImage before, ClusterImage after) {
    assertThat(after.version()).isEqualTo(before.version() + 1);
    assertThat(after.nextProducerId()).isGreaterThanOrEqualTo(before.nextProducerId());
    before
        .brokers()
        .forEach(
            (id, broker) ->
                assertThat(Optional.ofNullable(after.brokers().get(id)).orElseThrow())
                    .satisfies(
                        now -> {
                          if (now.incarnation().equals(broker.incarnation())) {
                            assertThat(now.epoch()).isEqualTo(broker.epoch());
                          } else {
                            assertThat(now.epoch()).isGreaterThan(broker.epoch());
                          }
                        }));
    for (TopicImage topic : before.topics().values()) {
      after.topicById(topic.id()).ifPresent(now -> checkProgress(topic, now));
    }
  }

  private static void checkProgress(TopicImage before, TopicImage after) {
    before
        .partitions()
        .forEach(
            (number, partition) -> {
              PartitionImage now =
                  Optional.ofNullable(after.partitions().get(number)).orElseThrow();
              assertThat(now.leaderEpoch()).isGreaterThanOrEqualTo(partition.leaderEpoch());
              if (now.leader() != partition.leader()) {
                assertThat(now.leaderEpoch()).isGreaterThan(partition.leaderEpoch());
              }
              if (!now.equals(partition)) {
                assertThat(now.partitionEpoch()).isGreaterThan(partition.partitionEpoch());
              }
            });
    assertThat(List.copyOf(after.partitions().keySet())).containsAll(before.partitions().keySet());
  }
}
