package io.barnabas.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.ClusterImage;
import io.barnabas.metadata.Fact;
import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class MayLeadSoonTest {
  private static final Uuid TOPIC = new Uuid(1, 1);
  private static final int SELF = 1;
  private static final int OTHER = 2;

  private final SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());

  private static ClusterImage image(PartitionImage partition) {
    return ClusterImage.empty("c")
        .apply(
            List.of(
                new Fact.TopicCreated("t", TOPIC), new Fact.PartitionAdded(TOPIC, 0, partition)));
  }

  private static PartitionImage led(int leader, int epoch, List<Integer> isr) {
    return new PartitionImage(List.of(SELF, OTHER), isr, leader, epoch, epoch);
  }

  @Test
  void aFollowerInSyncMayUnlessItLedAMomentAgo() {
    RunEnd end =
        world.run(
            () -> {
              try (LogDirectory directory =
                      LogDirectory.open(world, Path.of("/data"), LogDirectoryOptions.defaults());
                  Replicas replicas = new Replicas(world, directory, SELF, Map.of())) {
                replicas.reconcile(image(led(OTHER, 0, List.of(SELF, OTHER)))).join();
                Replica replica = replicas.require(new TopicPartition("t", 0));
                assertThat(replica.mayLeadSoon()).isTrue();
                replicas.reconcile(image(led(OTHER, 1, List.of(OTHER)))).join();
                assertThat(replica.mayLeadSoon()).isFalse();
                replicas.reconcile(image(led(SELF, 2, List.of(SELF, OTHER)))).join();
                assertThat(replica.mayLeadSoon()).isFalse();
                world.threads().sleep(TimeUnit.SECONDS.toNanos(3));
                replicas.reconcile(image(led(OTHER, 3, List.of(SELF, OTHER)))).join();
                assertThat(replica.mayLeadSoon()).isFalse();
                world.threads().sleep(TimeUnit.SECONDS.toNanos(3));
                assertThat(replica.mayLeadSoon()).isTrue();
              }
            });
    assertThat(end).isEqualTo(RunEnd.FINISHED);
  }
}
