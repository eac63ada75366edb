package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

/** Who leads a partition does not wait for what becomes of others. */
class RolesTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final Uuid OTHER = new Uuid(2, 2);
  private static final int MANY = 30;
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  /** A force takes a second. */
  private final SimulatedWorld world =
      new SimulatedWorld(
          1,
          SimulationOptions.defaults()
              .withDiskDelays(
                  DelayRange.ofMicros(0, 10), DelayRange.ofMicros(1_000_000, 1_000_000)));

  private interface Body {
    void run(Replicas replicas) throws Exception;
  }

  private void run(Body body) {
    RunEnd end =
        world.run(
            () -> {
              LeaderFetch leaders = leader -> new SlowLine();
              ReplicaLinks links =
                  new ReplicaLinks(
                      Optional.empty(),
                      leaders,
                      (epoch, proposals) -> new CompletableFuture<>(),
                      DamageReports.none(),
                      30_000,
                      500,
                      ThrottleSettings.none());
              try (LogDirectory directory =
                      LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
                  Replicas replicas = new Replicas(world, directory, 1, image -> Map.of(), links)) {
                body.run(replicas);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  /** Never answers, and takes seconds to close. */
  private final class SlowLine implements LeaderFetch.Line {
    private final CompletableFuture<List<LeaderFetch.Fetched>> answer = new CompletableFuture<>();

    @Override
    public CompletableFuture<List<LeaderFetch.Fetched>> fetch(LeaderFetch.FetchOrder order) {
      return answer;
    }

    @Override
    public void reset() {}

    @Override
    public void close() {
      world.threads().sleep(2_000 * MILLISECOND);
      answer.completeExceptionally(new java.io.IOException("closed"));
    }
  }

  private static ClusterImage with(ClusterImage image, Uuid topic, int partitions, int leader) {
    ClusterImage next =
        image.apply(List.of(new Fact.TopicCreated(topic.equals(TOPIC) ? "t" : "u", topic)));
    for (int i = 0; i < partitions; i++) {
      PartitionImage state = new PartitionImage(List.of(1, 2, 3), List.of(1, 2, 3), leader, 0, 0);
      next = next.apply(List.of(new Fact.PartitionAdded(topic, i, state)));
    }
    return next;
  }

  private static ClusterImage ledBy(ClusterImage image, int partition, int leader, int epoch) {
    PartitionImage state =
        new PartitionImage(List.of(1, 2, 3), List.of(1, 2, 3), leader, epoch, epoch);
    return image.apply(List.of(new Fact.PartitionChanged(TOPIC, partition, state)));
  }

  @Test
  void aReplicaHasItsRoleWhileOthersAreOpened() {
    run(
        replicas -> {
          ClusterImage image = with(ClusterImage.empty("c"), TOPIC, 1, 1);
          replicas.reconcile(image).join();
          Replica replica = replicas.require(new TopicPartition("t", 0));
          assertThat(replica.isLeader()).isTrue();
          ClusterImage more = with(image, OTHER, MANY, 1);
          CompletableFuture<Void> opening = replicas.reconcile(more);
          world.threads().sleep(1_500 * MILLISECOND);
          CompletableFuture<Void> _ = replicas.reconcile(ledBy(more, 0, 2, 1));
          world.threads().sleep(10 * MILLISECOND);
          assertThat(opening.isDone()).isFalse();
          assertThat(replica.isLeader()).isFalse();
          assertThat(replica.leaderEpoch()).isEqualTo(1);
        });
  }

  @Test
  void aLeaderStepsDownWhateverItsSettingsAre() {
    run(
        replicas -> {
          ClusterImage image = with(ClusterImage.empty("c"), TOPIC, 1, 1);
          replicas.reconcile(image).join();
          ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
          ClusterImage unusable =
              image.apply(
                  List.of(
                      new Fact.ConfigChanged(topic, "segment.bytes", Optional.of("a new unit"))));
          CompletableFuture<Void> _ = replicas.reconcile(ledBy(unusable, 0, 2, 1));
          world.threads().sleep(10 * MILLISECOND);
          Replica replica = replicas.require(new TopicPartition("t", 0));
          assertThat(replica.isLeader()).isFalse();
          assertThat(replica.leaderEpoch()).isEqualTo(1);
        });
  }

  @Test
  void oneThatIsOpenedHasTheNewestRole() {
    run(
        replicas -> {
          ClusterImage image = with(ClusterImage.empty("c"), TOPIC, MANY, 1);
          CompletableFuture<Void> opening = replicas.reconcile(image);
          world.threads().sleep(1_500 * MILLISECOND);
          ClusterImage newer = ledBy(image, MANY - 1, 2, 1);
          CompletableFuture<Void> changed = replicas.reconcile(newer);
          opening.join();
          world.threads().sleep(10 * MILLISECOND);
          assertThat(replicas.require(new TopicPartition("t", MANY - 1)).isLeader()).isFalse();
          assertThat(replicas.require(new TopicPartition("t", 0)).isLeader()).isTrue();
          changed.join();
        });
  }

  @Test
  void aLeaderThatIsLeftIsNotWaitedFor() {
    run(
        replicas -> {
          ClusterImage both = with(ClusterImage.empty("c"), TOPIC, 2, 2);
          ClusterImage image = ledBy(both, 1, 3, 1);
          replicas.reconcile(image).join();
          world.threads().sleep(10 * MILLISECOND);
          CompletableFuture<Void> _ = replicas.reconcile(ledBy(ledBy(image, 0, 1, 1), 1, 1, 2));
          world.threads().sleep(10 * MILLISECOND);
          assertThat(replicas.require(new TopicPartition("t", 0)).isLeader()).isTrue();
          assertThat(replicas.require(new TopicPartition("t", 1)).isLeader()).isTrue();
        });
  }
}
