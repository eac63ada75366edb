package io.barnabas.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryOptions;
import io.barnabas.metadata.Fact.ControllerImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.RegisterBroker;
import io.barnabas.metadata.RegisterController;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.replica.ReplicaLinks;
import io.barnabas.replica.Replicas;
import io.barnabas.server.control.Controller;
import io.barnabas.server.forwarding.Forwarder;
import io.barnabas.server.net.ClientServer;
import io.barnabas.server.net.ConnectionLimits;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.server.settings.LiveSettings;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.WorldThread;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.junit.jupiter.api.Test;

/** Three nodes, any of which takes what the active controller decides. */
class ForwardingTest {
  private static final int NODES = 3;
  private static final int PORT = 9092;
  private static final int TIMEOUT_MS = 5_000;
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final String LISTENER = "PLAINTEXT";

  private static final class Cluster {
    final SimulatedWorld world;
    final SimulatedQuorum quorum;
    final List<QuorumMember> members =
        IntStream.rangeClosed(1, NODES)
            .mapToObj(id -> new QuorumMember(id, new UUID(id, id), "n" + id, 9093))
            .toList();
    final List<Controller> controllers = new ArrayList<>();
    final Peers clients;
    final Set<String> acknowledged = new TreeSet<>();
    final List<String> violations = new ArrayList<>();
    int unknown;

    Cluster(SimulatedWorld world) throws Exception {
      this.world = world;
      quorum = new SimulatedQuorum(world, SimulatedQuorumOptions.defaults(), members);
      clients = new Peers(world, "client", PeerLimits.forControl());
      for (int id = 1; id <= NODES; id++) {
        start(id);
      }
      register();
    }

    private void start(int id) throws Exception {
      SimulatedMachine machine = world.machine("n" + id);
      LiveSettings settings =
          new LiveSettings(
              NodeSettings.parse(Map.of("log.dirs", "/data", "node.id", Integer.toString(id))));
      Controller controller =
          Controller.start(
              machine,
              quorum.open(machine, members.get(id - 1)),
              "cluster",
              cause -> violations.add("node %d failed: %s".formatted(id, cause)));
      controllers.add(controller);
      LogDirectory directory =
          LogDirectory.open(machine, Path.of("/data"), LogDirectoryOptions.defaults());
      Replicas replicas =
          new Replicas(machine, directory, id, settings::topicDefaults, ReplicaLinks.none());
      ControlContext context =
          new ControlContext(
              machine,
              settings,
              controller,
              replicas,
              directory,
              () -> CompletableFuture.completedFuture(null),
              Optional.of(
                  new Forwarder(
                      machine,
                      controller,
                      new Forwarder.Connections(
                          new Peers(machine, "forward", PeerLimits.forClients()),
                          new Peers(machine, "forward-slow", PeerLimits.forClients())),
                      id,
                      LISTENER)));
      ClientServer.start(
          machine,
          new ConnectionLimits(100, 1 << 20, 10 << 20, 60_000),
          List.of(new ListenerBinding(LISTENER, new InetSocketAddress(PORT))),
          Handlers.of(
                  context,
                  Optional.empty(),
                  GroupCoordination.of(machine, settings.atStart(), replicas))
              .forNodes());
    }

    private void register() {
      Controller active = awaitActive();
      for (int id = 1; id <= NODES; id++) {
        active
            .submit(
                new RegisterController(
                    new ControllerImage(id, new Uuid(1, id), List.of(endpoint(id)), List.of())))
            .join();
        active
            .submit(
                new RegisterBroker(id, new Uuid(2, id), Optional.empty(), List.of(endpoint(id))))
            .join();
      }
      long version = active.image().version();
      controllers.forEach(controller -> controller.awaitVersion(version).join());
    }

    Endpoint endpoint(int id) {
      return new Endpoint(LISTENER, LISTENER, "n" + id, PORT);
    }

    Controller awaitActive() {
      while (true) {
        int leader = quorum.leader().orElse(0);
        if (leader > 0 && controllers.get(leader - 1).isActive()) {
          return controllers.get(leader - 1);
        }
        sleepMillis(10);
      }
    }

    int other() {
      return quorum.leader().orElseThrow() % NODES + 1;
    }

    void sleepMillis(long millis) {
      world.threads().sleep(millis * MILLISECOND_NANOS);
    }

    <A extends ApiMessage> A ask(
        int node, ApiKeys api, int version, ApiMessage request, Class<A> type) {
      return type.cast(
          clients.send(endpoint(node), api, (short) version, request, TIMEOUT_MS * 4).join());
    }

    Errors create(int node, String name) {
      CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
      request
          .topics()
          .add(
              new CreatableTopic()
                  .setName(name)
                  .setNumPartitions(2)
                  .setReplicationFactor((short) 3));
      CreateTopicsResponseData answer =
          ask(node, ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
      return Errors.forCode(answer.topics().find(name).errorCode());
    }

    boolean sees(int node, String name, boolean creates) {
      MetadataRequestData request = new MetadataRequestData().setAllowAutoTopicCreation(creates);
      request.topics().add(new MetadataRequestTopic().setName(name));
      MetadataResponseData answer =
          ask(node, ApiKeys.METADATA, 12, request, MetadataResponseData.class);
      return answer.topics().find(name).errorCode() == 0;
    }

    /** Creates topics at one node, each once; nobody else has any reason to create the same. */
    void createAll(int node, int count) {
      for (int i = 0; i < count; i++) {
        String name = "t-%d-%d".formatted(node, i);
        try {
          Errors error = create(node, name);
          if (error == Errors.NONE) {
            acknowledged.add(name);
            if (!sees(node, name, false)) {
              violations.add(name + " is not seen where it was acknowledged");
            }
          } else if (error == Errors.REQUEST_TIMED_OUT) {
            unknown++;
          } else {
            violations.add("%s: %s".formatted(name, error));
          }
        } catch (CompletionException e) {
          violations.add("%s: %s".formatted(name, e));
        }
      }
    }

    void trouble() {
      int a = 1 + world.randomness().nextInt(NODES);
      int b = a % NODES + 1;
      switch (world.randomness().nextInt(4)) {
        case 0 -> quorum.elect(a);
        case 1 -> world.breakConnections("n" + a, "n" + b);
        case 2 -> world.cut("n" + a, "n" + b);
        default -> heal();
      }
    }

    void heal() {
      for (int id = 1; id <= NODES; id++) {
        world.heal("n" + id, "n" + (id % NODES + 1));
      }
    }
  }

