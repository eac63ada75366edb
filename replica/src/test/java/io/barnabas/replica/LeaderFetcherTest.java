package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.replica.LeaderFetch.FetchOrder;
import io.barnabas.replica.LeaderFetch.Fetched;
import io.barnabas.replica.LeaderFetch.Wanted;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** What a follower asks its leader for, round by round, and what it tells of failures. */
class LeaderFetcherTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final int PARTITIONS = 20;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final long SECOND_NANOS = 1_000_000_000;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
  private final ScriptedLine line = new ScriptedLine();

  private interface Body {
    void run(Replicas replicas, ClusterImage image) throws Exception;
  }

  /** The leader, whose answers a test gives one by one. */
  private static final class ScriptedLine implements LeaderFetch.Line {
    private final List<FetchOrder> orders = new ArrayList<>();
    private CompletableFuture<List<Fetched>> asked = new CompletableFuture<>();

    @Override
    public CompletableFuture<List<Fetched>> fetch(FetchOrder order) {
      orders.add(order);
      asked = new CompletableFuture<>();
      return asked;
    }

    @Override
    public void reset() {
      asked.completeExceptionally(new IOException("reset"));
    }

    @Override
    public void close() {
      asked.completeExceptionally(new IOException("closed"));
    }
  }

  /** Node 1 follows node 2 in all partitions, and has asked for all of them. */
  private void run(Body body) {
    RunEnd end =
        world.run(
            () -> {
              ReplicaLinks links =
                  new ReplicaLinks(
                      Optional.empty(),
                      leader -> line,
                      (epoch, proposals) -> new CompletableFuture<>(),
                      DamageReports.none(),
                      30_000,
                      500,
                      ThrottleSettings.none());
              try (LogDirectory directory =
                      LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
                  Replicas replicas = new Replicas(world, directory, 1, image -> Map.of(), links)) {
                ClusterImage image = image();
                replicas.reconcile(image).join();
                while (wanted().size() < PARTITIONS) {
                  line.asked.complete(List.of());
                  world.threads().sleep(SECOND_NANOS / 100);
                }
                body.run(replicas, image);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static ClusterImage image() {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact.TopicCreated("t", TOPIC));
    for (int i = 0; i < PARTITIONS; i++) {
      facts.add(new Fact.PartitionAdded(TOPIC, i, ledBy(2, 0)));
    }
    return ClusterImage.empty("c").apply(facts);
  }

  private static PartitionImage ledBy(int leader, int epoch) {
    return new PartitionImage(List.of(2, 1), List.of(2, 1), leader, epoch, epoch);
  }

  private static TopicIdPartition id(int partition) {
    return new TopicIdPartition(TOPIC, partition, "t");
  }

  /** All that was ever asked for and is still wanted. */
  private List<TopicIdPartition> wanted() {
    List<TopicIdPartition> all = new ArrayList<>();
    for (FetchOrder order : line.orders) {
      all.removeAll(order.unwanted());
      order.changed().stream().map(Wanted::id).filter(id -> !all.contains(id)).forEach(all::add);
    }
    return all;
  }

  /** Gives an answer, and waits for what the follower asks then. */
  private FetchOrder afterAnswer(Fetched... answer) {
    int before = line.orders.size();
    line.asked.complete(List.of(answer));
    for (int i = 0; i < 1_000 && line.orders.size() == before; i++) {
      world.threads().sleep(SECOND_NANOS / 1_000);
    }
    assertThat(line.orders).hasSize(before + 1);
    return line.orders.getLast();
  }

  private static Fetched record(int partition, long offset) {
    ByteBuffer batch =
        MemoryRecords.withRecords(offset, Compression.NONE, 0, new SimpleRecord(new byte[1]))
            .buffer();
    return new Fetched(id(partition), Errors.NONE, batch, offset + 1, 0, Optional.empty());
  }

  private static Fetched failure(int partition) {
    return new Fetched(id(partition), Errors.UNKNOWN_TOPIC_ID, NOTHING, -1, -1, Optional.empty());
  }

  @Test
  void aRoundSaysOnlyWhatChanged() {
    run(
        (replicas, image) -> {
          assertThat(afterAnswer().changed()).isEmpty();
          FetchOrder one = afterAnswer(record(7, 0));
          assertThat(one.changed()).containsExactly(new Wanted(id(7), 0, 1, 0, 0, 1));
          assertThat(one.unwanted()).isEmpty();
          FetchOrder two = afterAnswer(record(7, 1), record(3, 0));
          assertThat(two.changed()).extracting(Wanted::id).containsExactly(id(7), id(3));
          assertThat(afterAnswer().changed()).isEmpty();
        });
  }

  @Test
  void whatIsNoLongerFollowedIsNoLongerAskedFor() {
    run(
        (replicas, image) -> {
          ClusterImage next =
              image.apply(
                  List.of(
                      new Fact.PartitionChanged(TOPIC, 4, ledBy(1, 1)),
                      new Fact.PartitionChanged(TOPIC, 5, ledBy(2, 1))));
          replicas.reconcile(next).join();
          FetchOrder order = afterAnswer();
          assertThat(order.unwanted()).containsExactly(id(4));
          assertThat(order.changed()).containsExactly(new Wanted(id(5), 1, 0, -1, 0, 0));
        });
  }

  private static ClusterImage inNextEpoch(ClusterImage image, List<Integer> partitions) {
    return image.apply(
        partitions.stream()
            .<Fact>map(each -> new Fact.PartitionChanged(TOPIC, each, ledBy(2, 1)))
            .toList());
  }

  @Test
  void newcomersBreakIntoAFetchTogether() {
    run(
        (replicas, image) -> {
          world.threads().sleep(SECOND_NANOS);
          int before = line.orders.size();
          List<Integer> all = IntStream.range(0, PARTITIONS).boxed().toList();
          replicas.reconcile(inNextEpoch(image, all)).join();
          world.threads().sleep(SECOND_NANOS / 20);
          assertThat(line.orders).hasSize(before + 1);
          assertThat(line.orders.getLast().changed())
              .hasSize(PARTITIONS)
              .allMatch(wanted -> wanted.leaderEpoch() == 1);
        });
  }

  @Test
  void oneThatComesJustAfterOthersBreaksInALittleLater() {
    run(
        (replicas, image) -> {
          world.threads().sleep(SECOND_NANOS);
          int before = line.orders.size();
          ClusterImage first = inNextEpoch(image, List.of(3));
          replicas.reconcile(first).join();
          world.threads().sleep(SECOND_NANOS / 20);
          replicas.reconcile(inNextEpoch(first, List.of(4))).join();
          world.threads().sleep(SECOND_NANOS / 20);
          assertThat(line.orders).as("connections made").hasSize(before + 1);
          world.threads().sleep(SECOND_NANOS / 5);
          assertThat(line.orders).hasSize(before + 2);
          assertThat(line.orders.getLast().changed()).extracting(Wanted::id).containsExactly(id(4));
        });
  }

  @Test
  void whatFailsIsLeftOutForAWhile() {
    run(
        (replicas, image) -> {
          FetchOrder without = afterAnswer(failure(3), failure(8));
          assertThat(without.unwanted()).containsExactly(id(3), id(8));
          assertThat(without.changed()).isEmpty();
          assertThat(without.maxWaitMs()).isLessThan(100);
          world.threads().sleep(SECOND_NANOS / 10);
          assertThat(afterAnswer().changed())
              .extracting(Wanted::id)
              .containsExactlyInAnyOrder(id(3), id(8));
          assertThat(wanted()).hasSize(PARTITIONS);
        });
  }

  @Test
  void failuresAreToldWhenTheyLastAndAllAtOnce() {
    run(
        (replicas, image) -> {
          Troubles troubles = new Troubles(2);
          FollowedPartition first = followed(replicas, 1);
          FollowedPartition second = followed(replicas, 2);
          FollowedPartition gone = followed(replicas, 3);
          FollowedPartition recovered = followed(replicas, 4);
          for (FollowedPartition each : List.of(first, second, gone, recovered)) {
            each.take(failure(each.id().partition()), 0);
            troubles.note(each);
          }
          recovered.take(record(4, 0), SECOND_NANOS);
          troubles.note(recovered);
          assertThat(troubles.lasting(each -> true, SECOND_NANOS)).isEmpty();
          assertThat(troubles.lasting(each -> !each.equals(gone), 6 * SECOND_NANOS))
              .hasValueSatisfying(
                  text ->
                      assertThat(text)
                          .startsWith("2 partitions of node 2 cannot be followed for now")
                          .contains("t-1: "));
          first.take(failure(1), 7 * SECOND_NANOS);
          troubles.note(first);
          assertThat(troubles.lasting(each -> true, 60 * SECOND_NANOS)).as("once").isEmpty();
        });
  }

  private static FollowedPartition followed(Replicas replicas, int partition) {
    return new FollowedPartition(replicas.require(new TopicPartition("t", partition)), 0, 0);
  }
}
