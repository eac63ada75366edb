package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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

/** One number tells whether two nodes have the same image. */
class ImageDigestTest {
  private static final Uuid ID = new Uuid(1, 2);
  private static final PartitionImage STATE =
      new PartitionImage(
          List.of(1, 2),
          List.of(ID, ID),
          List.of(1),
          List.of(2),
          List.of(),
          List.of(2),
          List.of(),
          1,
          3,
          4,
          false);

  /** Nodes of two releases compare digests of one format: a change of this number needs another. */
  @Test
  void theDigestOfAStateNeverChangesInAFormat() {
    Random random = new Random(1);
    ClusterImage image = ClusterImage.empty("cluster");
    for (int i = 0; i < 300; i++) {
      image = image.apply(List.of(ImageCodecTest.randomFact(random, image)));
    }
    assertThat(ImageDigest.FORMAT).isEqualTo((byte) 3);
    assertThat(image.digest()).isEqualTo(9046993192565826023L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whateverHappenedItIsAsFromScratch(long seed) {
    Random random = new Random(seed);
    ClusterImage image = ClusterImage.empty("cluster");
    Set<Long> digests = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      ClusterImage next = image.apply(List.of(ImageCodecTest.randomFact(random, image)));
      assertThat(next.digest()).isEqualTo(ImageDigest.of(next));
      assertThat(next.digest() == image.digest())
          .isEqualTo(next.atVersion(0).equals(image.atVersion(0)));
      digests.add(next.digest());
      image = next;
    }
    assertThat(digests).hasSizeGreaterThan(250);
    ClusterImage read = ImageCodec.decode(ImageCodec.encode(image));
    assertThat(read.digest()).isEqualTo(image.digest());
  }

  @Test
  void noTwoOfTheseAreTheSame() {
    List<Fact> base = base();
    Set<Long> digests = new HashSet<>(Set.of(digest(base)));
    List<Fact> changes = changes();
    for (Fact change : changes) {
      ClusterImage image = ClusterImage.empty("cluster").apply(base).apply(List.of(change));
      assertThat(image.digest()).as(change.toString()).isEqualTo(ImageDigest.of(image));
      assertThat(digests.add(image.digest())).as(change.toString()).isTrue();
    }
    assertThat(digests.add(ClusterImage.empty("other").apply(base).digest())).isTrue();
  }

  @Test
  void itIsTheSameInEveryRelease() {
    assertThat(ClusterImage.empty("cluster").digest()).isEqualTo(0xbdd3200400d0be66L);
    assertThat(digest(base())).isEqualTo(0x8aacf15ea0bce7e1L);
  }

  @Test
  void theOrderOfWhatHappenedIsNoMatter() {
    List<Fact> base = base();
    List<Fact> reversed =
        List.of(base.get(7), base.get(6), base.get(0), base.get(3), base.get(1), base.get(2));
    List<Fact> ordered =
        List.of(base.get(0), base.get(1), base.get(2), base.get(3), base.get(6), base.get(7));
    assertThat(digest(reversed)).isEqualTo(digest(ordered));
  }

  private static long digest(List<Fact> facts) {
    return ClusterImage.empty("cluster").apply(facts).digest();
  }

  private static List<Fact> base() {
    return List.of(
        new Fact.TopicCreated("t", ID),
        new Fact.PartitionAdded(ID, 0, STATE),
        new Fact.ConfigChanged(Clusters.topicResource("t"), "a", Optional.of("1")),
        new Fact.BrokerRegistered(Clusters.broker(1, Optional.of("r"))),
        new Fact.FeatureLevelSet("f", (short) 1),
        new Fact.ControllerActivated(1, 1),
        acl("User:a"),
        new Fact.QuotaChanged(new ClientQuotaEntity(Map.of("user", "u")), "k", Optional.of(1.0)),
        credential(1));
  }

  private static Fact acl(String user) {
    return new Fact.AclAdded(
        ID,
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "t", PatternType.LITERAL),
            new AccessControlEntry(user, "*", AclOperation.ALL, AclPermissionType.ALLOW)));
  }

  private static Fact credential(int salt) {
    return new Fact.ScramCredentialChanged(
        new Fact.ScramUser("u", ScramMechanism.SCRAM_SHA_256),
        Optional.of(
            new SecurityImage.StoredScramCredential(
                new byte[] {(byte) salt}, new byte[] {2}, new byte[] {3}, 4096)));
  }

  private static List<Fact> changes() {
    ConfigResource topic = Clusters.topicResource("t");
    return List.of(
        new Fact.TopicDeleted(ID),
        new Fact.TopicCreated("s", new Uuid(1, 3)),
        new Fact.PartitionAdded(ID, 1, STATE),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 2, List.of(1), List.of(2), 3, 5, false))),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 1, List.of(2), List.of(2), 3, 5, false))),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 1, List.of(1), List.of(), 3, 5, false))),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 1, List.of(1), List.of(2), 4, 5, false))),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 1, List.of(1), List.of(2), 3, 6, false))),
        new Fact.LeadersChanged(
            ID, List.of(new Fact.LeaderAndIsr(0, 1, List.of(1), List.of(2), 3, 5, true))),
        new Fact.ConfigChanged(topic, "a", Optional.of("2")),
        new Fact.ConfigChanged(topic, "a", Optional.empty()),
        new Fact.ConfigChanged(topic, "b", Optional.of("1")),
        new Fact.BrokerRegistered(Clusters.broker(1, Optional.of("s"))),
        new Fact.BrokerRegistered(Clusters.broker(2, Optional.of("r"))),
        new Fact.BrokerChanged(1, 1, true, false, false),
        new Fact.BrokerChanged(1, 1, false, true, false),
        new Fact.BrokerChanged(1, 1, false, false, true),
        new Fact.BrokerUnregistered(1, 1),
        new Fact.ControllerRegistered(new Fact.ControllerImage(1, ID, List.of(), List.of())),
        new Fact.ControllerActivated(1, 2),
        new Fact.ControllerActivated(2, 2),
        new Fact.FeatureLevelSet("f", (short) 2),
        new Fact.FeatureLevelSet("f", (short) 0),
        new Fact.FeatureLevelSet("g", (short) 1),
        new Fact.ProducerIdsAllocated(1),
        acl("User:b"),
        new Fact.AclRemoved(ID),
        new Fact.QuotaChanged(new ClientQuotaEntity(Map.of("user", "u")), "k", Optional.of(2.0)),
        new Fact.QuotaChanged(new ClientQuotaEntity(Map.of("user", "u")), "k", Optional.empty()),
        new Fact.QuotaChanged(new ClientQuotaEntity(Map.of("user", "v")), "k", Optional.of(1.0)),
        credential(2));
  }
}
