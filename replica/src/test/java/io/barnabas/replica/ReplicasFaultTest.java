package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.log.Origin;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.OffsetNotAvailableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.Test;

/** Disks that fail, settings that cannot be used, stops at the wrong time, and who is told. */
class ReplicasFaultTest {
  private static final Path DIRECTORY = Path.of("/data");
  private static final Uuid FIRST = new Uuid(1, 1);
  private static final Uuid SECOND = new Uuid(2, 2);
  private static final TopicPartition T0 = new TopicPartition("t", 0);

  /** A force takes seconds. */
  private final SimulatedWorld world =
      new SimulatedWorld(
          1,
          SimulationOptions.defaults()
              .withDiskDelays(
                  DelayRange.ofMicros(0, 10), DelayRange.ofMicros(1_000_000, 2_000_000)));

  private interface Body {
    void run(LogDirectory directory, Replicas replicas) throws Exception;
  }

  private void run(SimulatedWorld.Body body) {
    assertThat(world.run(body)).isEqualTo(RunEnd.FINISHED);
  }

  private void withReplicas(Body body) throws Exception {
    try (LogDirectory directory =
            LogDirectory.open(world, DIRECTORY, LogDirectoryOptions.defaults());
        Replicas replicas = new Replicas(world, directory, 1, Map.of())) {
      body.run(directory, replicas);
    }
  }

  private static ClusterImage topic(ClusterImage to, String name, Uuid id, int partitions) {
    ClusterImage image = to.apply(List.of(new Fact.TopicCreated(name, id)));
    for (int i = 0; i < partitions; i++) {
      image = image.apply(List.of(new Fact.PartitionAdded(id, i, led(1, 0))));
    }
    return image;
  }

  private static ClusterImage topic(Uuid id, int partitions) {
    return topic(ClusterImage.empty("c"), "t", id, partitions);
  }

  private static PartitionImage led(int leader, int epoch) {
    return new PartitionImage(List.of(leader), List.of(leader), leader, epoch, epoch);
  }

