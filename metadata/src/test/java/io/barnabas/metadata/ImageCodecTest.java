package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
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

  static Fact randomFact(Random random, ClusterImage image) {
    List<Uuid> topics = new ArrayList<>(image.topics().keySet());
    int kind = random.nextInt(11);
    if (topics.isEmpty() || kind == 0) {
      Uuid id = new Uuid(random.nextLong(), random.nextLong());
      return new Fact.TopicCreated("topic-" + id, id);
    }
    Uuid topic = topics.get(random.nextInt(topics.size()));
    return switch (kind) {
      case 1 ->
          random.nextInt(3) == 0
              ? new Fact.TopicDeleted(topic)
              : put(image, topic, random.nextInt(20), random);
      case 2 -> put(image, topic, random.nextInt(1 << 20), random);
      case 3 ->
          new Fact.ConfigChanged(
              new ConfigResource(CONFIGURED.get(random.nextInt(2)), "r" + random.nextInt(9)),
              "setting-" + random.nextInt(5),
              random.nextBoolean() ? Optional.of("välue " + random.nextInt()) : Optional.empty());
      case 4 -> new Fact.BrokerRegistered(randomBroker(random));
      case 5 -> new Fact.FeatureLevelSet("f" + random.nextInt(5), (short) random.nextInt(4));
      case 6 ->
          new Fact.ControllerRegistered(
              new Fact.ControllerImage(
                  random.nextInt(9),
                  new Uuid(random.nextLong(), random.nextLong()),
                  List.of(),
                  List.of()));
      case 7 ->
          new Fact.ControllerActivated(random.nextInt(9), image.activeController().epoch() + 1);
      case 8 -> randomSecurity(random);
      case 9 ->
          new Fact.ScramCredentialChanged(
              new Fact.ScramUser("u" + random.nextInt(3), ScramMechanism.SCRAM_SHA_256),
              Optional.of(
                  new SecurityImage.StoredScramCredential(
                      new byte[] {(byte) random.nextInt()}, new byte[2], new byte[3], 4096)));
      default -> new Fact.ProducerIdsAllocated(random.nextLong());
    };
  }

  private static Fact put(ClusterImage image, Uuid topic, int partition, Random random) {
    return image
        .partition(topic, partition)
        .<Fact>map(
            before ->
                new Fact.PartitionChanged(
                    topic,
                    partition,
                    new PartitionImage(
                        before.replicas(),
                        List.of(new Uuid(1, random.nextLong())),
                        List.of(),
                        before.replicas(),
                        List.of(1),
                        List.of(2),
                        List.of(3),
                        -1,
                        before.leaderEpoch() + 1,
                        before.partitionEpoch() + 1,
                        random.nextBoolean())))
        .orElseGet(() -> new Fact.PartitionAdded(topic, partition, randomPartition(random)));
  }

  private static Fact randomSecurity(Random random) {
    return random.nextBoolean()
        ? new Fact.QuotaChanged(
            new ClientQuotaEntity(Map.of("user", "u" + random.nextInt(3))),
            "k" + random.nextInt(3),
            random.nextInt(3) == 0 ? Optional.empty() : Optional.of(random.nextDouble()))
        : new Fact.AclAdded(
            new Uuid(1, random.nextInt(5)),
            new AclBinding(
                new ResourcePattern(
                    ResourceType.TOPIC, "t" + random.nextInt(5), PatternType.LITERAL),
                new AccessControlEntry("User:a", "*", AclOperation.ALL, AclPermissionType.ALLOW)));
  }

  private static PartitionImage randomPartition(Random random) {
    List<Integer> replicas = random.ints(1 + random.nextInt(5), 0, 1 << 30).boxed().toList();
    return new PartitionImage(
        replicas,
        replicas.subList(0, random.nextInt(replicas.size() + 1)),
        random.nextBoolean() ? replicas.getFirst() : -1,
        random.nextInt(1_000),
        random.nextInt(1_000));
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
