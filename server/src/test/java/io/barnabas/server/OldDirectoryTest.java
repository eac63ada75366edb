package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.SimulatedDisk;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker that comes back with its data directory as it was, or as it was some time before. */
class OldDirectoryTest {
  private static final Path DATA = Path.of("/data");

  /** So many that two can be gone. */
  private static final int NODES = 5;

  private static final int LIMIT_MS = 10_000;

  /** How a broker ends. */
  private enum End {
    IN_GOOD_ORDER,
    KILLED
  }

  private interface Body {
    void run(SimulatedCluster cluster, int broker, int other, Uuid topic) throws Exception;
  }

  /** A topic on two brokers, which only both together acknowledge what is written to. */
  private static void run(Body body) {
    run("2", body);
  }

  private static void run(String minInsyncReplicas, Body body) {
    SimulatedCluster.run(
        1,
        NODES,
        cluster -> {
          int controller = cluster.controller();
          List<Integer> two =
              IntStream.rangeClosed(1, NODES)
                  .filter(id -> id != controller)
                  .limit(2)
                  .boxed()
                  .toList();
          Uuid topic = createTopic(cluster, two, minInsyncReplicas);
          body.run(cluster, two.getFirst(), two.getLast(), topic);
        });
  }

  private static Uuid createTopic(
      SimulatedCluster cluster, List<Integer> brokers, String minInsyncReplicas) throws Exception {
    CreatableTopic topic =
        new CreatableTopic().setName("t").setNumPartitions(-1).setReplicationFactor((short) -1);
    topic
        .assignments()
        .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(brokers));
    topic
        .configs()
        .add(new CreatableTopicConfig().setName("min.insync.replicas").setValue(minInsyncReplicas));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(LIMIT_MS);
    request.topics().add(topic);
    try (TestClient client = cluster.client(cluster.controller())) {
      var answer =
          client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class).topics();
      assertThat(answer.find("t").errorCode()).isZero();
      return answer.find("t").topicId();
    }
  }

  private static PartitionImage partition(SimulatedCluster cluster, Uuid topic) {
    return cluster.image(cluster.controller()).partition(topic, 0).orElseThrow();
  }

  private static void end(SimulatedCluster cluster, int id, End how) {
    if (how == End.IN_GOOD_ORDER) {
      cluster.stop(id);
    } else {
      cluster.kill(id);
    }
    cluster.await("it is fenced", LIMIT_MS, () -> cluster.isFenced(id));
  }

  private static void start(SimulatedCluster cluster, int id) {
    cluster.begin(id).join();
    cluster.await("it takes part", LIMIT_MS, () -> cluster.takesPart(id));
  }

  private static DirectoryCopy copy(SimulatedCluster cluster, int id) throws Exception {
    return DirectoryCopy.of(cluster.world().machine(SimulatedCluster.machine(id)).disk(), DATA);
  }

  /** Its files as they were at an end, after which it came back in sync. */
  private static DirectoryCopy copyOfStopped(
      SimulatedCluster cluster, int broker, Uuid topic, End end) throws Exception {
    end(cluster, broker, end);
    DirectoryCopy old = copy(cluster, broker);
    start(cluster, broker);
    cluster.await("both are in sync", LIMIT_MS, () -> partition(cluster, topic).isr().size() == 2);
    return old;
  }

  @ParameterizedTest
  @EnumSource
  void oneThatComesBackWithOldFilesLeadsNothingThatOthersHave(End end) {
    run(
        (cluster, broker, other, topic) -> {
          DirectoryCopy old = copyOfStopped(cluster, broker, topic, end);
          end(cluster, broker, end);
          end(cluster, other, end);
          old.restore(cluster.world().machine(SimulatedCluster.machine(broker)).disk());
          start(cluster, broker);
          assertThat(partition(cluster, topic).leader()).isEqualTo(PartitionImage.NO_LEADER);
          start(cluster, other);
          cluster.await(
              "the one that has everything leads",
              LIMIT_MS,
              () -> partition(cluster, topic).leader() == other);
          cluster.await(
              "the other one follows",
              LIMIT_MS,
              () -> partition(cluster, topic).isr().contains(broker));
        });
  }

  @ParameterizedTest
  @EnumSource
  void oneThatWasAloneInSyncLeadsWithOldFilesOnlyIfAnOperatorWantsIt(End end) {
    run(
        "1",
        (cluster, broker, other, topic) -> {
          DirectoryCopy old = copyOfStopped(cluster, broker, topic, end);
          end(cluster, other, end);
          end(cluster, broker, end);
          old.restore(cluster.world().machine(SimulatedCluster.machine(broker)).disk());
          start(cluster, broker);
          start(cluster, other);
          assertThat(partition(cluster, topic).leader()).isEqualTo(PartitionImage.NO_LEADER);
          end(cluster, broker, end);
          start(cluster, broker);
          assertThat(partition(cluster, topic).leader()).isEqualTo(PartitionImage.NO_LEADER);
          electUncleanly(cluster);
          cluster.await(
              "both are in sync again",
              LIMIT_MS,
              () -> partition(cluster, topic).isr().size() == 2);
        });
  }

  /** As one does with a machine that is lost, before it is made anew from a backup. */
  @ParameterizedTest
  @EnumSource
  void norDoesOneThatWasUnregisteredInTheMeantime(End end) {
    run(
        "1",
        (cluster, broker, other, topic) -> {
          DirectoryCopy old = copyOfStopped(cluster, broker, topic, end);
          end(cluster, other, end);
          end(cluster, broker, end);
          unregister(cluster, broker);
          old.restore(cluster.world().machine(SimulatedCluster.machine(broker)).disk());
          start(cluster, broker);
          assertThat(partition(cluster, topic).leader()).isEqualTo(PartitionImage.NO_LEADER);
          start(cluster, other);
          electUncleanly(cluster);
          assertThat(partition(cluster, topic).leader()).as("the last in sync").isEqualTo(broker);
        });
  }

  private static void unregister(SimulatedCluster cluster, int broker) throws Exception {
    try (TestClient client = cluster.client(cluster.controller())) {
      UnregisterBrokerRequestData request = new UnregisterBrokerRequestData().setBrokerId(broker);
      assertThat(
              client
                  .call(ApiKeys.UNREGISTER_BROKER, 0, request, UnregisterBrokerResponseData.class)
                  .errorCode())
          .isZero();
    }
  }

  private static void electUncleanly(SimulatedCluster cluster) throws Exception {
    ElectLeadersRequestData request =
        new ElectLeadersRequestData().setElectionType((byte) 1).setTimeoutMs(LIMIT_MS);
    TopicPartitions topic = new TopicPartitions().setTopic("t").setPartitions(List.of(0));
    request.topicPartitions().add(topic);
    try (TestClient client = cluster.client(cluster.controller())) {
      var answer = client.call(ApiKeys.ELECT_LEADERS, 2, request, ElectLeadersResponseData.class);
      assertThat(answer.errorCode()).isZero();
      assertThat(
              answer.replicaElectionResults().getFirst().partitionResult().getFirst().errorCode())
          .isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneThatComesBackWithItsFilesLeadsWithoutTheOthers(End end) {
    run(
        (cluster, broker, other, topic) -> {
          end(cluster, broker, end);
          start(cluster, broker);
          cluster.await(
              "both are in sync", LIMIT_MS, () -> partition(cluster, topic).isr().size() == 2);
          end(cluster, broker, end);
          end(cluster, other, end);
          start(cluster, broker);
          assertThat(partition(cluster, topic).leader()).isEqualTo(broker);
        });
  }

  /** The cluster has taken in a registration, and the broker dies before its files know of that. */
  @Test
  void oneThatDiesBetweenRegisteringAndNotingThatIsReliedOn() {
    run(
        "1",
        (cluster, broker, other, topic) -> {
          end(cluster, other, End.KILLED);
          end(cluster, broker, End.KILLED);
          SimulatedDisk disk = cluster.world().machine(SimulatedCluster.machine(broker)).disk();
          for (int i = 0; i < 2; i++) {
            AtomicInteger writes = new AtomicInteger();
            disk.failAlways(
                DiskOperation.APPEND,
                path -> path.toString().contains("broker.epoch") && writes.getAndIncrement() > 0);
            long before = epoch(cluster, broker);
            var _ = cluster.begin(broker);
            cluster.await("it is registered", LIMIT_MS, () -> epoch(cluster, broker) > before);
            cluster.await("it does not know", LIMIT_MS, () -> writes.get() > 3);
            cluster.kill(broker);
            disk.heal();
          }
          start(cluster, broker);
          assertThat(partition(cluster, topic).leader()).isEqualTo(broker);
        });
  }

  private static long epoch(SimulatedCluster cluster, int broker) {
    return cluster.image(cluster.controller()).broker(broker).orElseThrow().epoch();
  }
}
