package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.log.Origin;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.Test;

class StandingAsideTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final int SELF = 1;
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  /** With another one in sync, and without. */
  private static final int SHARED = 0;

  private static final int ALONE = 1;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());

  private interface Body {
    void run(Replicas replicas) throws Exception;
  }

  private void run(Body body) {
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory directory =
                      LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
                  Replicas replicas = new Replicas(world, directory, SELF, Map.of())) {
                replicas.reconcile(image()).join();
                body.run(replicas);
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }

  private static ClusterImage image() {
    return ClusterImage.empty("c")
        .apply(
            List.of(
                new Fact.TopicCreated("t", TOPIC),
                new Fact.PartitionAdded(TOPIC, SHARED, led(List.of(SELF, 2))),
                new Fact.PartitionAdded(TOPIC, ALONE, led(List.of(SELF)))));
  }

  private static PartitionImage led(List<Integer> isr) {
    return new PartitionImage(List.of(SELF, 2, 3), isr, SELF, 0, 0);
  }

  private static Replica replica(Replicas replicas, int partition) {
    return replicas.require(new TopicPartition("t", partition));
  }

  private static AppendTicket append(Replica replica, Acks acks) {
    return replica.append(
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[10])).buffer(),
        Origin.CLIENT,
        acks);
  }

  private static void read(Replica replica) {
    replica
        .read(
            new FetchSpec(
                0,
                1_000,
                true,
                OptionalInt.empty(),
                OptionalInt.empty(),
                ReadLimit.HIGH_WATERMARK,
                false,
                -1))
        .close();
  }

  @Test
  void whatOthersCanLeadIsRefusedAlsoToThoseWhoWait() {
    run(
        replicas -> {
          Replica shared = replica(replicas, SHARED);
          List<Errors> told = new ArrayList<>();
          append(shared, Acks.ALL).whenAcknowledged(told::add);
          List<Boolean> readable = new ArrayList<>();
          shared.onHighWatermark(() -> readable.add(shared.isReadable()));
          world.threads().sleep(100 * MILLISECOND);
          assertThat(told).isEmpty();
          assertThat(readable).isEmpty();
          AppendTicket late = append(shared, Acks.ALL);
          replicas.standAside(true);
          assertThat(told).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
          assertThat(readable).containsExactly(false);
          late.whenAcknowledged(told::add);
          assertThat(told).hasSize(2).containsOnly(Errors.NOT_LEADER_OR_FOLLOWER);
          assertThat(shared.isLeader()).isFalse();
          assertThat(replicas.standsAside(SELF)).isTrue();
          assertThat(replicas.standsAside(2)).isFalse();
          assertThatThrownBy(() -> append(shared, Acks.LEADER))
              .isInstanceOf(NotLeaderOrFollowerException.class);
          assertThatThrownBy(() -> read(shared)).isInstanceOf(NotLeaderOrFollowerException.class);
          assertThatThrownBy(
                  () ->
                      shared.listOffset(
                          ListOffsetsRequest.LATEST_TIMESTAMP,
                          ReadLimit.HIGH_WATERMARK,
                          OptionalInt.empty()))
              .isInstanceOf(NotLeaderOrFollowerException.class);
          replicas.standAside(false);
          assertThat(shared.isLeader()).isTrue();
          assertThatCode(() -> read(shared)).doesNotThrowAnyException();
          assertThat(append(shared, Acks.LEADER).appended().firstOffset()).isEqualTo(2);
        });
  }

  @Test
  void whatNobodyElseCanLeadIsServedAsEver() {
    run(
        replicas -> {
          Replica alone = replica(replicas, ALONE);
          replicas.standAside(true);
          List<Errors> told = new ArrayList<>();
          append(alone, Acks.ALL).whenAcknowledged(told::add);
          world.threads().sleep(100 * MILLISECOND);
          assertThat(told).containsExactly(Errors.NONE);
          assertThat(alone.isLeader()).isTrue();
          assertThatCode(() -> read(alone)).doesNotThrowAnyException();
        });
  }

  /** Until its own disk answers a leader may hear of nobody else that it could leave it to. */
  @Test
  void whatNobodyElseCanLeadAnyMoreIsServedAgain() {
    run(
        replicas -> {
          Replica shared = replica(replicas, SHARED);
          replicas.standAside(true);
          assertThat(shared.standsAside()).isTrue();
          PartitionImage left = new PartitionImage(List.of(SELF, 2, 3), List.of(SELF), SELF, 0, 1);
          replicas
              .reconcile(image().apply(List.of(new Fact.PartitionChanged(TOPIC, SHARED, left))))
              .join();
          assertThat(shared.standsAside()).isFalse();
          assertThat(replicas.standsAside(SELF)).isFalse();
          assertThatCode(() -> read(shared)).doesNotThrowAnyException();
        });
  }
}
