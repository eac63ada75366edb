package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageCodecTest {
  private static final List<ConfigResource.Type> CONFIGURED =
      List.of(ConfigResource.Type.TOPIC, ConfigResource.Type.BROKER);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anImageComesBackAsItWas(long seed) {
    ClusterImage image = randomImage(new Random(seed), 300);
    byte[] bytes = ImageCodec.encode(image);
    ClusterImage decoded = ImageCodec.decode(bytes);
    assertThat(decoded).isEqualTo(image);
    assertThat(ImageCodec.encode(decoded)).isEqualTo(bytes);
  }

  @Test
  void anImageToWhichNothingHappenedComesBack() {
    ClusterImage image = ClusterImage.empty("cluster");
    assertThat(ImageCodec.decode(ImageCodec.encode(image))).isEqualTo(image);
  }

  @Test
  void theRandomImagesUseAllThatAnImageHas() throws ReflectiveOperationException {
    ClusterImage image = randomImage(new Random(1), 300);
    ClusterImage empty = ClusterImage.empty("");
    for (RecordComponent component : ClusterImage.class.getRecordComponents()) {
      assertThat(component.getAccessor().invoke(image))
          .as(component.getName())
          .isNotEqualTo(component.getAccessor().invoke(empty));
    }
  }

  @Test
  void bytesCutAnywhereOrTooLongAreRefused() {
    byte[] whole = ImageCodec.encode(randomImage(new Random(9), 40));
    for (int length = 0; length <= whole.length + 1; length++) {
      byte[] wrong = Arrays.copyOf(whole, length);
      if (length != whole.length) {
        assertThatThrownBy(() -> ImageCodec.decode(wrong))
            .isInstanceOf(UnreadableFactException.class);
      }
    }
  }

  @Test
  void aSnapshotOfALaterFormatIsRefused() {
    byte[] later = ImageCodec.encode(ClusterImage.empty("cluster"));
    later[0] = 2;
    assertThatThrownBy(() -> ImageCodec.decode(later))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("format 2");
  }

  @Test
  void factsThatContradictEachOtherAreRefused() {
    Fact orphan =
        new Fact.PartitionAdded(
            new Uuid(1, 1), 0, new PartitionImage(List.of(1), List.of(1), 1, 0, 0));
    FactOutput out = new FactOutput();
    out.count(1);
    out.int64(7);
    out.string("cluster");
    out.blob(FactCodec.encode(List.of(orphan)));
    assertThatThrownBy(() -> ImageCodec.decode(out.toByteArray()))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("contradicts itself");
  }

  private static ClusterImage randomImage(Random random, int batches) {
    ClusterImage image = ClusterImage.empty("cluster-" + random.nextInt());
    for (int i = 0; i < batches; i++) {
      image = image.apply(List.of(randomFact(random, image)));
    }
    return image;
  }

  private static Fact randomFact(Random random, ClusterImage image) {
    List<Uuid> topics = new ArrayList<>(image.topics().keySet());
    int kind = random.nextInt(7);
    if (topics.isEmpty() || kind == 0) {
      Uuid id = new Uuid(random.nextLong(), random.nextLong());
      return new Fact.TopicCreated("topic-" + id, id);
    }
    Uuid topic = topics.get(random.nextInt(topics.size()));
    return switch (kind) {
      case 1 ->
          random.nextInt(3) == 0
              ? new Fact.TopicDeleted(topic)
              : new Fact.PartitionAdded(topic, random.nextInt(200), randomPartition(random));
      case 2 -> new Fact.PartitionAdded(topic, random.nextInt(1 << 20), randomPartition(random));
      case 3 ->
          new Fact.ConfigChanged(
              new ConfigResource(CONFIGURED.get(random.nextInt(2)), "r" + random.nextInt(9)),
              "setting-" + random.nextInt(5),
              random.nextBoolean() ? Optional.of("välue " + random.nextInt()) : Optional.empty());
      case 4 -> new Fact.BrokerRegistered(randomBroker(random));
      case 5 -> new Fact.FeatureLevelSet("f" + random.nextInt(5), (short) random.nextInt(4));
      default -> new Fact.ProducerIdsAllocated(random.nextLong());
    };
  }

  private static PartitionImage randomPartition(Random random) {
    List<Integer> replicas = random.ints(1 + random.nextInt(5), 0, 1 << 30).boxed().toList();
    return new PartitionImage(
        replicas,
        replicas.subList(0, random.nextInt(replicas.size() + 1)),
        random.nextBoolean() ? replicas.getFirst() : -1,
        random.nextInt(),
        random.nextInt());
  }

  private static Fact.BrokerImage randomBroker(Random random) {
    return new Fact.BrokerImage(
        random.nextInt(9),
        random.nextLong(),
        new Uuid(random.nextLong(), random.nextLong()),
        random.nextBoolean() ? Optional.of("rack-" + random.nextInt()) : Optional.empty(),
        List.of(new Fact.Endpoint("L" + random.nextInt(), "SSL", "h", random.nextInt(65_536))));
  }
}
