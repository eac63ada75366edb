package io.barnabas.server.forwarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.ControllerImage;
import io.barnabas.metadata.Fact.Endpoint;
import io.barnabas.metadata.RegisterController;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.server.control.Controller;
import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.ClientServer;
import io.barnabas.server.net.ConnectionLimits;
import io.barnabas.server.net.EnclosedRequest;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.server.peers.PeerLimits;
import io.barnabas.server.peers.Peers;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;

/** What one client asks for does not harm the others whose requests go the same way. */
class SharedConnectionTest {
  private static final int NODES = 2;
  private static final int PORT = 9092;
  private static final String LISTENER = "PLAINTEXT";
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long TOPIC_NANOS = 50 * MILLISECOND_NANOS;
  private static final InetSocketAddress SOMEWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 7_777);
  private static final KafkaPrincipal ALICE = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "alice");
  private static final Client CLIENT = new Client(1, LISTENER, SOMEWHERE, SOMEWHERE, ALICE);

  @FunctionalInterface
  private interface Script {
    void handle(ApiMessage request, Call call);
  }

  /** A handler of one API in all versions. */
  private record Scripted(ApiKeys api, Script script) implements ApiHandler<ApiMessage> {
    @Override
    public short oldestVersion() {
      return api.oldestVersion();
    }

    @Override
    public short newestVersion() {
      return api.latestVersion();
    }

    @Override
    public void handle(ApiMessage request, Call call) {
      script.handle(request, call);
    }
  }

  /** Two nodes; the active controller creates topics slowly, and is defective in other things. */
  private static final class Cluster {
    final SimulatedWorld world;
    final SimulatedQuorum quorum;
    final List<QuorumMember> members =
        IntStream.rangeClosed(1, NODES)
            .mapToObj(id -> new QuorumMember(id, new UUID(id, id), "n" + id, 9093))
            .toList();
    final List<Controller> controllers = new ArrayList<>();
    final List<Forwarder> forwarders = new ArrayList<>();
    final List<Peers> usual = new ArrayList<>();
    final List<Client> askedFor = new ArrayList<>();
    int begun;

    final Scripted topics = new Scripted(ApiKeys.CREATE_TOPICS, this::create);
    final Scripted removal = new Scripted(ApiKeys.REMOVE_RAFT_VOTER, (request, call) -> begun++);
    final Scripted broken =
        new Scripted(
            ApiKeys.DESCRIBE_QUORUM,
            (request, call) -> {
              throw new IllegalStateException("a defect, made for a test");
            });

    Cluster(SimulatedWorld world) throws Exception {
      this.world = world;
      quorum = new SimulatedQuorum(world, SimulatedQuorumOptions.defaults(), members);
      for (int id = 1; id <= NODES; id++) {
        start(world.machine("n" + id), id);
      }
      register();
    }

    private void start(SimulatedMachine machine, int id) throws Exception {
      Controller controller =
          Controller.start(
              machine, quorum.open(machine, members.get(id - 1)), "cluster", cause -> {});
      controllers.add(controller);
      Peers peers = new Peers(machine, "usual", PeerLimits.forClients());
      usual.add(peers);
      Peers slow = new Peers(machine, "slow", PeerLimits.forClients());
      forwarders.add(
          new Forwarder(machine, controller, new Forwarder.Connections(peers, slow), id, LISTENER));
      ClientServer.start(
          machine,
          new ConnectionLimits(100, 1 << 20, 10 << 20, 60_000),
          List.of(new ListenerBinding(LISTENER, new InetSocketAddress(PORT))),
          Map.of(
              ApiKeys.ENVELOPE, new EnvelopeHandler(controller, List.of(topics, removal, broken))));
    }

    private void register() {
      while (leader() == 0) {
        world.threads().sleep(10 * MILLISECOND_NANOS);
      }
      Controller active = controllers.get(leader() - 1);
      for (int id = 1; id <= NODES; id++) {
        List<Endpoint> endpoints = List.of(new Endpoint(LISTENER, LISTENER, "n" + id, PORT));
        active
            .submit(
                new RegisterController(
                    new ControllerImage(id, new Uuid(1, id), endpoints, List.of())))
            .join();
      }
      long version = active.image().version();
      controllers.forEach(controller -> controller.awaitVersion(version).join());
    }

    private int leader() {
      int leader = quorum.leader().orElse(0);
      return leader > 0 && controllers.get(leader - 1).isActive() ? leader : 0;
    }

    private void create(ApiMessage request, Call call) {
      askedFor.add(call.client());
      CreateTopicsResponseData answer = new CreateTopicsResponseData();
      ((CreateTopicsRequestData) request)
          .topics()
          .forEach(
              each ->
                  answer
                      .topics()
                      .add(
                          new CreateTopicsResponseData.CreatableTopicResult()
                              .setName(each.name())));
      var _ = world.clock().schedule(TOPIC_NANOS, () -> call.answer(answer));
    }

    /** By the node that is not the active controller. */
    CompletableFuture<ApiMessage> forward(Scripted handler, ApiMessage request) {
      return forwarders
          .get(leader() % NODES)
          .forward(
              handler,
              new EnclosedRequest(handler.api(), handler.newestVersion(), 0, "test", request),
              CLIENT);
    }

    CompletableFuture<Errors> create(String name, int timeoutMs) {
      CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(timeoutMs);
      request.topics().add(new CreatableTopic().setName(name).setNumPartitions(1));
      return forward(topics, request)
          .thenApply(
              answer ->
                  Errors.forCode(
                      ((CreateTopicsResponseData) answer).topics().find(name).errorCode()));
    }
  }

  @FunctionalInterface
  private interface Body {
    void run(Cluster cluster) throws Exception;
  }

  private static void simulate(Body body) {
    SimulatedWorld world =
        new SimulatedWorld(1, SimulationOptions.defaults().withMaxSteps(10_000_000));
    world.run(() -> body.run(new Cluster(world)));
  }

  @Test
  void oneThatGivesUpSoonIsAnsweredSoAndTheOthersAsTheyShould() {
    simulate(
        cluster -> {
          CompletableFuture<Errors> patient = cluster.create("patient", 10_000);
          CompletableFuture<Errors> hasty = cluster.create("hasty", 1);
          CompletableFuture<Errors> last = cluster.create("last", 10_000);
          assertThat(hasty.join()).isEqualTo(Errors.REQUEST_TIMED_OUT);
          assertThat(patient.join()).isEqualTo(Errors.NONE);
          assertThat(last.join()).isEqualTo(Errors.NONE);
        });
  }

  @Test
  void aChangeOfVotersThatTakesLongHoldsNobodyUp() {
    simulate(
        cluster -> {
          CompletableFuture<ApiMessage> slow =
              cluster.forward(cluster.removal, new RemoveRaftVoterRequestData());
          while (cluster.begun == 0) {
            cluster.world.threads().sleep(MILLISECOND_NANOS);
          }
          assertThat(cluster.create("t", 1_000).join()).isEqualTo(Errors.NONE);
          assertThat(slow).isNotDone();
        });
  }

  @Test
  void theControllerKnowsWhoAskedTheOtherNodeAndFromWhere() {
    simulate(
        cluster -> {
          assertThat(cluster.create("t", 1_000).join()).isEqualTo(Errors.NONE);
          Client known = cluster.askedFor.getFirst();
          assertThat(known.principal()).isEqualTo(ALICE);
          assertThat(known.remoteAddress().getAddress()).isEqualTo(SOMEWHERE.getAddress());
        });
  }

  @Test
  void aDefectIsTheAnswerToItsOwnRequestAlone() {
    simulate(
        cluster -> {
          CompletableFuture<Errors> before = cluster.create("before", 10_000);
          CompletableFuture<ApiMessage> broken =
              cluster.forward(cluster.broken, new DescribeQuorumRequestData());
          CompletableFuture<Errors> after = cluster.create("after", 10_000);
          DescribeQuorumResponseData answer = (DescribeQuorumResponseData) broken.join();
          assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
          assertThat(before.join()).isEqualTo(Errors.NONE);
          assertThat(after.join()).isEqualTo(Errors.NONE);
          assertThat(cluster.usual.stream().mapToInt(Peers::connectionCount).sum()).isEqualTo(1);
        });
  }
}
