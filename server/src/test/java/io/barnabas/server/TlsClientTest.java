package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.net.ApiHandler;
import io.barnabas.server.net.Call;
import io.barnabas.server.net.Client;
import io.barnabas.server.net.ClientServer;
import io.barnabas.server.net.ConnectionLimits;
import io.barnabas.server.net.ListenerBinding;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.tls.Certificates;
import io.barnabas.server.tls.TlsEngines;
import io.barnabas.server.tls.TlsNetwork;
import io.barnabas.world.simulated.SimulatedMachine;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of a listener with TLS, and listeners that cannot have it. */
class TlsClientTest {
  private static final int PORT = 9092;
  private static final InetSocketAddress THERE = InetSocketAddress.createUnresolved("n1", PORT);
  private static final ConnectionLimits LIMITS =
      new ConnectionLimits(10, 1 << 20, 10 << 20, 60_000);

  @TempDir Path directory;

  /** Answers with nothing, and remembers who asked. */
  private record Asked(List<Client> clients) implements ApiHandler<MetadataRequestData> {
    @Override
    public ApiKeys api() {
      return ApiKeys.METADATA;
    }

    @Override
    public short oldestVersion() {
      return 12;
    }

    @Override
    public short newestVersion() {
      return 12;
    }

    @Override
    public void handle(MetadataRequestData request, Call call) {
      clients.add(call.client());
      call.answer(new MetadataResponseData());
    }
  }

  @Test
  void handlersKnowWhoHasProvedToBeWhom() throws Exception {
    Certificates certificates = new Certificates(directory);
    Map<String, String> settings = certificates.inPemFiles("node", "alice");
    settings.put("ssl.client.auth", "requested");
    TlsEngines node = Certificates.engines(settings);
    TlsEngines alice = Certificates.engines(certificates.inPemFiles("alice", "node"));
    Map<String, String> silent = certificates.showing("silent");
    silent.putAll(certificates.trustingIn("node"));
    TlsEngines nobody = Certificates.engines(silent);
    List<Client> clients = new ArrayList<>();
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () -> {
          SimulatedMachine machine = world.machine("n1");
          ListenerBinding binding =
              new ListenerBinding(
                  "SSL", new InetSocketAddress(PORT), Optional.of(new TlsNetwork(machine, node)));
          ClientServer.start(
              machine, LIMITS, List.of(binding), Map.of(ApiKeys.METADATA, new Asked(clients)));
          for (int i = 0; i < 2; i++) {
            try (TestClient client = TestClient.connect(new TlsNetwork(world, alice), THERE)) {
              client.call(
                  ApiKeys.METADATA, 12, new MetadataRequestData(), MetadataResponseData.class);
            }
          }
          // The node does not trust it, so it is not asked to show what it has.
          try (TestClient client = TestClient.connect(new TlsNetwork(world, nobody), THERE)) {
            client.call(
                ApiKeys.METADATA, 12, new MetadataRequestData(), MetadataResponseData.class);
          }
        });
    KafkaPrincipal proved = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "CN=alice");
    assertThat(clients)
        .extracting(Client::principal)
        .containsExactly(proved, proved, KafkaPrincipal.ANONYMOUS);
    assertThat(clients).extracting(Client::listenerName).containsOnly("SSL");
  }

  @Test
  void aNodeWithoutItsKeysSaysSoAndLeavesNothing() throws Exception {
    NodeSettings settings =
        NodeSettings.parse(
            Map.of(
                "log.dirs", "/data",
                "listeners", "SSL://127.0.0.1:9092",
                "ssl.keystore.type", "PEM",
                "ssl.keystore.location", directory.resolve("nowhere.pem").toString()));
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    world.run(
        () -> {
          assertThatThrownBy(() -> Node.start(world, settings))
              .isInstanceOf(StartupException.class)
              .hasMessageContaining("stores of the listener SSL cannot be used")
              .hasMessageContaining("nowhere.pem");
          assertThat(world.disk().exists(Path.of("/data"))).isFalse();
        });
  }
}