  @FunctionalInterface
  private interface Body {
    void run(Cluster cluster) throws Exception;
  }

  private static Cluster simulate(long seed, Body body) {
    SimulatedWorld world =
        new SimulatedWorld(seed, SimulationOptions.defaults().withMaxSteps(50_000_000));
    Cluster[] made = new Cluster[1];
    world.run(
        () -> {
          Cluster cluster = new Cluster(world);
          made[0] = cluster;
          body.run(cluster);
        });
    assertThat(made[0].violations).as("seed %d", seed).isEmpty();
    return made[0];
  }

  /**
   * Clients at all nodes, while leaders change and connections are cut: what was acknowledged is
   * there, and was seen at once where it was acknowledged. No request is carried out twice, or the
   * second time would have said that the topic exists.
   */
  @Test
  void whatIsAcknowledgedAtAnyNodeIsThere() {
    int acknowledged = 0;
    int unknown = 0;
    for (long seed = 0; seed < 12; seed++) {
      Cluster done =
          simulate(
              seed,
              cluster -> {
                List<WorldThread> clients = new ArrayList<>();
                for (int id = 1; id <= NODES; id++) {
                  int node = id;
                  clients.add(
                      cluster
                          .world
                          .threads()
                          .startVirtual("client-" + id, () -> cluster.createAll(node, 25)));
                }
                while (clients.stream().anyMatch(WorldThread::isAlive)) {
                  cluster.trouble();
                  cluster.sleepMillis(cluster.world.randomness().nextInt(150));
                }
                cluster.heal();
                cluster.sleepMillis(2_000);
                long version = cluster.awaitActive().image().version();
                for (Controller controller : cluster.controllers) {
                  controller.awaitVersion(version).join();
                }
              });
      for (Controller controller : done.controllers) {
        assertThat(controller.image().topicIds().keySet()).containsAll(done.acknowledged);
      }
      acknowledged += done.acknowledged.size();
      unknown += done.unknown;
    }
    assertThat(acknowledged).isGreaterThan(500);
    assertThat(unknown).isPositive();
  }

  @Test
  void aTopicIsCreatedByAskingAnyNodeForIt() {
    simulate(
        1,
        cluster -> {
          int node = cluster.other();
          assertThat(cluster.sees(node, "asked-for", true)).isFalse();
          cluster.sleepMillis(1_000);
          assertThat(cluster.sees(node, "asked-for", false)).isTrue();
        });
  }

  @Test
  void noTwoProducersGetTheSameIdWhicheverNodesTheyAsk() {
    simulate(
        1,
        cluster -> {
          Set<Long> ids = new HashSet<>();
          for (int i = 0; i < 3_500; i++) {
            InitProducerIdResponseData answer =
                cluster.ask(
                    1 + i % NODES,
                    ApiKeys.INIT_PRODUCER_ID,
                    4,
                    new InitProducerIdRequestData().setTransactionalId(null),
                    InitProducerIdResponseData.class);
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
            ids.add(answer.producerId());
          }
          assertThat(ids).hasSize(3_500);
        });
  }

  @Test
  void whatIsRefusedIsRefusedAsByTheController() {
    simulate(
        1,
        cluster -> {
          int node = cluster.other();
          assertThat(cluster.create(node, "t")).isEqualTo(Errors.NONE);
          assertThat(cluster.create(node, "t")).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
          assertThat(cluster.create(node, "no/name")).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        });
  }

  @Test
  void anEnvelopeWithAnythingElseIsRefused() {
    simulate(
        1,
        cluster -> {
          int leader = cluster.quorum.leader().orElseThrow();
          byte[] address = {127, 0, 0, 1};
          EnvelopeRequestData envelope =
              new EnvelopeRequestData()
                  .setRequestData(ByteBuffer.wrap(new byte[] {0, 3, 0, 12, 0, 0, 0, 1, -1, -1, 0}))
                  .setRequestPrincipal(new byte[0])
                  .setClientHostAddress(address);
          EnvelopeResponseData answer =
              cluster.ask(leader, ApiKeys.ENVELOPE, 0, envelope, EnvelopeResponseData.class);
          assertThat(Errors.forCode(answer.errorCode()))
              .isEqualTo(Errors.PRINCIPAL_DESERIALIZATION_FAILURE);
          envelope.setRequestPrincipal(
              new DefaultKafkaPrincipalBuilder(null, null).serialize(KafkaPrincipal.ANONYMOUS));
          EnvelopeResponseData second =
              cluster.ask(leader, ApiKeys.ENVELOPE, 0, envelope, EnvelopeResponseData.class);
          assertThat(Errors.forCode(second.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        });
  }
}
