package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.AssignReplicasToDirs.Assignment;
import io.barnabas.metadata.FenceBrokers.Incarnation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of partitions when brokers come and go. */
class ElectionsTest {
  @ParameterizedTest
  @CsvSource({
    // The first assigned replica in sync follows, whatever the order of the in-sync replicas.
    "aaaa, 123 isr 123 led by 1, 1, 1, 123 isr 23 led by 2",
    "aaaa, 123 isr 321 led by 1, 1, 1, 123 isr 32 led by 2",
    "aaaa, 321 isr 123 led by 3, 1, 3, 321 isr 12 led by 2",
    "aaaa, 123 isr 13 led by 1, 1, 1, 123 isr 3 led by 3",
    // One that follows only leaves.
    "aaaa, 123 isr 123 led by 1, 1, 2, 123 isr 13 led by 1",
    "aaaa, 123 isr 13 led by 1, 1, 2, 123 isr 13 led by 1",
    // Neither fenced ones nor those about to stop.
    "afaa, 123 isr 13 led by 1, 1, 1, 123 isr 3 led by 3",
    "asaa, 123 isr 123 led by 1, 1, 1, 123 isr 3 led by 3",
    // The last one in sync stays so, and nobody leads.
    "aaaa, 123 isr 1 led by 1, 1, 1, 123 isr 1 led by -",
    "aaaa, 1 isr 1 led by 1, 1, 1, 1 isr 1 led by -",
    // Several at once.
    "aaaa, 123 isr 123 led by 1, 1, 12, 123 isr 3 led by 3",
    "aaaa, 123 isr 123 led by 1, 1, 123, 123 isr 123 led by -",
    // Below the minimum, those that leave remain eligible.
    "aaaa, 123 isr 123 led by 1, 2, 1, 123 isr 23 led by 2",
    "aaaa, 123 isr 23 led by 2, 2, 2, 123 isr 3 elr 2 led by 3",
    "afaa, 123 isr 3 elr 2 led by 3, 2, 3, 123 isr 3 elr 2 led by -",
    "aaaa, 123 isr 3 elr 2 led by 3, 2, 3, 123 isr 2 elr 3 led by 2",
    "aaaa, 123 isr 3 elr 12 led by 3, 3, 3, 123 isr 1 elr 23 led by 1",
    // A minimum above the number of replicas counts as that number.
    "aaaa, 12 isr 12 led by 1, 5, 1, 12 isr 2 elr 1 led by 2",
    "aaaa, 1 isr 1 led by 1, 5, 1, 1 isr 1 led by -",
  })
  void fencedBrokersHandOnWhatTheyLed(
      String brokers, String before, String minimum, String fenced, String after) {
    ClusterImage image =
        Partitions.cluster(brokers, before, Map.of("min.insync.replicas", minimum));
    ClusterImage next = fence(image, fenced);
    assertThat(Partitions.show(next)).isEqualTo(after);
    checkEpochs(image, next);
    assertThat(fence(next, fenced)).as("again").isEqualTo(next);
  }

  @ParameterizedTest
  @CsvSource({
    "fffa, 123 isr 12 led by -, 1, 1, 123 isr 1 led by 1",
    "fffa, 123 isr 12 led by -, 1, 2, 123 isr 2 led by 2",
    "fffa, 123 isr 12 led by -, 1, 3, 123 isr 12 led by -",
    "fffa, 123 isr 12 led by -, 2, 2, 123 isr 2 elr 1 led by 2",
    "fffa, 123 isr 3 elr 12 led by -, 2, 2, 123 isr 2 elr 13 led by 2",
    "afaa, 123 isr 1 led by 1, 1, 2, 123 isr 1 led by 1",
    // Not if it may lack something; nor do those that certainly do.
    "fffa, 123 isr 1 doubted led by -, 1, 1, 123 isr 1 doubted led by -",
    "afaa, 123 isr 1 doubted led by -, 1, 2, 123 isr 1 doubted led by -",
    "afaa, 123 isr 1 doubted led by -, 2, 2, 123 isr 1 doubted led by -",
  })
  void aBrokerThatComesBackLeadsWhatItHoldsAllOf(
      String brokers, String before, String minimum, int unfenced, String after) {
    ClusterImage image =
        Partitions.cluster(brokers, before, Map.of("min.insync.replicas", minimum));
    ClusterImage next = heartbeat(image, unfenced, false, false).image();
    assertThat(next.broker(unfenced).orElseThrow().isActive()).isTrue();
    assertThat(Partitions.show(next)).isEqualTo(after);
    checkEpochs(image, next);
  }

