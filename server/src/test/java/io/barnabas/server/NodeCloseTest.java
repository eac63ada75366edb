package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.quorum.Quorum;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.simulated.SimulatedQuorum;
import io.barnabas.quorum.simulated.SimulatedQuorumOptions;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a node leaves behind when something is wrong while it stops. */
class NodeCloseTest {
  private static final QuorumMember SELF = new QuorumMember(1, new UUID(1, 1), "n1", 9093);
  private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("n1", 9092);

  @Test
  void aNodeThatCannotHandOverStopsNevertheless() {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    assertThat(
            world.run(
                () -> {
                  SimulatedMachine machine = world.machine("n1");
                  SimulatedQuorum all =
                      new SimulatedQuorum(world, SimulatedQuorumOptions.defaults(), List.of(SELF));
                  Node node =
                      Node.start(
                          machine,
                          settings(),
                          (w, settings, identity) ->
                              new QuorumFactory.Opened(
                                  handingOverNothing(all.open(machine, SELF)),
                                  SimulatedCluster.ID));
                  world.network().connect(ADDRESS, 1_000_000_000).close();
                  node.close();
                  assertThatThrownBy(() -> world.network().connect(ADDRESS, 1_000_000_000))
                      .isInstanceOf(ConnectException.class);
                  assertThat(machine.disk().exists(Path.of("/data/.kafka_cleanshutdown"))).isTrue();
                }))
        .isEqualTo(RunEnd.FINISHED);
  }

  private static NodeSettings settings() throws Exception {
    return NodeSettings.parse(
        Map.of(
            "node.id",
            "1",
            "listeners",
            "PLAINTEXT://:9092,CONTROLLER://:9093",
            "advertised.listeners",
            "PLAINTEXT://n1:9092",
            "log.dirs",
            "/data",
            "controller.quorum.voters",
            "1@n1:9093"));
  }

  private static Quorum handingOverNothing(Quorum quorum) {
    return (Quorum)
        Proxy.newProxyInstance(
            Quorum.class.getClassLoader(),
            new Class<?>[] {Quorum.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("handOver")) {
                throw new IllegalStateException("The server has failed");
              }
              try {
                return method.invoke(quorum, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
