package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.AllocateProducerIds.Block;
import io.barnabas.metadata.RegisterBroker.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.DuplicateBrokerRegistrationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.StaleBrokerEpochException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What brokers themselves ask for: to be members, and producer ids. */
class BrokerCommandsTest {
  @Test
  void blocksOfProducerIdsFollowEachOther() {
    ClusterImage image = ofBrokers(1);
    AllocateProducerIds command = new AllocateProducerIds(1, 1);
    Decision<Block> first = command.decide(image, 0);
    assertThat(first.answer()).isEqualTo(new Block(Errors.NONE, Optional.empty(), 0, 1000));
    Decision<Block> second = command.decide(image.apply(first.facts()), 0);
    assertThat(second.answer().firstId()).isEqualTo(1000);
  }

  @Test
  void producerIdsAreForMembersOnly() {
    for (AllocateProducerIds stranger :
        List.of(new AllocateProducerIds(2, 1), new AllocateProducerIds(1, 0))) {
      Decision<Block> decision = stranger.decide(ofBrokers(1), 0);
      assertThat(decision.facts()).isEmpty();
      assertThat(decision.answer().error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
      assertThat(decision.answer().length()).isZero();
    }
  }

  @Test
  void theLastBlockIsNeverGivenTwice() {
    long last = Long.MAX_VALUE - AllocateProducerIds.BLOCK_LENGTH;
    ClusterImage image = ofBrokers(1).apply(List.of(new Fact.ProducerIdsAllocated(last)));
    AllocateProducerIds command = new AllocateProducerIds(1, 1);
    Decision<Block> decision = command.decide(image, 0);
    assertThat(decision.answer().firstId()).isEqualTo(last);
    Decision<Block> after = command.decide(image.apply(decision.facts()), 0);
    assertThat(after.answer().error()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    assertThat(after.facts()).isEmpty();
  }

  @Test
  void anIncarnationKeepsItsEpochAndTheNextGetsAHigherOne() {
    ClusterImage empty = ClusterImage.empty("cluster");
    Decision<Registered> first = register(empty, new Uuid(1, 1));
    ClusterImage joined = empty.apply(first.facts());
    Decision<Registered> again = register(joined, new Uuid(1, 1));
    assertThat(again.facts()).isEmpty();
    assertThat(again.answer()).isEqualTo(first.answer());
    Decision<Registered> restarted = register(joined, new Uuid(2, 2));
    assertThat(restarted.answer().epoch()).isGreaterThan(first.answer().epoch());
    assertThat(joined.apply(restarted.facts()).brokers().get(3))
        .isEqualTo(
            new Fact.BrokerImage(
                3, restarted.answer().epoch(), new Uuid(2, 2), Optional.of("r"), List.of()));
  }

  @Test
  void aBrokerComesFencedAndHandsOnWhatItsEarlierIncarnationLed() {
    ClusterImage image = Partitions.cluster("aaaa", "123 isr 123 led by 1", Map.of());
    Decision<Registered> decision = joining(1, 9, false, List.of()).decide(image, 0);
    ClusterImage next = image.apply(decision.facts());
    assertThat(next.broker(1).orElseThrow().fenced()).isTrue();
    assertThat(next.broker(1).orElseThrow().epoch()).isEqualTo(decision.answer().epoch());
    assertThat(Partitions.show(next)).isEqualTo("123 isr 23 led by 2");
    Decision<Registered> again = joining(1, 9, true, List.of()).decide(next, 0);
    assertThat(again).isEqualTo(new Decision<>(List.of(), decision.answer()));
  }

  @Test
  void noEpochIsUsedAgainEvenAfterABrokerHasLeft() {
    ClusterImage image = ClusterImage.empty("cluster");
    long last = 0;
    for (int i = 1; i <= 3; i++) {
      Decision<Registered> first = joining(1, i, false, List.of()).decide(image, 0);
      ClusterImage together = image.apply(first.facts());
      Decision<Registered> second = joining(1, 100 + i, false, List.of()).decide(together, 0);
      together = together.apply(second.facts());
      assertThat(first.answer().epoch()).isGreaterThan(last);
      assertThat(second.answer().epoch()).isGreaterThan(first.answer().epoch());
      last = second.answer().epoch();
      // All of it may be one entry of the log, and so one version.
      image =
          together
              .apply(new UnregisterBroker(1).decide(together, 0).facts())
              .atVersion(image.version() + 1);
      assertThat(ImageCodec.decode(ImageCodec.encode(image))).isEqualTo(image);
    }
  }

  /** Also while it hands over what it leads, as its disk hangs or as it is about to stop. */
  @ParameterizedTest
  @ValueSource(strings = {"aaaa", "haaa", "saaa"})
  void aSecondBrokerOfTheSameIdIsRefusedWhileTheFirstIsAlive(String brokers) {
    ClusterImage image = Partitions.cluster(brokers, "1 isr 1 led by 1", Map.of());
    assertThatThrownBy(() -> joining(1, 9, true, List.of()).decide(image, 0))
        .isInstanceOf(DuplicateBrokerRegistrationException.class);
    assertThat(joining(1, 9, false, List.of()).decide(image, 0).facts()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "none, AS_LEFT, 123 isr 3 elr 12 led by 3, 123 isr 3 elr 12 led by 3",
    "none, CRASHED, 123 isr 3 elr 12 led by 3, 123 isr 3 elr 12 led by 3",
    "it, AS_LEFT, 123 isr 3 elr 12 led by 3, 123 isr 3 elr 12 led by 3",
    "it, CRASHED, 123 isr 3 elr 12 led by 3, 123 isr 3 elr 2 led by 3",
    "it, CRASHED, 123 isr 12 led by 1, 123 isr 2 led by 2",
    "it, AS_LEFT, 123 isr 12 led by 1, 123 isr 2 elr 1 led by 2",
    "it, CRASHED, 12 isr 1 led by 1, 12 isr 1 led by -",
    "any, CRASHED, 123 isr 12 led by 1, 123 isr 2 led by 2",
    "none, OLD, 123 isr 3 elr 12 led by 3, 123 isr 3 elr 2 led by 3",
    "none, OLD, 123 isr 12 led by 1, 123 isr 2 led by 2",
    "none, OLD, 12 isr 1 elr 2 led by -, 12 isr 2 led by 2",
    "none, OLD, 12 isr 1 led by 1, 12 isr 1 doubted led by -",
    "none, OLD, 12 isr 1 led by -, 12 isr 1 doubted led by -",
    "none, OLD, 123 isr 1 elr 23 led by -, 123 isr 2 elr 3 led by 2",
    "none, AS_LEFT, 12 isr 1 doubted led by -, 12 isr 1 doubted led by -",
    "none, OLD, 12 isr 1 doubted led by -, 12 isr 1 doubted led by -",
    "none, CRASHED, 12 isr 1 led by 1, 12 isr 1 led by -",
  })
  void whoeverCrashedIsEligibleOnlyForWhatWasForcedAndWithOldFilesForNothing(
      String unforced, RegisterBroker.Files files, String before, String after) {
    ClusterImage image = Partitions.cluster("aaaa", before, Map.of("min.insync.replicas", "3"));
    Map<String, Set<Uuid>> known = Map.of("none", Set.of(), "it", Set.of(Partitions.TOPIC));
    RegisterBroker command =
        new RegisterBroker(
            1,
            new Uuid(2, 9),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            files,
            -1,
            Optional.ofNullable(known.get(unforced)),
            false,
            false);
    assertThat(Partitions.show(image.apply(command.decide(image, 0).facts()))).isEqualTo(after);
  }

  /**
   * Broker 1 alone has what is on its disk, comes with an empty one, and then with the first again,
   * or with a copy of it from before.
   */
  @ParameterizedTest
  @CsvSource({"0, 1 isr 1 led by 1", "-1, 1 isr 1 doubted led by -"})
  void whoeverGetsItsDiskBackLeadsWhatIsOnItAsItWasLeft(long older, String after) {
    Uuid disk = new Uuid(5, 5);
    ClusterImage image = Partitions.cluster("faaa", "1 isr 1 led by -", Map.of());
    image = comes(image, disk, -1, RegisterBroker.Files.CRASHED);
    final long used = image.broker(1).orElseThrow().epoch();
    image =
        image.apply(
            new AssignReplicasToDirs(
                    1,
                    used,
                    List.of(new AssignReplicasToDirs.Assignment(Partitions.TOPIC, 0, disk)))
                .decide(image, 0)
                .facts());
    assertThat(Partitions.of(image).leader()).isEqualTo(1);
    for (int i = 1; i <= 3; i++) {
      image = comes(image, new Uuid(6, i), -1, RegisterBroker.Files.OLD);
      assertThat(Partitions.show(image)).isEqualTo("1 isr 1 led by -");
      assertThat(image.broker(1).orElseThrow().former())
          .containsExactly(new Fact.FormerDirectory(disk, used));
    }
    image = comes(image, disk, used + older, RegisterBroker.Files.OLD);
    assertThat(Partitions.show(image)).isEqualTo(after);
    assertThat(image.broker(1).orElseThrow().former()).isEmpty();
    assertThat(ImageCodec.decode(ImageCodec.encode(image))).isEqualTo(image);
  }

  /** Broker 1 registers and takes part. */
  private static ClusterImage comes(
      ClusterImage image, Uuid directory, long used, RegisterBroker.Files files) {
    Decision<Registered> joined =
        new RegisterBroker(
                1,
                new Uuid(2, 100 + image.lastBrokerEpoch()),
                Optional.empty(),
                List.of(),
                List.of(directory),
                List.of(),
                files,
                used,
                Optional.of(Set.of()),
                false,
                false)
            .decide(image, 0);
    ClusterImage next = image.apply(joined.facts());
    long epoch = joined.answer().epoch();
    return next.apply(heartbeat(1, epoch, Long.MAX_VALUE).decide(next, 0).facts());
  }

  @Test
  void inAClusterOfOneABrokerLeadsAnewAtOnce() {
    ClusterImage image = Partitions.cluster("aaaa", "1 isr 1 led by 1", Map.of());
    RegisterBroker command = new RegisterBroker(1, new Uuid(2, 9), Optional.empty(), List.of());
    ClusterImage next = image.apply(command.decide(image, 0).facts());
    assertThat(next.broker(1).orElseThrow().isActive()).isTrue();
    assertThat(Partitions.show(next)).isEqualTo("1 isr 1 led by 1");
    assertThat(Partitions.of(next).leaderEpoch()).isEqualTo(6);
    assertThat(command.decide(next, 0).facts()).isEmpty();
  }

  @Test
  void directoriesAndFeaturesMustFit() {
    Uuid directory = new Uuid(4, 4);
    ClusterImage image = ofBrokers(2).apply(List.of(new Fact.FeatureLevelSet("f", (short) 3)));
    ClusterImage taken =
        image.apply(joining(7, 1, false, List.of(directory)).decide(image, 0).facts());
    assertThatThrownBy(() -> joining(8, 1, false, List.of(directory)).decide(taken, 0))
        .isInstanceOf(DuplicateBrokerRegistrationException.class);
    assertThatThrownBy(
            () -> joining(8, 1, false, List.of(new Uuid(1, 1), new Uuid(1, 1))).decide(taken, 0))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> joining(8, 1, false, List.of(Uuid.ZERO_UUID)).decide(taken, 0))
        .isInstanceOf(InvalidRequestException.class);
    RegisterController old =
        new RegisterController(
            new Fact.ControllerImage(
                9,
                new Uuid(3, 3),
                List.of(),
                List.of(new Fact.FeatureRange("f", (short) 1, (short) 2))));
    assertThatThrownBy(() -> old.decide(taken, 0))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageContaining("controller does not support finalized version 3 of f");
  }

  /** The quorum takes entries of 8 MiB. */
  @Test
  void aBrokerWithANewDiskRegistersInOneEntryHoweverManyReplicasItHas() {
    List<Fact> facts = new ArrayList<>();
    for (int topic = 0; topic < 100; topic++) {
      Uuid id = new Uuid(5, topic + 1);
      facts.add(new Fact.TopicCreated("t" + topic, id));
      for (int number = 0; number < 1_000; number++) {
        facts.add(
            new Fact.PartitionAdded(
                id,
                number,
                new PartitionImage(
                    List.of(1, 2, 3),
                    List.of(new Uuid(4, 1), new Uuid(4, 2), new Uuid(4, 3)),
                    List.of(1, 2, 3),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    1,
                    1_000,
                    1_000,
                    false)));
      }
    }
    ClusterImage image = ofBrokers(3).apply(facts);
    Decision<Registered> joined = joining(1, 9, false, List.of(new Uuid(4, 9))).decide(image, 0);
    ClusterImage next = image.apply(joined.facts());
    assertThat(next.topics().values())
        .allSatisfy(
            topic -> assertThat(topic.partitions().values()).allMatch(p -> !p.isr().contains(1)));
    assertThat(FactCodec.encode(joined.facts()).length).isLessThan(4 << 20);
  }

  @Test
  void heartbeatsOfOthersAreRefused() {
    ClusterImage image = ofBrokers(2);
    assertThatThrownBy(() -> heartbeat(3, 1, 9).decide(image, 0))
        .isInstanceOf(BrokerIdNotRegisteredException.class);
    assertThatThrownBy(() -> heartbeat(2, 0, 9).decide(image, 0))
        .isInstanceOf(StaleBrokerEpochException.class);
  }

  @Test
  void aBrokerTakesPartOnceItKnowsOfItsRegistration() {
    ClusterImage image = ofBrokers(2);
    Decision<Registered> joined = joining(3, 1, false, List.of()).decide(image, 0);
    ClusterImage next = image.apply(joined.facts());
    long epoch = joined.answer().epoch();
    Decision<BrokerHeartbeat.Heard> early = heartbeat(3, epoch, image.version()).decide(next, 0);
    assertThat(early)
        .isEqualTo(new Decision<>(List.of(), new BrokerHeartbeat.Heard(false, true, false)));
    Decision<BrokerHeartbeat.Heard> late = heartbeat(3, epoch, next.version()).decide(next, 0);
    assertThat(late.answer()).isEqualTo(new BrokerHeartbeat.Heard(true, false, false));
    assertThat(next.apply(late.facts()).broker(3).orElseThrow().isActive()).isTrue();
  }

  private static BrokerHeartbeat heartbeat(int id, long epoch, long version) {
    return new BrokerHeartbeat(id, epoch, version, false, false, List.of());
  }

  private static RegisterBroker joining(
      int id, long incarnation, boolean earlierIsAlive, List<Uuid> directories) {
    return new RegisterBroker(
        id,
        new Uuid(2, incarnation),
        Optional.empty(),
        List.of(),
        directories,
        List.of(),
        RegisterBroker.Files.AS_LEFT,
        -1,
        Optional.empty(),
        earlierIsAlive,
        false);
  }

  private static Decision<Registered> register(ClusterImage image, Uuid incarnation) {
    return new RegisterBroker(3, incarnation, Optional.of("r"), List.of()).decide(image, 0);
  }
}