  @ParameterizedTest
  @CsvSource({
    "aaaa, 123 isr 1 led by 1, 1, 123 isr 2 led by 2",
    "afaa, 123 isr 1 led by 1, 1, 123 isr 3 led by 3",
    "affa, 123 isr 1 led by 1, 1, 123 isr 1 led by -",
    "aaaa, 123 isr 12 led by 1, 1, 123 isr 2 led by 2",
  })
  void whereAllowedAReplicaThatLacksRecordsLeads(
      String brokers, String before, String fenced, String after) {
    Map<String, String> unclean = Map.of("unclean.leader.election.enable", "true");
    assertThat(Partitions.show(fence(Partitions.cluster(brokers, before, unclean), fenced)))
        .isEqualTo(after);
  }

  @Test
  void theClusterMayAllowUncleanElections() {
    ClusterImage image =
        Partitions.cluster("aaaa", "12 isr 1 led by 1", Map.of())
            .apply(
                List.of(
                    new Fact.ConfigChanged(
                        new ConfigResource(ConfigResource.Type.BROKER, ""),
                        "unclean.leader.election.enable",
                        Optional.of("true"))));
    assertThat(Partitions.show(fence(image, "1"))).isEqualTo("12 isr 2 led by 2");
  }

  /** Below the old minimum nothing was acknowledged; under the new one something may be. */
  @ParameterizedTest
  @CsvSource({
    "aaaa, 123 isr 3 elr 12 led by 3, min.insync.replicas, 1, 123 isr 3 led by 3",
    "aaaa, 123 isr 3 elr 12 led by 3, min.insync.replicas, 3, 123 isr 3 elr 12 led by 3",
    "affa, 123 isr 3 elr 2 led by -, unclean.leader.election.enable, true, 123 isr 1 elr 23 led by"
        + " 1",
    "affa, 123 isr 1 doubted led by -, unclean.leader.election.enable, true, 123 isr 1 led by 1",
    // Who was in sync last rather than who was not, if it is there.
    "aaaa, 123 isr 3 doubted led by -, unclean.leader.election.enable, true, 123 isr 3 led by 3",
    "aafa, 123 isr 32 doubted led by -, unclean.leader.election.enable, true, 123 isr 2 led by 2",
    "aafa, 123 isr 3 doubted led by -, unclean.leader.election.enable, true, 123 isr 1 led by 1",
    "affa, 123 isr 3 elr 2 led by -, unclean.leader.election.enable, false, 123 isr 3 elr 2 led by"
        + " -",
  })
  void newSettingsCountAtOnce(
      String brokers, String before, String name, String value, String after) {
    ClusterImage image = Partitions.cluster(brokers, before, Map.of("min.insync.replicas", "2"));
    IncrementalAlterConfigs command =
        new IncrementalAlterConfigs(
            List.of(
                new IncrementalAlterConfigs.Change(
                    Clusters.topicResource("words"),
                    List.of(new IncrementalAlterConfigs.Op(name, OpType.SET, Optional.of(value))))),
            false,
            Map.of(),
            new ConfigDef(),
            GroupBounds.DEFAULTS);
    assertThat(Partitions.show(image.apply(command.decide(image, 0).facts()))).isEqualTo(after);
  }

