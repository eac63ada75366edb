package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class ClusterImageTest {
  private static final Uuid ID = new Uuid(1, 2);
  private static final ConfigResource TOPIC =
      new ConfigResource(ConfigResource.Type.TOPIC, "words");
  private static final PartitionImage LED = new PartitionImage(List.of(1), List.of(1), 1, 0, 0);

  private final ClusterImage created =
      ClusterImage.empty("cluster")
          .apply(
              List.of(
                  new Fact.TopicCreated("words", ID),
                  new Fact.PartitionAdded(ID, 0, LED),
                  new Fact.ConfigChanged(TOPIC, "retention.ms", Optional.of("5"))));

  @Test
  void aBatchOfFactsIsOneVersion() {
    assertThat(created.version()).isEqualTo(1);
    assertThat(created.topicByName("words").orElseThrow().partitions()).containsEntry(0, LED);
    assertThat(created.configsOf(TOPIC)).containsEntry("retention.ms", "5");
  }

  @Test
  void aDeletedTopicLeavesNothingAndTheOldImageStays() {
    ClusterImage deleted = created.apply(List.of(new Fact.TopicDeleted(ID)));
    assertThat(deleted.version()).isEqualTo(2);
    assertThat(deleted.topicByName("words")).isEmpty();
    assertThat(deleted.topicById(ID)).isEmpty();
    assertThat(deleted.configs()).isEmpty();
    assertThat(created.topicById(ID)).isPresent();
  }

  @Test
  void otherFactsKeepTheTopics() {
    ClusterImage later =
        created.apply(
            List.of(
                new Fact.ProducerIdsAllocated(1000),
                new Fact.FeatureLevelSet("metadata.version", (short) 33)));
    assertThat(later.nextProducerId()).isEqualTo(1000);
    assertThat(later.features()).containsEntry("metadata.version", (short) 33);
    assertThat(later.topics()).isEqualTo(created.topics());
  }

  @Test
  void aFactAboutNoTopicIsRefused() {
    assertThatThrownBy(() -> created.apply(List.of(new Fact.TopicDeleted(new Uuid(3, 4)))))
        .isInstanceOf(IllegalStateException.class);
  }
}
