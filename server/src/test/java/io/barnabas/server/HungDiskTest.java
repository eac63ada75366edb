package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.PartitionImage;
import io.barnabas.world.simulated.DelayRange;
import io.barnabas.world.simulated.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three whole nodes, of which one has a disk that does not answer for a while. */
class HungDiskTest {
  private static final int NODES = 3;
  private static final int PARTITIONS = 6;

  /** What the disk may take, and a heartbeat, and a change that is decided and known to all. */
  private static final int NOTICED_MS = 1_500 + 500 + 100;

  /** Longer than a session: whoever could not say so in time would be taken for dead. */
  private static final int HANGS_MS = 10_000;

  /** What is under way may hang to its end; after that it counts as sound some time later. */
  private static final int BACK_MS =
      HANGS_MS + (int) (DiskHealth.SOUND_AFTER_NANOS / 1_000_000) + 1_000;

  /** The same, an append that is given up when it has been looked at twice, and two questions. */
  private static final int MOVED_MS = NOTICED_MS + 2 * 250 + 2 * 100;

  private static final int AT_ONCE_MS = 100;
  private static final long MILLISECOND_NANOS = 1_000_000;

  private static SimulatedDisk disk(SimulatedCluster cluster, int node) {
    return cluster.world().machine(SimulatedCluster.machine(node)).disk();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void itsLeadershipsMoveAwayAndItGoesOnWhenTheDiskDoes(long seed) {
    SimulatedCluster.run(seed, NODES, cluster -> hang(cluster, cluster.other()));
  }

  private static void hang(SimulatedCluster cluster, int victim) throws Exception {
    Uuid topic = createTopic(cluster, "t", NODES);
    int led = ledBy(cluster, topic, victim);
    assertThat(produce(cluster, victim, topic, led)).isEqualTo(Errors.NONE);
    disk(cluster, victim).slowDown(DelayRange.ofMicros(HANGS_MS * 1_000, HANGS_MS * 1_000));
    var _ =
        cluster
            .world()
            .threads()
            .startVirtual("producer", () -> produce(cluster, victim, topic, led));
    cluster.await(
        "others lead all of it",
        NOTICED_MS,
        () ->
            states(cluster, topic).stream().allMatch(p -> p.leader() > 0 && p.leader() != victim));
    assertThat(states(cluster, topic)).allMatch(p -> !p.isr().contains(victim));
    int leader = cluster.image(cluster.controller()).partition(topic, led).orElseThrow().leader();
    // For the leader to hear of it too.
    cluster.world().threads().sleep(AT_ONCE_MS * MILLISECOND_NANOS);
    assertThat(produce(cluster, leader, topic, led)).isEqualTo(Errors.NONE);
    long ms = describe(cluster, victim);
    assertThat(ms).as("until it answers").isLessThan(AT_ONCE_MS);
    disk(cluster, victim).heal();
    cluster.await("it takes part again", BACK_MS, () -> cluster.takesPart(victim));
    cluster.await(
        "all are in sync",
        HANGS_MS,
        () -> states(cluster, topic).stream().allMatch(p -> p.isr().size() == NODES));
  }

  /** Then it does not hear that it leads no more, and must not keep its clients. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whereTheQuorumIsOnTheSameDiskClientsGoOnElsewhere(long seed) {
    SimulatedCluster.run(seed, NODES, cluster -> hangWithItsQuorum(cluster, cluster.other()));
  }

  private static void hangWithItsQuorum(SimulatedCluster cluster, int victim) throws Exception {
    Uuid topic = createTopic(cluster, "t", NODES);
    int led = ledBy(cluster, topic, victim);
    try (MovingClient producer = new MovingClient(cluster, victim, topic, led);
        MovingClient consumer = new MovingClient(cluster, victim, topic, led);
        MovingClient waiting = new MovingClient(cluster, victim, topic, led)) {
      producer.send(leader -> Requests.produce(leader, topic, led, -1, 100));
      consumer.send(leader -> read(leader, topic, led, 0));
      waiting.send(leader -> read(leader, topic, led, 0));
      assertThat(List.of(producer.leader(), consumer.leader(), waiting.leader()))
          .containsOnly(victim);
      disk(cluster, victim).slowDown(DelayRange.ofMicros(HANGS_MS * 1_000, HANGS_MS * 1_000));
      cluster.quorum().hang(victim);
      PartitionImage before = cluster.image(victim).partition(topic, led).orElseThrow();
      List<String> done = new ArrayList<>();
      start(cluster, () -> producer.send(to -> Requests.produce(to, topic, led, -1, 100)), done);
      start(cluster, () -> consumer.send(to -> read(to, topic, led, 500)), done);
      start(cluster, () -> waiting.send(to -> read(to, topic, led, HANGS_MS)), done);
      cluster.await("all go on elsewhere", MOVED_MS, () -> done.size() == 3);
      assertThat(List.of(producer.leader(), consumer.leader(), waiting.leader()))
          .doesNotContain(victim);
      assertThat(cluster.image(victim).partition(topic, led)).contains(before);
    }
    disk(cluster, victim).heal();
    cluster.quorum().heal(victim);
    cluster.await("it takes part again", BACK_MS, () -> cluster.takesPart(victim));
    cluster.await(
        "all are in sync",
        HANGS_MS,
        () -> states(cluster, topic).stream().allMatch(p -> p.isr().size() == NODES));
    cluster.await("it shows itself", BACK_MS, () -> brokers(cluster, victim) == NODES);
  }

  private static void start(SimulatedCluster cluster, Runnable body, List<String> done) {
    cluster
        .world()
        .threads()
        .startVirtual(
            "client",
            () -> {
              body.run();
              done.add("done");
            });
  }

  /** Reads on until there is something after the first record; or only the first one at once. */
  private static Errors read(TestClient client, Uuid topic, int partition, int waitMs)
      throws IOException {
    int offset = waitMs > 0 ? 1 : 0;
    while (true) {
      var answer = Requests.fetch(client, topic, partition, offset, waitMs);
      Errors error = Errors.forCode(answer.errorCode());
      if (error != Errors.NONE || answer.records().sizeInBytes() > 0) {
        return error;
      }
    }
  }

  private static int brokers(SimulatedCluster cluster, int node) {
    try (TestClient client = cluster.client(node)) {
      return client
          .call(
              ApiKeys.DESCRIBE_CLUSTER,
              2,
              new DescribeClusterRequestData().setEndpointType((byte) 1),
              DescribeClusterResponseData.class)
          .brokers()
          .size();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatNobodyElseCanLeadStaysWhereItIs(long seed) {
    SimulatedCluster.run(seed, NODES, cluster -> hangWithTheOnlyReplica(cluster, cluster.other()));
  }

  private static void hangWithTheOnlyReplica(SimulatedCluster cluster, int victim)
      throws Exception {
    Uuid everywhere = createTopic(cluster, "t", NODES);
    Uuid alone = createTopic(cluster, "alone", 1);
    int only = ledBy(cluster, alone, victim);
    PartitionImage before =
        cluster.image(cluster.controller()).partition(alone, only).orElseThrow();
    cluster.await(
        "the node has made its log",
        BACK_MS,
        () -> produce(cluster, victim, alone, only) == Errors.NONE);
    disk(cluster, victim).slowDown(DelayRange.ofMicros(HANGS_MS * 1_000, HANGS_MS * 1_000));
    keepBusy(cluster, victim, alone, only);
    cluster.await(
        "others lead the rest",
        NOTICED_MS,
        () ->
            states(cluster, everywhere).stream()
                .allMatch(p -> p.leader() > 0 && p.leader() != victim));
    cluster.world().threads().sleep(HANGS_MS / 2 * MILLISECOND_NANOS);
    assertThat(cluster.takesPart(victim)).isTrue();
    assertThat(states(cluster, everywhere)).allMatch(p -> !p.isr().contains(victim));
    disk(cluster, victim).heal();
    cluster.await(
        "all are in sync",
        BACK_MS,
        () -> states(cluster, everywhere).stream().allMatch(p -> p.isr().size() == NODES));
    assertThat(cluster.image(cluster.controller()).partition(alone, only)).contains(before);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whereAllDisksHangThereIsALeaderAllTheTime(long seed) {
    SimulatedCluster.run(seed, NODES, HungDiskTest::hangEverywhere);
  }

  private static void hangEverywhere(SimulatedCluster cluster) throws Exception {
    Uuid topic = createTopic(cluster, "t", NODES);
    for (int node = 1; node <= NODES; node++) {
      disk(cluster, node).slowDown(DelayRange.ofMicros(HANGS_MS * 1_000, HANGS_MS * 1_000));
    }
    for (int node = 1; node <= NODES; node++) {
      keepBusy(cluster, node, topic, ledBy(cluster, topic, node));
    }
    for (int ms = 0; ms < HANGS_MS / 2; ms += 10) {
      cluster.world().threads().sleep(10 * MILLISECOND_NANOS);
      assertThat(states(cluster, topic)).allMatch(p -> p.leader() > 0);
    }
    for (int node = 1; node <= NODES; node++) {
      disk(cluster, node).heal();
    }
    cluster.await(
        "all are in sync",
        BACK_MS + HANGS_MS,
        () -> states(cluster, topic).stream().allMatch(p -> p.isr().size() == NODES));
    // From the first to the second to the third, and to one that is in sync before that is sound.
    assertThat(states(cluster, topic)).allMatch(p -> p.leaderEpoch() <= NODES);
  }

  private static void keepBusy(SimulatedCluster cluster, int node, Uuid topic, int partition) {
    var _ =
        cluster
            .world()
            .threads()
            .startVirtual("producer-" + node, () -> produce(cluster, node, topic, partition));
  }

  private static Uuid createTopic(SimulatedCluster cluster, String name, int replicas)
      throws Exception {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName(name)
                .setNumPartitions(PARTITIONS)
                .setReplicationFactor((short) replicas));
    try (TestClient client = cluster.client(cluster.controller())) {
      return client
          .call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class)
          .topics()
          .find(name)
          .topicId();
    }
  }

  private static Collection<PartitionImage> states(SimulatedCluster cluster, Uuid topic) {
    return cluster.image(cluster.controller()).topicById(topic).orElseThrow().partitions().values();
  }

  private static int ledBy(SimulatedCluster cluster, Uuid topic, int node) {
    return cluster
        .image(cluster.controller())
        .topicById(topic)
        .orElseThrow()
        .partitions()
        .entrySet()
        .stream()
        .filter(each -> each.getValue().leader() == node)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** The milliseconds until a node has told that the cluster has one broker fewer. */
  private static long describe(SimulatedCluster cluster, int node) {
    long begin = cluster.world().clock().nanoTime();
    assertThat(brokers(cluster, node)).isEqualTo(NODES - 1);
    return (cluster.world().clock().nanoTime() - begin) / MILLISECOND_NANOS;
  }

  private static Errors produce(SimulatedCluster cluster, int node, Uuid topic, int partition) {
    try (TestClient client = cluster.client(node)) {
      return Requests.produce(client, topic, partition, -1, 100);
    } catch (IOException e) {
      return Errors.NETWORK_EXCEPTION;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
