package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class FactCodecTest {
  private static final Uuid ID = new Uuid(Long.MIN_VALUE, 2);
  private static final List<Fact> ONE_OF_EACH =
      List.of(
          new Fact.TopicCreated("wörter", ID),
          new Fact.PartitionAdded(
              ID,
              300,
              new PartitionImage(List.of(1, 200, 3), List.of(3), -1, 7, Integer.MAX_VALUE)),
          new Fact.TopicDeleted(ID),
          new Fact.ConfigChanged(
              new ConfigResource(ConfigResource.Type.TOPIC, "t"), "retention.ms", Optional.of("5")),
          new Fact.ConfigChanged(
              new ConfigResource(ConfigResource.Type.BROKER, ""), "x", Optional.empty()),
          new Fact.BrokerRegistered(
              new Fact.BrokerImage(
                  1,
                  Long.MAX_VALUE,
                  ID,
                  Optional.of("rack"),
                  List.of(new Fact.Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 65_535)))),
          new Fact.FeatureLevelSet("metadata.version", (short) 33),
          new Fact.ProducerIdsAllocated(1L << 40));

  @Test
  void everyKindOfFactComesBackAsItWas() {
    assertThat(ONE_OF_EACH.stream().map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Fact.class.getPermittedSubclasses());
    assertThat(FactCodec.decode(FactCodec.encode(ONE_OF_EACH))).isEqualTo(ONE_OF_EACH);
  }

  @Test
  void theBytesOfAFactNeverChange() {
    assertThat(FactCodec.encode(List.of(new Fact.TopicCreated("a", new Uuid(1, 2)))))
        .containsExactly(1, 1, 1, 0, 18, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2);
  }

  @Test
  void anUnknownFactIsRefusedByName() {
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {1, 1, 99, 0, 0}))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("kind 99, layout 0, is unknown to this release");
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {1, 1, 1, 4, 0}))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("layout 4");
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {2, 0}))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("format 2");
  }

  @Test
  void bytesCutAnywhereOrTooLongAreRefused() {
    byte[] whole = FactCodec.encode(ONE_OF_EACH);
    for (int length = 0; length <= whole.length + 1; length++) {
      byte[] wrong = Arrays.copyOf(whole, length);
      if (length != whole.length) {
        assertThatThrownBy(() -> FactCodec.decode(wrong))
            .isInstanceOf(UnreadableFactException.class);
      }
    }
  }

  @Test
  void aHugeCountAllocatesNothing() {
    byte[] huge = {1, -1, -1, -1, -1, 7};
    assertThatThrownBy(() -> FactCodec.decode(huge)).isInstanceOf(UnreadableFactException.class);
  }
}
