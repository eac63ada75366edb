package io.barnabas.server.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Command;
import io.barnabas.metadata.Decision;
import io.barnabas.metadata.Fact;
import io.barnabas.quorum.NotAppendedException;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.SingleNodeOptions;
import io.barnabas.quorum.SingleNodeQuorum;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControllerTest {
  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "127.0.0.1", 9093);

  private static final String CLUSTER = "cluster";
  private static final Path DIRECTORY = Path.of("/data/__quorum");
  private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");

  /** Takes the next producer id: the answer tells on how many before it this was decided. */
  private static final Command<Long> COUNT =
      (image, nowMs) ->
          new Decision<>(
              List.of(new Fact.ProducerIdsAllocated(image.nextProducerId() + 1)),
              image.nextProducerId());

  private final List<IOException> failures = new ArrayList<>();

  @FunctionalInterface
  private interface Body {
    void run(SimulatedWorld world, TwinQuorum quorum, Controller controller) throws Exception;
  }

  private void control(long seed, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    world.run(
        () -> {
          TwinQuorum quorum = new TwinQuorum(world, CLUSTER);
          try (Controller controller = Controller.start(world, quorum, CLUSTER, failures::add)) {
            body.run(world, quorum, controller);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void commandsAreDecidedOnWhatWasDecidedBeforeThemAndManyShareAnEntry(long seed) {
    control(
        seed,
        (world, quorum, controller) -> {
          List<CompletableFuture<Long>> answers =
              IntStream.range(0, 200).mapToObj(i -> controller.submit(COUNT)).toList();
          assertThat(answers.stream().map(CompletableFuture::join))
              .containsExactlyElementsOf(LongStream.range(0, 200).boxed().toList());
          assertThat(controller.image().nextProducerId()).isEqualTo(200);
          assertThat(quorum.entries()).hasSizeLessThan(20);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatTheQuorumRefusedIsDecidedAgain(long seed) {
    control(
        seed,
        (world, quorum, controller) -> {
          quorum.letAnotherComeFirst(new Fact.ProducerIdsAllocated(500));
          quorum.letAnotherComeFirst(new Fact.FeatureLevelSet("f", (short) 3));
          assertThat(controller.submit(COUNT).join()).isEqualTo(500);
          quorum.letAnotherComeFirst(new Fact.ProducerIdsAllocated(700));
          CompletableFuture<Long> first = controller.submit(COUNT);
          CompletableFuture<Long> second = controller.submit(COUNT);
          assertThat(List.of(first.join(), second.join())).containsExactly(700L, 701L);
          assertThat(controller.image().nextProducerId()).isEqualTo(702);
          assertThat(controller.image().features()).containsEntry("f", (short) 3);
          assertThat(quorum.refused()).isPositive();
        });
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void listenersAreToldInOrderAndBeforeTheAnswer(long seed) {
    control(
        seed,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          List<Long> told = new ArrayList<>();
          controller.onImage(
              image -> {
                world.threads().sleep(1_000_000);
                told.add(image.nextProducerId());
              });
          assertThat(told).containsExactly(1L);
          List<CompletableFuture<Void>> answers = new ArrayList<>();
          for (int i = 0; i < 30; i++) {
            answers.add(
                controller
                    .submit(COUNT)
                    .thenAccept(answer -> assertThat(told.getLast()).isGreaterThan(answer)));
            world.threads().sleep(world.randomness().nextInt(4_000_000));
          }
          answers.forEach(CompletableFuture::join);
          quorum.commitOfAnother(new Fact.ProducerIdsAllocated(900));
          world.threads().sleep(1_000_000_000);
          assertThat(told).isSorted().doesNotHaveDuplicates().endsWith(900L);
        });
  }

  @Test
  void whatChangesNothingIsAnsweredWithoutAnEntry() {
    control(
        1,
        (world, quorum, controller) -> {
          Command<String> nothing = (image, nowMs) -> new Decision<>(List.of(), "at " + nowMs);
          assertThat(controller.submit(nothing).join())
              .isEqualTo("at " + world.clock().wallTimeMillis());
          assertThat(quorum.entries()).as("its being active").hasSize(1);
        });
  }

  @Test
  void whatChangesNothingIsNotAnsweredFromAnOldImage() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          Command<Long> ask = (image, nowMs) -> new Decision<>(List.of(), image.nextProducerId());
          assertThat(controller.submit(ask).join()).isEqualTo(1);
          assertThat(controller.isProven()).isTrue();
          quorum.commitUnheard(new Fact.ProducerIdsAllocated(500));
          CompletableFuture<Long> asked = controller.submit(ask);
          world.threads().sleep(2_000_000_000);
          assertThat(asked).isNotDone();
          assertThat(controller.isProven()).isFalse();
          quorum.letHear();
          assertThat(asked.join()).isEqualTo(500);
        });
  }

  @Test
  void whatChangesNothingWaitsForAQuorumThatIsSlow() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          Command<Long> ask = (image, nowMs) -> new Decision<>(List.of(), image.nextProducerId());
          quorum.beQuiet(true);
          CompletableFuture<Long> asked = controller.submit(ask);
          world.threads().sleep(3_000_000_000L);
          assertThat(asked).isNotDone();
          quorum.beQuiet(false);
          assertThat(asked.join()).isEqualTo(1);
        });
  }

  @Test
  void whatASnapshotMayHoldIsNotDecidedAgain() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          quorum.hideNext();
          assertThatThrownBy(() -> controller.submit(COUNT).join())
              .hasMessageContaining("not known");
          assertThat(controller.image().nextProducerId()).isEqualTo(2);
        });
  }

  @Test
  void aMemberWaitsForFewClientsOnly() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.onImage(image -> world.threads().sleep(1_000_000_000L));
          for (int i = 0; i < Waiting.MOST; i++) {
            CompletableFuture<Long> _ = controller.submit(COUNT);
          }
          assertThatThrownBy(controller.submit(COUNT)::join)
              .hasCauseInstanceOf(ThrottlingQuotaExceededException.class);
          assertThat(controller.submit(new OfMember()).join())
              .isLessThanOrEqualTo(2 * Waiting.MOST_CLIENTS_AT_ONCE);
        });
  }

  private record OfMember() implements Command<Long> {
    @Override
    public boolean isMembers() {
      return true;
    }

    @Override
    public Decision<Long> decide(ClusterImage image, long nowMs) {
      return COUNT.decide(image, nowMs);
    }
  }

  @Test
  void whatIsNotBegunInTimeNeverIs() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          controller.onImage(image -> world.threads().sleep(3_000_000_000L));
          CompletableFuture<Long> first = controller.submit(COUNT);
          world.threads().sleep(20_000_000);
          CompletableFuture<Long> late = controller.submit(COUNT, 2_000);
          assertThatThrownBy(late::join).hasCauseInstanceOf(TimeoutException.class);
          assertThat(first.join()).isEqualTo(1);
          assertThat(controller.submit(COUNT).join()).isEqualTo(2);
        });
  }

  @Test
  void aRefusedOrBrokenCommandSpoilsNoOther() {
    control(
        1,
        (world, quorum, controller) -> {
          Command<Long> refused =
              (image, nowMs) -> {
                throw new InvalidRequestException("No.");
              };
          Command<Long> broken =
              (image, nowMs) -> {
                throw new IllegalStateException("a defect");
              };
          CompletableFuture<Long> first = controller.submit(refused);
          CompletableFuture<Long> second = controller.submit(COUNT);
          CompletableFuture<Long> third = controller.submit(broken);
          CompletableFuture<Long> fourth = controller.submit(COUNT);
          assertThat(List.of(second.join(), fourth.join())).containsExactly(0L, 1L);
          assertThatThrownBy(first::join).hasCauseInstanceOf(InvalidRequestException.class);
          assertThatThrownBy(third::join).hasCauseInstanceOf(UnknownServerException.class);
        });
  }

  @Test
  void largeChangesGoIntoEntriesOfTheirOwnAndTooLargeOnesAreRefused() {
    control(
        1,
        (world, quorum, controller) -> {
          List<CompletableFuture<ClusterImage>> answers = new ArrayList<>();
          for (int i = 0; i < 6; i++) {
            answers.add(controller.submit(setting("large-" + i, ControlLoop.MAX_ENTRY_BYTES / 3)));
          }
          CompletableFuture<ClusterImage> tooLarge =
              controller.submit(setting("huge", ControlLoop.MAX_ENTRY_BYTES));
          answers.forEach(CompletableFuture::join);
          assertThat(controller.image().configsOf(TOPIC)).hasSize(6);
          assertThat(quorum.entries())
              .hasSizeGreaterThanOrEqualTo(3)
              .allMatch(entry -> entry.length <= ControlLoop.MAX_ENTRY_BYTES);
          assertThatThrownBy(tooLarge::join).hasCauseInstanceOf(PolicyViolationException.class);
        });
  }

  private static Command<ClusterImage> setting(String name, int length) {
    return (image, nowMs) ->
        new Decision<>(
            List.of(new Fact.ConfigChanged(TOPIC, name, Optional.of("x".repeat(length)))), image);
  }

  @Test
  void aFullQueueRefusesAndTakesCommandsAgain() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.onImage(image -> world.threads().sleep(1_000_000_000L));
          List<CompletableFuture<Long>> answers = new ArrayList<>();
          for (int i = 0; i < Waiting.MOST; i++) {
            answers.add(controller.submit(COUNT));
          }
          assertThatThrownBy(controller.submit(COUNT)::join)
              .hasCauseInstanceOf(ThrottlingQuotaExceededException.class);
          answers.forEach(CompletableFuture::join);
          assertThat(controller.submit(COUNT).join()).isEqualTo(Waiting.MOST);
        });
  }

  @Test
  void aFullDiskRefusesTheChangeAndTheControllerGoesOn() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          quorum.refuseNext(new NotAppendedException("No space left on device"));
          assertThatThrownBy(controller.submit(COUNT)::join)
              .hasCauseInstanceOf(KafkaStorageException.class)
              .hasMessageContaining("No space left");
          assertThat(controller.submit(COUNT).join()).isEqualTo(1);
        });
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aFailedQuorumFailsAllThatWaitsAndIsReportedOnce(long seed) {
    control(
        seed,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          quorum.fail(new IOException("Input/output error"));
          List<CompletableFuture<Long>> answers = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            answers.add(controller.submit(COUNT));
            world.threads().sleep(world.randomness().nextInt(1_000_000));
          }
          // Of those in flight nobody knows.
          for (CompletableFuture<Long> answer : answers) {
            assertThatThrownBy(answer::join)
                .cause()
                .isInstanceOfAny(NotControllerException.class, TimeoutException.class)
                .hasMessageContaining("Input/output error");
          }
          assertThatThrownBy(answers.getLast()::join)
              .hasCauseInstanceOf(NotControllerException.class);
          assertThat(controller.image().nextProducerId()).isEqualTo(1);
        });
    assertThat(failures).hasSize(1);
  }

  /** An entry that was decided on something else than this node has is not applied. */
  @Test
  void aNodeWhoseMetadataDiffersFromTheClustersStops() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          ClusterImage here = controller.image();
          List<Fact> facts = List.of(new Fact.ProducerIdsAllocated(7));
          quorum.commitBroken(
              new Entry(1, here.version(), ClusterImage.DIGEST_FORMAT, here.digest() + 1, facts)
                  .encode());
          world.threads().sleep(1_000_000_000);
          assertThat(controller.image()).isEqualTo(here);
          assertThatThrownBy(controller.submit(COUNT)::join)
              .hasCauseInstanceOf(NotControllerException.class)
              .hasMessageContaining("its copy of the metadata is damaged");
        });
    assertThat(failures).hasSize(1);
  }

  /** A controller of another release may make its digests in another way. */
  @Test
  void aDigestOfAnotherFormatSaysNothing() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          ClusterImage here = controller.image();
          byte other = (byte) (ClusterImage.DIGEST_FORMAT + 1);
          List<Fact> facts = List.of(new Fact.ProducerIdsAllocated(7));
          quorum.commitBroken(
              new Entry(1, here.version(), other, here.digest() + 1, facts).encode());
          world.threads().sleep(1_000_000_000);
          assertThat(controller.image().nextProducerId()).isEqualTo(7);
        });
    assertThat(failures).isEmpty();
  }

  @Test
  void closingRefusesWhatWaitsAndWhatComesLater() {
    control(
        1,
        (world, quorum, controller) -> {
          List<CompletableFuture<Long>> answers =
              IntStream.range(0, 50).mapToObj(i -> controller.submit(COUNT)).toList();
          world.threads().sleep(1_000_000);
          controller.close();
          assertThat(answers).allMatch(CompletableFuture::isDone);
          long carriedOut =
              answers.stream().filter(answer -> !answer.isCompletedExceptionally()).count();
          assertThat(controller.image().nextProducerId()).isEqualTo(carriedOut);
          assertThatThrownBy(controller.submit(COUNT)::join)
              .hasCauseInstanceOf(NotControllerException.class);
        });
    assertThat(failures).isEmpty();
  }

  @Test
  void aQuorumThatHangsDoesNotKeepTheNodeFromStopping() {
    control(
        1,
        (world, quorum, controller) -> {
          controller.submit(COUNT).join();
          quorum.hang();
          CompletableFuture<Long> proposed = controller.submit(COUNT);
          world.threads().sleep(5_000_000_000L);
          assertThat(proposed).isNotDone();
          long began = world.clock().nanoTime();
          controller.close();
          assertThat(world.clock().nanoTime() - began).isLessThan(2_000_000_000L);
          assertThat(proposed).isCompletedExceptionally();
        });
    assertThat(failures).isEmpty();
  }

  @Test
  void onADiskTheImageComesBackFromSnapshotAndEntries() {
    SimulatedDisk disk = new SimulatedDisk(1 << 20);
    for (int life = 0; life < 5; life++) {
      int before = life;
      SimulatedWorld world = new SimulatedWorld(life, SimulationOptions.defaults(), disk);
      world.run(
          () -> {
            try (Controller controller = onDisk(world, CLUSTER)) {
              assertThat(controller.image().nextProducerId()).isEqualTo(before * 10L);
              // One more for its being active.
              assertThat(controller.image().version()).isBetween(before * 11L, before * 11L + 1);
              for (int i = 0; i < 10; i++) {
                controller.submit(COUNT).join();
              }
            }
          });
    }
    SimulatedWorld world = new SimulatedWorld(9, SimulationOptions.defaults(), disk);
    world.run(
        () -> {
          assertThatThrownBy(() -> onDisk(world, "other"))
              .isInstanceOf(IOException.class)
              .hasMessage(
                  "The metadata here is of cluster cluster,"
                      + " but this node belongs to cluster other");
          onDisk(world, CLUSTER).close();
        });
  }

  private Controller onDisk(SimulatedWorld world, String clusterId) throws IOException {
    SingleNodeOptions options = new SingleNodeOptions(300, 1_000, 16);
    return Controller.start(
        world, SingleNodeQuorum.open(world, SELF, DIRECTORY, options), clusterId, failures::add);
  }
}
