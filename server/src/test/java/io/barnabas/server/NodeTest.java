package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.Requests.Fetched;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.World;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.DiskOperation;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedDisk;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A whole node in the simulated world. */
class NodeTest {
  private static final long DISK_BYTES = 1L << 30;

  private static final long RETRY_NANOS = 10_000;
  private static final InetSocketAddress FIRST_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);

  private final SimulatedDisk disk = new SimulatedDisk(DISK_BYTES);

  private interface Body {
    void run(World world) throws Exception;
  }

  private void run(long seed, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults(), disk);
    assertThat(world.run(() -> body.run(world))).isEqualTo(RunEnd.FINISHED);
  }

  private interface ClientBody {
    void run(Node node, TestClient client) throws Exception;
  }

  /** With a node that has started, and a client of it. */
  private void runWithClient(long seed, ClientBody body) {
    run(
        seed,
        world -> {
          try (Node node = start(world);
              TestClient client = TestClient.connect(world, node.addresses().getFirst())) {
            body.run(node, client);
          }
        });
  }

  private static Node start(World world, String... more) throws Exception {
    Map<String, String> settings = new TreeMap<>(Map.of("log.dirs", "/data", "node.id", "1"));
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return Node.start(world, NodeSettings.parse(settings));
  }

  @Test
  void recordsAndTheClustersIdAreThereAfterARestart() {
    Uuid[] topic = new Uuid[1];
    String[] cluster = new String[1];
    runWithClient(
        1,
        (node, client) -> {
          cluster[0] = node.clusterId();
          topic[0] = Requests.createTopic(client, "t", 1, Map.of());
          long producer = Requests.newProducerId(client);
          var answer = Requests.produce(client, topic[0], 0, producer, 0, List.of("a", "b"));
          assertThat(answer.errorCode()).isZero();
        });
    runWithClient(
        2,
        (node, client) -> {
          node.awaitReady();
          assertThat(node.clusterId()).isEqualTo(cluster[0]);
          assertThat(Requests.fetchAll(client, topic[0], 0))
              .containsExactly(new Fetched(0, "a"), new Fetched(1, "b"));
        });
  }

  @Test
  void aNodeThatCannotStartSaysWhyAndLeavesNothingRunning() {
    run(
        1,
        world -> {
          try (Node node = start(world)) {
            assertThat(node.offlinePartitions()).isEmpty();
            assertThatThrownBy(() -> start(world, "listeners", "PLAINTEXT://127.0.0.1:9999"))
                .isInstanceOf(StartupException.class)
                .hasMessage("The data directory /data is in use by another process.");
            assertThatThrownBy(() -> start(world, "log.dirs", "/other"))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("127.0.0.1:9092");
            assertThat(disk.exists(Path.of("/other"))).isFalse();
          }
          assertThatThrownBy(() -> start(world, "node.id", "2"))
              .isInstanceOf(StartupException.class)
              .hasMessage("The setting node.id is 2, but the data in /data is that of node 1.");
          start(world, "log.dirs", "/other").close();
          start(world).close();
        });
  }

  @Test
  void theFirstClientIsToldOfTheNodeAsItIsNow() {
    run(1, world -> start(world, "listeners", "PLAINTEXT://127.0.0.1:9999").close());
    for (long seed = 2; seed < 12; seed++) {
      run(
          seed,
          world -> {
            List<Integer> ports = new CopyOnWriteArrayList<>();
            WorldThread early =
                world.threads().startVirtual("early", () -> ports.addAll(portsToldFirst(world)));
            try (Node node = start(world)) {
              early.join();
              assertThat(ports).containsExactly(node.addresses().getFirst().getPort());
            }
          });
      run(seed, world -> start(world, "listeners", "PLAINTEXT://127.0.0.1:9999").close());
    }
  }

  /** Of the brokers that a client is told of that connects as soon as there is a port. */
  private static List<Integer> portsToldFirst(World world) {
    while (true) {
      try (TestClient client = TestClient.connect(world, FIRST_PORT)) {
        return client
            .call(
                ApiKeys.METADATA,
                12,
                new MetadataRequestData().setTopics(List.of()),
                MetadataResponseData.class)
            .brokers()
            .stream()
            .map(MetadataResponseData.MetadataResponseBroker::port)
            .toList();
      } catch (IOException e) {
        // Not there yet.
        world.threads().sleep(RETRY_NANOS);
      }
    }
  }

  @Test
  void aFailedDiskEndsTheNode() {
    runWithClient(
        1,
        (node, client) -> {
          Uuid topic = Requests.createTopic(client, "t", 1, Map.of());
          long producer = Requests.newProducerId(client);
          disk.failAlways(DiskOperation.FORCE, path -> path.toString().endsWith(".log"));
          var answer = Requests.produce(client, topic, 0, producer, 0, List.of("a"));
          assertThat(answer.errorCode()).isNotZero();
          assertThat(node.awaitTermination().orElseThrow()).contains("/data has failed");
        });
  }

  @Test
  void aClientIsToldOfAFailedDiskAndNotOfTheNodesFiles() {
    runWithClient(
        1,
        (node, client) -> {
          Uuid topic = Requests.createTopic(client, "t", 1, Map.of());
          long producer = Requests.newProducerId(client);
          disk.failAlways(DiskOperation.APPEND, path -> path.toString().endsWith(".log"));
          var answer = Requests.produce(client, topic, 0, producer, 0, List.of("a"));
          assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
          assertThat(answer.errorMessage()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.message());
        });
  }

  @Test
  void aFailedMetadataLogEndsTheNode() {
    runWithClient(
        1,
        (node, client) -> {
          disk.failAlways(DiskOperation.FORCE, path -> path.toString().contains("quorum"));
          assertThat(Requests.tryCreateTopic(client, "t")).isEqualTo(Errors.REQUEST_TIMED_OUT);
          assertThat(node.awaitTermination().orElseThrow()).contains("metadata log has failed");
        });
  }

  @Test
  void whatTopicsInheritChangesWhileTheNodeRuns() {
    runWithClient(
        1,
        (node, client) -> {
          Uuid topic = Requests.createTopic(client, "t", 1, Map.of());
          long producer = Requests.newProducerId(client);
          assertThat(Requests.alterBroker(client, "", "message.max.bytes", "100"))
              .isEqualTo(Errors.NONE);
          List<String> large = List.of("x".repeat(200));
          var refused = Requests.produce(client, topic, 0, producer, 0, large);
          assertThat(refused.errorCode()).isEqualTo(Errors.MESSAGE_TOO_LARGE.code());
          assertThat(Requests.alterBroker(client, "1", "message.max.bytes", "1000"))
              .isEqualTo(Errors.NONE);
          var taken = Requests.produce(client, topic, 0, producer, 0, large);
          assertThat(taken.errorCode()).isZero();
          assertThat(Requests.alterBroker(client, "1", "node.id", "9"))
              .isEqualTo(Errors.INVALID_REQUEST);
        });
  }
}
