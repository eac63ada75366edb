package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.BrokerImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.PartitionImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three whole nodes on a simulated quorum: who is noticed to be there, and to be gone. */
class MembershipTest {
  private static final int NODES = 3;
  private static final int SESSION_MS = 3_000;
  private static final int GRACE_MS = 150;

  /** For a change to be decided, committed, and known to all. */
  private static final int COMMIT_MS = 100;

  private static void run(long seed, SimulatedCluster.Body body) {
    SimulatedCluster.run(seed, NODES, body);
  }

  private static List<Integer> describe(SimulatedCluster cluster, int node, boolean withFenced)
      throws Exception {
    try (TestClient client = cluster.client(node)) {
      return client
          .call(
              ApiKeys.DESCRIBE_CLUSTER,
              2,
              new DescribeClusterRequestData()
                  .setEndpointType((byte) 1)
                  .setIncludeFencedBrokers(withFenced),
              DescribeClusterResponseData.class)
          .brokers()
          .stream()
          .map(DescribeClusterBroker::brokerId)
          .sorted()
          .toList();
    }
  }

  private static Uuid createTopic(SimulatedCluster cluster, int partitions) throws Exception {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName("t")
                .setNumPartitions(partitions)
                .setReplicationFactor((short) NODES));
    try (TestClient client = cluster.client(cluster.controller())) {
      var answer =
          client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class).topics();
      assertThat(answer.find("t").errorCode()).isZero();
      return answer.find("t").topicId();
    }
  }

  private static List<PartitionImage> partitions(SimulatedCluster cluster, int node, Uuid topic) {
    return List.copyOf(cluster.image(node).topicById(topic).orElseThrow().partitions().values());
  }

  private static BrokerImage broker(SimulatedCluster cluster, int asked, int broker) {
    return cluster.image(asked).broker(broker).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBrokerThatDiesIsFencedWithinTheGraceAndComesBackWithANewEpoch(long seed) {
    run(
        seed,
        cluster -> {
          int controller = cluster.controller();
          int victim = cluster.other();
          Uuid topic = createTopic(cluster, 6);
          long epoch = broker(cluster, controller, victim).epoch();
          cluster.crash(victim);
          cluster.await("it is fenced", GRACE_MS + COMMIT_MS, () -> cluster.isFenced(victim));
          assertThat(partitions(cluster, controller, topic))
              .allSatisfy(
                  partition -> {
                    assertThat(partition.leader()).isPositive().isNotEqualTo(victim);
                    assertThat(partition.isr()).doesNotContain(victim);
                  });
          assertThat(describe(cluster, controller, false)).hasSize(2).doesNotContain(victim);
          assertThat(describe(cluster, controller, true)).hasSize(3);
          cluster.begin(victim).join();
          cluster.await("it takes part again", COMMIT_MS, () -> cluster.takesPart(victim));
          assertThat(broker(cluster, controller, victim).epoch()).isGreaterThan(epoch);
          assertThat(describe(cluster, victim, false)).hasSize(3);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBrokerThatIsCutOffIsFencedAfterItsSessionAndTakesPartWhenItIsBack(long seed) {
    run(
        seed,
        cluster -> {
          int controller = cluster.controller();
          int victim = cluster.other();
          long epoch = broker(cluster, controller, victim).epoch();
          cluster.silence(victim);
          long ms = cluster.await("it is fenced", 2 * SESSION_MS, () -> cluster.isFenced(victim));
          assertThat(ms).isBetween(SESSION_MS - 600L, (long) SESSION_MS + COMMIT_MS);
          cluster.heal(victim);
          cluster.await("it takes part again", SESSION_MS, () -> cluster.takesPart(victim));
          assertThat(broker(cluster, controller, victim).epoch()).isEqualTo(epoch);
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBrokerThatStopsInGoodOrderIsLeftByItsPartitionsFirst(long seed) {
    run(
        seed,
        cluster -> {
          int controller = cluster.controller();
          int leaving = cluster.other();
          Uuid topic = createTopic(cluster, 6);
          assertThat(partitions(cluster, controller, topic))
              .anyMatch(partition -> partition.leader() == leaving);
          cluster.stop(leaving);
          assertThat(partitions(cluster, controller, topic))
              .allSatisfy(
                  partition -> assertThat(partition.leader()).isPositive().isNotEqualTo(leaving));
          assertThat(broker(cluster, controller, leaving).fenced()).isTrue();
          cluster.begin(leaving).join();
          cluster.await("it takes part again", COMMIT_MS, () -> cluster.takesPart(leaving));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theActiveControllerDiesAndItsBrokerIsFencedByTheNextOne(long seed) {
    run(
        seed,
        cluster -> {
          int victim = cluster.controller();
          cluster.crash(victim);
          cluster.await("it is fenced", SESSION_MS + 2_000, () -> cluster.isFenced(victim));
          int next = cluster.controller();
          assertThat(next).isNotEqualTo(victim);
          assertThat(cluster.image(next).brokers().values())
              .filteredOn(BrokerImage::fenced)
              .hasSize(1);
          cluster.begin(victim).join();
          cluster.await("it takes part again", COMMIT_MS, () -> cluster.takesPart(victim));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theActiveControllerIsKilledAndItsBrokerIsFencedAtOnce(long seed) {
    run(
        seed,
        cluster -> {
          int victim = cluster.controller();
          cluster.kill(victim);
          cluster.await("another one decides", 1_000, () -> cluster.hasOtherController(victim));
          cluster.await("it is fenced", GRACE_MS + COMMIT_MS, () -> cluster.isFenced(victim));
          cluster.begin(victim).join();
          cluster.await("it takes part again", COMMIT_MS, () -> cluster.takesPart(victim));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aChangeOfTheControllerFencesNobody(long seed) {
    run(
        seed,
        cluster -> {
          var brokers = cluster.image(1).brokers();
          int next = cluster.other();
          assertThat(cluster.quorum().elect(next)).isTrue();
          cluster.await(
              "it decides", 1_000, () -> cluster.image(next).activeController().id() == next);
          createTopic(cluster, 1);
          cluster.world().threads().sleep(2 * SESSION_MS * 1_000_000L);
          assertThat(cluster.controller()).isEqualTo(next);
          for (int node = 1; node <= NODES; node++) {
            assertThat(cluster.image(node).brokers()).isEqualTo(brokers);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aControllerThatStopsInGoodOrderHandsOver(long seed) {
    run(
        seed,
        cluster -> {
          int leaving = cluster.controller();
          cluster.stop(leaving);
          cluster.await(
              "another one decides", COMMIT_MS, () -> cluster.hasOtherController(leaving));
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aBrokerThatIsBackAtOnceIsLetInByANewControllerThatHeardNothingOfItsEnd(long seed) {
    run(
        seed,
        cluster -> {
          int old = cluster.controller();
          int next = cluster.other();
          int victim = 6 - old - next;
          long epoch = broker(cluster, old, victim).epoch();
          cluster.kill(victim);
          assertThat(cluster.quorum().elect(next)).isTrue();
          CompletableFuture<Node> started = cluster.begin(victim);
          cluster.await("it is let in", SESSION_MS / 2, started::isDone);
          cluster.await("all know that", COMMIT_MS, () -> cluster.takesPart(victim));
          assertThat(broker(cluster, next, victim).epoch()).isGreaterThan(epoch);
          cluster.world().threads().sleep(2 * SESSION_MS * 1_000_000L);
          assertThat(cluster.takesPart(victim)).as("its old session fences nobody").isTrue();
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aCopyOfARunningBrokersDirectoryThrowsNobodyOut(long seed) {
    run(
        seed,
        cluster -> {
          int old = cluster.controller();
          int next = cluster.other();
          int victim = 6 - old - next;
          BrokerImage registered = broker(cluster, old, victim);
          assertThat(registerCopyOf(cluster, old, registered, machineOf(victim)))
              .isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
          assertThat(registerCopyOf(cluster, old, registered, "elsewhere"))
              .isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
          assertThat(cluster.quorum().elect(next)).isTrue();
          cluster.await(
              "it decides", 1_000, () -> cluster.image(next).activeController().id() == next);
          // Before and after the broker has come to the new one.
          for (int i = 0; i < 3; i++) {
            assertThat(registerCopyOf(cluster, next, registered, machineOf(victim)))
                .isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
            cluster.world().threads().sleep(SESSION_MS / 2 * 1_000_000L);
          }
          assertThat(broker(cluster, next, victim)).isEqualTo(registered);
        });
  }

  private static String machineOf(int broker) {
    return SimulatedCluster.machine(broker);
  }

  /** What a process with the same files as a registered broker is told. */
  private static Errors registerCopyOf(
      SimulatedCluster cluster, int controller, BrokerImage broker, String host) throws Exception {
    BrokerRegistrationRequestData request =
        new BrokerRegistrationRequestData()
            .setBrokerId(broker.id())
            .setClusterId(SimulatedCluster.ID)
            .setIncarnationId(new Uuid(99, 99))
            .setLogDirs(broker.directories());
    for (Endpoint endpoint : broker.endpoints()) {
      request
          .listeners()
          .add(
              new Listener()
                  .setName(endpoint.listener())
                  .setHost(host)
                  .setPort(endpoint.port())
                  .setSecurityProtocol(SecurityProtocol.forName(endpoint.securityProtocol()).id));
    }
    byte[] usedEpoch = ByteBuffer.allocate(Long.BYTES).putLong(broker.epoch()).array();
    request.unknownTaggedFields().add(new RawTaggedField(10_000, usedEpoch));
    try (TestClient client = cluster.client(controller)) {
      return Errors.forCode(
          client
              .call(
                  ApiKeys.BROKER_REGISTRATION,
                  ApiKeys.BROKER_REGISTRATION.latestVersion(),
                  request,
                  BrokerRegistrationResponseData.class)
              .errorCode());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void allNodesStartAgainAtOnce(long seed) {
    run(
        seed,
        cluster -> {
          Uuid topic = createTopic(cluster, 3);
          for (int node = 1; node <= NODES; node++) {
            cluster.crash(node);
          }
          cluster.startAll();
          cluster.await(
              "each partition has a leader",
              COMMIT_MS,
              () -> partitions(cluster, 1, topic).stream().allMatch(p -> p.leader() > 0));
        });
  }
}