  private static AppendTicket append(Replica replica, Acks acks) {
    byte[] value = "v".getBytes(StandardCharsets.UTF_8);
    ByteBuffer batch =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000, value)).buffer();
    return replica.append(batch, Origin.CLIENT, acks);
  }

  private void sleepSeconds(long seconds) {
    world.threads().sleep(TimeUnit.SECONDS.toNanos(seconds));
  }

  private List<String> names() throws IOException {
    return world.disk().list(DIRECTORY).stream().map(Path::toString).toList();
  }

  @Test
  void whatACrashLeftIsNotServedIfItCannotBeForced() {
    run(
        () -> {
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(topic(FIRST, 1)).join();
                append(replicas.require(T0), Acks.NONE);
                world.disk().failAlways(DiskOperation.FORCE, path -> true);
                sleepSeconds(10);
              });
          world.disk().heal();
          world.disk().failAlways(DiskOperation.FORCE, path -> path.toString().endsWith("0.log"));
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(topic(FIRST, 1)).join();
                assertThat(directory.failure()).isPresent();
                assertThat(replicas.all()).isEmpty();
                assertThat(replicas.offline()).containsOnlyKeys(T0);
                assertThatThrownBy(() -> replicas.require(T0))
                    .isInstanceOf(KafkaStorageException.class);
              });
        });
  }

  @Test
  void settingsThatCannotBeUsedConcernTheirTopicOnly() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "t");
                  Fact bad = new Fact.ConfigChanged(resource, "segment.bytes", Optional.of("much"));
                  Fact good = new Fact.ConfigChanged(resource, "segment.bytes", Optional.empty());
                  ClusterImage image = topic(FIRST, 1);
                  for (int i = 0; i < 20; i++) {
                    image = topic(image, "u" + i, new Uuid(3, i), 1);
                  }
                  ClusterImage withBad = image.apply(List.of(bad));
                  replicas.reconcile(withBad).join();
                  assertThat(replicas.offline()).containsOnlyKeys(T0);
                  List<Replica> before = replicas.all();
                  assertThat(before).hasSize(20);
                  replicas.reconcile(withBad.apply(List.of(good))).join();
                  assertThat(replicas.offline()).isEmpty();
                  assertThat(replicas.all()).hasSize(21).containsAll(before);
                }));
  }

  @Test
  void deletedTopicThatIsOfflineMakesRoomForItsName() {
    run(
        () -> {
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(topic(FIRST, 1)).join();
                append(replicas.require(T0), Acks.NONE);
              });
          world.disk().corrupt(DIRECTORY.resolve("t-0/00000000000000000000.log"), 16, 1);
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(topic(FIRST, 1)).join();
                assertThat(replicas.offline()).containsOnlyKeys(T0);
                replicas.reconcile(ClusterImage.empty("c")).join();
                assertThat(replicas.offline()).isEmpty();
                replicas.reconcile(topic(SECOND, 1)).join();
                assertThat(replicas.require(SECOND, 0).isLeader()).isTrue();
              });
        });
  }

  @Test
  void strayThatStaysDoesNotKeepTheOthers() {
    run(
        () -> {
          withReplicas((directory, replicas) -> replicas.reconcile(topic(FIRST, 5)).join());
          world.disk().failNext(DiskOperation.RENAME, path -> path.toString().contains("/t-"));
          withReplicas((directory, replicas) -> replicas.reconcile(ClusterImage.empty("c")).join());
          assertThat(names()).filteredOn(name -> name.endsWith("-stray")).hasSize(4);
        });
  }

  @Test
  void stopDoesNotWaitForAllPartitionsToOpen() {
    run(
        () -> {
          List<CompletableFuture<Void>> wanted = new ArrayList<>();
          withReplicas(
              (directory, replicas) -> {
                ClusterImage image = topic(FIRST, 200);
                wanted.add(replicas.reconcile(image));
                sleepSeconds(10);
                wanted.add(replicas.reconcile(topic(image, "u", SECOND, 200)));
                wanted.add(replicas.reconcile(ClusterImage.empty("c")));
                replicas.close();
                assertThat(directory.stored()).hasSizeBetween(1, 50);
              });
          assertThat(wanted)
              .allSatisfy(
                  done ->
                      assertThatThrownBy(done::join)
                          .isInstanceOf(CompletionException.class)
                          .hasCauseInstanceOf(KafkaStorageException.class));
        });
  }

  @Test
  void whoWaitsForAnAcknowledgementIsRefusedWhenTheLeadershipEnds() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  ClusterImage image = topic(FIRST, 1);
                  replicas.reconcile(image).join();
                  Replica replica = replicas.require(T0);
                  List<Errors> told = new ArrayList<>();
                  append(replica, Acks.ALL).whenAcknowledged(told::add);
                  append(replica, Acks.LEADER).whenAcknowledged(told::add);
                  TopicConfig config = TopicConfig.of("t", Map.of(), Map.of());
                  replica.update(Role.of(led(2, 1), 1, true), config);
                  assertThat(told)
                      .containsExactly(
                          Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_LEADER_OR_FOLLOWER);
                  replica.update(Role.of(led(1, 2), 1, true), config);
                  sleepSeconds(10);
                  assertThat(told)
                      .containsExactly(
                          Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_LEADER_OR_FOLLOWER);
                }));
  }

  @Test
  void internalTopicsAreForcedWhateverTheDefaultIs() {
    run(
        () -> {
          try (LogDirectory directory =
                  LogDirectory.open(world, DIRECTORY, LogDirectoryOptions.defaults());
              Replicas replicas =
                  new Replicas(world, directory, 1, Map.of("flush.messages", "1000"))) {
            ClusterImage image = topic(topic(FIRST, 1), "__consumer_offsets", SECOND, 1);
            replicas.reconcile(image).join();
            TopicPartition offsets = new TopicPartition("__consumer_offsets", 0);
            List<Errors> told = new ArrayList<>();
            append(replicas.require(offsets), Acks.ALL).whenAcknowledged(told::add);
            assertThat(told).isEmpty();
            append(replicas.require(T0), Acks.ALL).whenAcknowledged(told::add);
            assertThat(told).containsExactly(Errors.NONE);
            assertThat(directory.unforcedTopics()).contains(Set.of(FIRST));
          }
        });
  }

  @Test
  void whatWasReadableIsSoAfterAStartWithTooFewInSync() {
    run(
        () -> {
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(topic(FIRST, 1)).join();
                append(replicas.require(T0), Acks.ALL);
                sleepSeconds(10);
                assertThat(replicas.require(T0).highWatermark()).isEqualTo(1);
              });
          PartitionImage alone = new PartitionImage(List.of(1, 2), List.of(1), 1, 1, 1);
          ClusterImage image =
              ClusterImage.empty("c")
                  .apply(
                      List.of(
                          new Fact.TopicCreated("t", FIRST),
                          new Fact.PartitionAdded(FIRST, 0, alone),
                          new Fact.ConfigChanged(
                              new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                              "min.insync.replicas",
                              Optional.of("2"))));
          withReplicas(
              (directory, replicas) -> {
                replicas.reconcile(image).join();
                Replica replica = replicas.require(T0);
                assertThat(replica.highWatermark()).isEqualTo(1);
                assertThat(
                        replica
                            .listOffset(-1, ReadLimit.HIGH_WATERMARK, OptionalInt.empty())
                            .offset())
                    .isEqualTo(1);
              });
        });
  }

  @Test
  void whoWaitsGoesOnWaitingWhenTheSameNodeLeadsOn() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  replicas.reconcile(topic(FIRST, 1)).join();
                  Replica replica = replicas.require(T0);
                  TopicConfig config = TopicConfig.of("t", Map.of(), Map.of());
                  List<Errors> told = new ArrayList<>();
                  AppendTicket before = append(replica, Acks.ALL);
                  before.whenAcknowledged(told::add);
                  replica.update(Role.of(led(1, 1), 1, true), config);
                  before.whenAcknowledged(told::add);
                  assertThat(told).isEmpty();
                  // Another one may have led in between.
                  replica.update(Role.of(led(1, 3), 1, true), config);
                  assertThat(told)
                      .containsExactly(
                          Errors.NOT_LEADER_OR_FOLLOWER, Errors.NOT_LEADER_OR_FOLLOWER);
                  append(replica, Acks.ALL).whenAcknowledged(told::add);
                  replica.update(Role.of(led(1, 4), 1, true), config);
                  sleepSeconds(10);
                  assertThat(told).hasSize(3).last().isEqualTo(Errors.NONE);
                  before.whenAcknowledged(told::add);
                  assertThat(told).last().isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
                }));
  }

  @Test
  void aTimeThatIsAboveAnUnsettledHighWatermarkIsNotTakenForNone() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  replicas.reconcile(topic(FIRST, 1)).join();
                  Replica replica = replicas.require(T0);
                  TopicConfig two =
                      TopicConfig.of("t", Map.of(), Map.of("min.insync.replicas", "2"));
                  for (int epoch = 1; epoch <= 2; epoch++) {
                    PartitionImage alone =
                        new PartitionImage(List.of(1, 2), List.of(1), 1, epoch, epoch);
                    replica.update(Role.of(alone, 1, true), two);
                    append(replica, Acks.LEADER);
                  }
                  for (long time : List.of(1_000L, ListOffsetsRequest.MAX_TIMESTAMP)) {
                    assertThatThrownBy(
                            () ->
                                replica.listOffset(
                                    time, ReadLimit.HIGH_WATERMARK, OptionalInt.empty()))
                        .isInstanceOf(OffsetNotAvailableException.class);
                  }
                  assertThat(
                          replica
                              .listOffset(2_000, ReadLimit.HIGH_WATERMARK, OptionalInt.empty())
                              .offset())
                      .isEqualTo(-1);
                }));
  }

  @Test
  void oneThatFailsWhenToldDoesNotKeepTheOthersWaiting() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  replicas.reconcile(topic(FIRST, 1)).join();
                  Replica replica = replicas.require(T0);
                  List<Object> told = new ArrayList<>();
                  for (Acks acks : List.of(Acks.ALL, Acks.LEADER)) {
                    append(replica, acks)
                        .whenAcknowledged(
                            error -> {
                              throw new IllegalStateException("fails when told");
                            });
                    append(replica, acks).whenAcknowledged(told::add);
                  }
                  replica.onHighWatermark(
                      () -> {
                        throw new IllegalStateException("fails when told");
                      });
                  replica.onHighWatermark(() -> told.add("moved"));
                  sleepSeconds(10);
                  assertThat(told).contains("moved").filteredOn(Errors.NONE::equals).hasSize(2);
                }));
  }

  @Test
  void recordsOfManyPartitionsAreDeletedWithOneCheckpoint() {
    run(
        () ->
            withReplicas(
                (directory, replicas) -> {
                  replicas.reconcile(topic(FIRST, 30)).join();
                  replicas.all().forEach(replica -> append(replica, Acks.NONE));
                  sleepSeconds(10);
                  long before = world.disk().operations();
                  deleteAll(replicas);
                  long first = world.disk().operations() - before;
                  assertThat(first).isBetween(1L, 30L);
                  deleteAll(replicas);
                  assertThat(world.disk().operations() - before).isEqualTo(first);
                }));
  }

  private static void deleteAll(Replicas replicas) {
    List<CompletableFuture<Long>> starts =
        replicas.all().stream().map(replica -> replica.deleteRecords(-1)).toList();
    assertThat(starts).allSatisfy(start -> assertThat(start.join()).isEqualTo(1));
  }
}
