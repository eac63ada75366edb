package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three whole nodes, of which one gets an empty disk. */
class ReplacedDiskTest {
  private static final int NODES = 3;
  private static final int PARTITIONS = 6;
  private static final Path DATA = Path.of("/data");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void itsReplicasAreInSyncAgainInTheNewDirectory(long seed) {
    SimulatedCluster.run(
        seed,
        NODES,
        cluster -> {
          Uuid topic = createTopic(cluster, NODES);
          int victim = cluster.other();
          Uuid before = directory(cluster, victim);
          cluster.kill(victim);
          cluster.await("it is fenced", 1_000, () -> cluster.isFenced(victim));
          remove(cluster.world().machine(SimulatedCluster.machine(victim)).disk(), DATA);
          cluster.begin(victim).join();
          Uuid after = directory(cluster, victim);
          assertThat(after).isNotEqualTo(before);
          cluster.await(
              "all are in sync",
              10_000,
              () -> states(cluster, topic).stream().allMatch(p -> p.isr().size() == NODES));
          assertThat(states(cluster, topic)).allMatch(p -> p.directoryOf(victim).equals(after));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatNoOtherHasIsServedAgainWhenTheOldDiskIsBack(long seed) {
    SimulatedCluster.run(
        seed,
        NODES,
        cluster -> {
          Uuid topic = createTopic(cluster, 1);
          int victim = cluster.other();
          Disk disk = cluster.world().machine(SimulatedCluster.machine(victim)).disk();
          end(cluster, victim);
          DirectoryCopy whole = DirectoryCopy.of(disk, DATA);
          remove(disk, DATA);
          cluster.begin(victim).join();
          cluster.await("it takes part", 10_000, () -> cluster.takesPart(victim));
          assertThat(ledBy(cluster, topic, victim)).isZero();
          end(cluster, victim);
          whole.restore(disk);
          cluster.begin(victim).join();
          cluster.await(
              "it leads what it led",
              10_000,
              () -> ledBy(cluster, topic, victim) == PARTITIONS / NODES);
        });
  }

  private static void end(SimulatedCluster cluster, int node) {
    cluster.kill(node);
    cluster.await("it is fenced", 1_000, () -> cluster.isFenced(node));
  }

  private static long ledBy(SimulatedCluster cluster, Uuid topic, int node) {
    return states(cluster, topic).stream().filter(each -> each.leader() == node).count();
  }

  private static void remove(Disk disk, Path folder) throws IOException {
    for (Path name : disk.list(folder)) {
      Path each = folder.resolve(name);
      if (disk.isDirectory(each)) {
        remove(disk, each);
      }
      disk.delete(each);
    }
  }

  private static Uuid directory(SimulatedCluster cluster, int node) {
    return cluster.image(cluster.controller()).broker(node).orElseThrow().directories().getFirst();
  }

  private static Uuid createTopic(SimulatedCluster cluster, int replicas) throws Exception {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName("t")
                .setNumPartitions(PARTITIONS)
                .setReplicationFactor((short) replicas));
    try (TestClient client = cluster.client(cluster.controller())) {
      return client
          .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
          .topics()
          .find("t")
          .topicId();
    }
  }

  private static Collection<PartitionImage> states(SimulatedCluster cluster, Uuid topic) {
    return cluster.image(cluster.controller()).topicById(topic).orElseThrow().partitions().values();
  }
}