  @Test
  void aControlledShutdownHandsOverBeforeTheBrokerStops() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 123 led by 1", Map.of());
    Step asked = heartbeat(image, 1, false, true);
    assertThat(asked.heard()).isEqualTo(new BrokerHeartbeat.Heard(true, false, false));
    assertThat(Partitions.show(asked.image())).isEqualTo("123 isr 23 led by 2");
    assertThat(asked.image().broker(1).orElseThrow().inControlledShutdown()).isTrue();
    Step released = heartbeat(asked.image(), 1, false, true);
    assertThat(released.heard()).isEqualTo(new BrokerHeartbeat.Heard(true, true, true));
    assertThat(released.image().broker(1).orElseThrow().fenced()).isTrue();
  }

  @Test
  void aBrokerThatLeadsNothingStopsAtOnce() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 123 led by 1", Map.of());
    Step step = heartbeat(image, 2, false, true);
    assertThat(step.heard().shouldShutDown()).isTrue();
    assertThat(Partitions.show(step.image())).isEqualTo("123 isr 13 led by 1");
  }

  @Test
  void aBrokerThatCannotServeIsFencedUntilItCan() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 123 led by 1", Map.of());
    Step step = heartbeat(image, 1, true, false);
    assertThat(step.heard()).isEqualTo(new BrokerHeartbeat.Heard(true, true, false));
    assertThat(Partitions.show(step.image())).isEqualTo("123 isr 23 led by 2");
    Step back = heartbeat(step.image(), 1, false, false);
    assertThat(back.heard()).isEqualTo(new BrokerHeartbeat.Heard(true, false, false));
    assertThat(Partitions.show(back.image())).isEqualTo("123 isr 23 led by 2");
  }

  @ParameterizedTest
  @CsvSource({
    "aaaa, 123 isr 1 led by 1, 123 isr 1 led by 1",
    "assa, 123 isr 1 elr 23 led by 1, 123 isr 1 elr 23 led by 1",
    "ahha, 123 isr 123 led by 1, 123 isr 123 led by 1",
    "assa, 123 isr 123 led by 1, 123 isr 123 led by 1",
    "ffaa, 123 isr 1 led by -, 123 isr 1 led by 1",
    "ffaa, 123 isr 12 led by -, 123 isr 1 led by 1",
  })
  void aBrokerThatHangsGoesOnWithWhatNobodyElseCanLead(
      String brokers, String before, String after) {
    ClusterImage image =
        Partitions.cluster(
            brokers, before, Map.of("min.insync.replicas", before.contains("elr") ? "2" : "1"));
    Step hangs = heartbeat(image, 1, true, false);
    assertThat(hangs.heard()).isEqualTo(new BrokerHeartbeat.Heard(true, false, false));
    assertThat(hangs.image().broker(1).orElseThrow().isActive()).isFalse();
    assertThat(hangs.image().broker(1).orElseThrow().inControlledShutdown()).isFalse();
    assertThat(Partitions.show(hangs.image())).isEqualTo(after);
    checkEpochs(image, hangs.image());
    assertThat(
            new BrokerHeartbeat(1, 1, 2, true, false, List.of()).decide(hangs.image(), 0).facts())
        .isEmpty();
    Step good = heartbeat(hangs.image(), 1, false, false);
    assertThat(good.image().broker(1).orElseThrow().isActive()).isTrue();
    assertThat(Partitions.of(good.image()).leader()).isEqualTo(1);
    Step gone = heartbeat(fence(hangs.image(), "1"), 1, false, false);
    assertThat(gone.image().broker(1).orElseThrow().isActive()).as("back again").isTrue();
  }

  @Test
  void whoCatchesUpWithABrokerThatHangsLeadsInItsPlace() {
    ClusterImage image = Partitions.cluster("haaa", "123 isr 1 led by 1", Map.of());
    AlterPartition.Change grown =
        new AlterPartition.Change(
            Partitions.TOPIC,
            0,
            5,
            7,
            List.of(new AlterPartition.Member(1, 1), new AlterPartition.Member(3, 1)),
            false);
    ClusterImage after =
        image.apply(new AlterPartition(1, 1, List.of(grown)).decide(image, 0).facts());
    assertThat(Partitions.show(after)).isEqualTo("123 isr 3 led by 3");
    assertThat(heartbeat(after, 1, true, false).heard().fenced()).isTrue();
  }

  @Test
  void unregisteringHandsOnToo() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 12 led by 1", Map.of());
    ClusterImage next = image.apply(new UnregisterBroker(1).decide(image, 0).facts());
    assertThat(next.brokers()).doesNotContainKey(1);
    assertThat(Partitions.show(next)).isEqualTo("123 isr 2 led by 2");
  }

  @Test
  void anEarlierIncarnationCannotBeFenced() {
    ClusterImage image = Partitions.cluster("aaaa", "12 isr 12 led by 1", Map.of());
    Decision<List<Integer>> decision =
        new FenceBrokers(List.of(new Incarnation(1, 0), new Incarnation(9, 1))).decide(image, 0);
    assertThat(decision).isEqualTo(new Decision<>(List.of(), List.of()));
  }

  @Test
  void whoeverLostTheDirectoryLeadsNothingInIt() {
    Uuid first = new Uuid(5, 5);
    ClusterImage image =
        withDirectory(Partitions.cluster("ffff", "1 isr 1 led by -", Map.of()), first);
    PartitionImage placed =
        new PartitionImage(
            List.of(1, 2),
            List.of(first, PartitionImage.UNASSIGNED),
            List.of(1),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            -1,
            6,
            8,
            false);
    ClusterImage before =
        image.apply(List.of(new Fact.PartitionChanged(Partitions.TOPIC, 0, placed)));
    assertThat(Partitions.show(heartbeat(before, 1, false, false).image()))
        .isEqualTo("12 isr 1 led by 1");
    ClusterImage replaced = withDirectory(before, new Uuid(6, 6));
    assertThat(Partitions.show(heartbeat(replaced, 1, false, false).image()))
        .isEqualTo("12 isr 1 led by -");
  }

  @ParameterizedTest
  @CsvSource({"2, true", "1, false"})
  void aReplicaWhoseDiskWasReplacedMovesToTheNewOneUnlessItWasTheOnlyOneInSync(
      int inSync, boolean moves) {
    Uuid first = new Uuid(5, 5);
    Uuid second = new Uuid(6, 6);
    ClusterImage image =
        withDirectory(Partitions.cluster("faff", "1 isr 1 led by -", Map.of()), first);
    PartitionImage placed =
        new PartitionImage(
            List.of(1, 2),
            List.of(first, PartitionImage.UNASSIGNED),
            List.of(inSync),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            inSync == 2 ? 2 : PartitionImage.NO_LEADER,
            6,
            8,
            false);
    ClusterImage before =
        image.apply(List.of(new Fact.PartitionChanged(Partitions.TOPIC, 0, placed)));
    ClusterImage replaced = withDirectory(before, second);
    ClusterImage registered =
        replaced.apply(
            new Elections(replaced)
                .withDoubtsAbout(
                    1, List.of(second), Set.of(), RegisterBroker.Files.OLD, Optional.empty()));
    assertThat(Partitions.of(registered).directoryOf(1)).isEqualTo(first);
    var said =
        new AssignReplicasToDirs(1, 1, List.of(new Assignment(Partitions.TOPIC, 0, second)))
            .decide(registered, 0);
    assertThat(said.answer().getFirst().error())
        .isEqualTo(moves ? Errors.NONE : Errors.KAFKA_STORAGE_ERROR);
    ClusterImage after = registered.apply(said.facts());
    assertThat(Partitions.of(after).directoryOf(1)).isEqualTo(moves ? second : first);
    assertThat(Partitions.of(after).isr()).containsExactly(inSync);
    assertThat(Partitions.of(after).leader()).isEqualTo(placed.leader());
    assertThat(Partitions.of(after).doubted()).isFalse();
  }

  /** Broker 1 comes back after a crash, and serves again before the others do. */
  @ParameterizedTest
  @CsvSource({
    "ffff, 123 isr 1 elr 2 led by -, 123 isr 2 led by -",
    "fffa, 1234 isr 1 elr 23 led by -, 1234 isr 23 led by -",
    "ffff, 123 isr 12 led by -, 123 isr 2 led by -",
    "fafa, 123 isr 1 elr 2 led by -, 123 isr 2 led by 2",
    // There is nobody who may hold more.
    "ffff, 123 isr 1 led by -, 123 isr 1 led by 1",
  })
  void doubtAboutABrokerLastsWhileAnotherHoldsAll(String brokers, String before, String after) {
    ClusterImage image =
        Partitions.cluster(
            brokers, before, Map.of("min.insync.replicas", "2", "flush.messages", "10000"));
    ClusterImage back = crashed(image, 1);
    assertThat(Partitions.show(heartbeat(back, 1, false, false).image())).isEqualTo(after);
  }

  private static ClusterImage crashed(ClusterImage image, int broker) {
    return image.apply(
        new Elections(image)
            .withDoubtsAbout(
                broker, List.of(), Set.of(), RegisterBroker.Files.CRASHED, Optional.empty()));
  }

  private static ClusterImage withDirectory(ClusterImage image, Uuid directory) {
    Fact.BrokerImage broker = image.broker(1).orElseThrow();
    return image.apply(
        List.of(
            new Fact.BrokerRegistered(
                new Fact.BrokerImage(
                    1,
                    1,
                    broker.incarnation(),
                    broker.rack(),
                    List.of(),
                    List.of(directory),
                    List.of(),
                    true,
                    false))));
  }

  private static ClusterImage fence(ClusterImage image, String brokers) {
    List<Incarnation> all =
        Partitions.digits(brokers).stream().map(id -> new Incarnation(id, 1)).toList();
    Decision<List<Integer>> decision = new FenceBrokers(all).decide(image, 0);
    return decision.facts().isEmpty() ? image : image.apply(decision.facts());
  }

  private record Step(ClusterImage image, BrokerHeartbeat.Heard heard) {}

  private static Step heartbeat(
      ClusterImage image, int broker, boolean wantFence, boolean wantShutDown) {
    Decision<BrokerHeartbeat.Heard> decision =
        new BrokerHeartbeat(broker, 1, 1, wantFence, wantShutDown, List.of()).decide(image, 0);
    return new Step(image.apply(decision.facts()), decision.answer());
  }

  /** They grow by one with each change, and the leader's with each change of the leader. */
  private static void checkEpochs(ClusterImage before, ClusterImage after) {
    PartitionImage was = Partitions.of(before);
    PartitionImage is = Partitions.of(after);
    boolean changed = !is.equals(was);
    assertThat(is.partitionEpoch()).isEqualTo(was.partitionEpoch() + (changed ? 1 : 0));
    assertThat(is.leaderEpoch())
        .isEqualTo(was.leaderEpoch() + (is.leader() == was.leader() ? 0 : 1));
  }
}
