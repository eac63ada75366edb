package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

class FactCodecTest {
  private static final Uuid ID = new Uuid(Long.MIN_VALUE, 2);
  private static final List<Fact> ONE_OF_EACH =
      List.of(
          new Fact.TopicCreated("wörter", ID),
          new Fact.PartitionAdded(
              ID,
              300,
              new PartitionImage(List.of(1, 200, 3), List.of(3), -1, 7, Integer.MAX_VALUE)),
          new Fact.PartitionChanged(
              ID,
              0,
              new PartitionImage(
                  List.of(0, 2, 3),
                  List.of(ID, new Uuid(1, 2), PartitionImage.UNASSIGNED),
                  List.of(2),
                  List.of(0),
                  List.of(4),
                  List.of(3),
                  List.of(2, 0),
                  0,
                  1,
                  2,
                  true)),
          new Fact.LeadersChanged(
              ID,
              List.of(
                  new Fact.LeaderAndIsr(0, -1, List.of(300), List.of(0, 2), 0, 1, true),
                  new Fact.LeaderAndIsr(
                      128, 7, List.of(7), List.of(), Integer.MAX_VALUE, Integer.MAX_VALUE, false))),
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
          new Fact.BrokerRegistered(
              new Fact.BrokerImage(
                  2,
                  5,
                  ID,
                  Optional.empty(),
                  List.of(),
                  List.of(ID, new Uuid(8, 9)),
                  List.of(new Fact.FeatureRange("f", (short) 0, (short) 9)),
                  true,
                  false)),
          new Fact.BrokerRegistered(
              new Fact.BrokerImage(
                  3,
                  5,
                  ID,
                  Optional.empty(),
                  List.of(),
                  List.of(ID),
                  List.of(new Fact.FormerDirectory(new Uuid(8, 9), Long.MAX_VALUE)),
                  List.of(),
                  false,
                  false,
                  true)),
          new Fact.BrokerChanged(3, 7, true, false, false),
          new Fact.BrokerChanged(3, 7, false, true, false),
          new Fact.BrokerChanged(3, 7, false, false, true),
          new Fact.BrokerUnregistered(3, -1),
          new Fact.BrokerEpochsUsed(1L << 50),
          new Fact.ControllerRegistered(
              new Fact.ControllerImage(
                  4,
                  ID,
                  List.of(new Fact.Endpoint("A", "SSL", "::1", 1)),
                  List.of(new Fact.FeatureRange("g", (short) 1, (short) 2)))),
          new Fact.ControllerUnregistered(4),
          new Fact.ControllerActivated(4, Integer.MAX_VALUE),
          new Fact.AclAdded(
              ID,
              new AclBinding(
                  new ResourcePattern(ResourceType.TOPIC, "t", PatternType.PREFIXED),
                  new AccessControlEntry(
                      "User:ä", "10.0.0.0/8", AclOperation.READ, AclPermissionType.DENY))),
          new Fact.AclRemoved(ID),
          new Fact.QuotaChanged(
              new ClientQuotaEntity(entity()), "producer_byte_rate", Optional.of(0.1)),
          new Fact.QuotaChanged(
              new ClientQuotaEntity(Map.of("ip", "::1")), "rate", Optional.empty()),
          new Fact.ScramCredentialChanged(
              new Fact.ScramUser("u", ScramMechanism.SCRAM_SHA_512),
              Optional.of(
                  new SecurityImage.StoredScramCredential(
                      new byte[] {1}, new byte[] {2, 3}, new byte[0], 4096))),
          new Fact.ScramCredentialChanged(
              new Fact.ScramUser("u", ScramMechanism.SCRAM_SHA_256), Optional.empty()),
          new Fact.FeatureLevelSet("metadata.version", (short) 33),
          new Fact.ProducerIdsAllocated(1L << 40));

  /** A client of any name, used by one user. */
  private static Map<String, String> entity() {
    Map<String, String> entity = new HashMap<>();
    entity.put(ClientQuotaEntity.USER, "u");
    entity.put(ClientQuotaEntity.CLIENT_ID, null);
    return entity;
  }

  @Test
  void everyKindOfFactComesBackAsItWas() {
    assertThat(ONE_OF_EACH.stream().map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Fact.class.getPermittedSubclasses());
    assertThat(FactCodec.decode(FactCodec.encode(ONE_OF_EACH))).isEqualTo(ONE_OF_EACH);
  }

  @Test
  void theBytesOfAFactNeverChange() {
    assertThat(FactCodec.encode(List.of(new Fact.TopicCreated("a", new Uuid(1, 2)))))
        .containsExactly(2, 1, 1, 0, 18, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2);
  }

  @Test
  void brokersAreReadAsTheyWereWrittenBeforeTheirDisksWereTold() {
    byte[] changed = {2, 1, 9, 0, 14, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1};
    assertThat(FactCodec.decode(changed))
        .containsExactly(new Fact.BrokerChanged(3, 7, false, true, false));
    byte[] registered = new byte[5 + 34];
    registered[0] = 2;
    registered[1] = 1;
    registered[2] = 5;
    registered[4] = 34;
    registered[5 + 3] = 3;
    registered[5 + 11] = 7;
    registered[5 + 27] = 9;
    registered[5 + 32] = 1;
    assertThat(FactCodec.decode(registered))
        .containsExactly(
            new Fact.BrokerRegistered(
                new Fact.BrokerImage(
                    3,
                    7,
                    new Uuid(0, 9),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    List.of(),
                    true,
                    false)));
  }

  @Test
  void anUnknownFactIsRefusedByName() {
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {2, 1, 99, 0, 0}))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("kind 99, layout 0, is unknown to this release");
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {2, 1, 1, 4, 0}))
        .isInstanceOf(UnreadableFactException.class)
        .hasMessageContaining("layout 4");
    assertThatThrownBy(() -> FactCodec.decode(new byte[] {3, 0}))
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
