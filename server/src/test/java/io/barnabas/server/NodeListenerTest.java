package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.server.tls.Certificates;
import io.barnabas.server.tls.TlsEngines;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that have a listener of their own take nothing of what they tell each other from others.
 */
class NodeListenerTest {
  private static final List<ApiKeys> OF_NODES =
      List.of(
          ApiKeys.ALTER_PARTITION,
          ApiKeys.ENVELOPE,
          ApiKeys.BROKER_REGISTRATION,
          ApiKeys.BROKER_HEARTBEAT,
          ApiKeys.ALLOCATE_PRODUCER_IDS,
          ApiKeys.CONTROLLER_REGISTRATION,
          ApiKeys.ASSIGN_REPLICAS_TO_DIRS);

  @TempDir Path directory;

  /**
   * A partition with two records and two replicas.
   *
   * @param topic its topic, of which it is the only one
   */
  record Led(Uuid topic, int leader) {}

  private static void run(SimulatedCluster.Body body) {
    run(Map.of(), body);
  }

  private static void run(Map<String, String> settings, SimulatedCluster.Body body) {
    SimulatedCluster.run(1, 2, true, settings, body);
  }

  private static ApiVersionCollection advertised(TestClient client) throws Exception {
    ApiVersionsRequestData request =
        new ApiVersionsRequestData().setClientSoftwareName("test").setClientSoftwareVersion("1");
    return client.call(ApiKeys.API_VERSIONS, 4, request, ApiVersionsResponseData.class).apiKeys();
  }

  @Test
  void clientsCannotActAsNodes() {
    run(
        cluster -> {
          for (ApiKeys api : OF_NODES) {
            ApiMessage request = api.messageType.newRequest();
            try (TestClient client = cluster.client(cluster.controller())) {
              assertThat(advertised(client).find(api.id)).as("%s", api).isNull();
              assertThatThrownBy(
                      () -> client.call(api, api.latestVersion(), request, ApiMessage.class))
                  .as("%s", api)
                  .isInstanceOf(EOFException.class);
            }
          }
        });
  }

  @Test
  void nodesCan() {
    run(
        cluster -> {
          try (TestClient node = cluster.peer(cluster.controller())) {
            for (ApiKeys api : OF_NODES) {
              assertThat(advertised(node).find(api.id)).as("%s", api).isNotNull();
            }
            EnvelopeRequestData envelope =
                new EnvelopeRequestData()
                    .setRequestPrincipal(new byte[0])
                    .setClientHostAddress(new byte[] {127, 0, 0, 1});
            EnvelopeResponseData answer =
                node.call(ApiKeys.ENVELOPE, 0, envelope, EnvelopeResponseData.class);
            assertThat(Errors.forCode(answer.errorCode()))
                .isEqualTo(Errors.PRINCIPAL_DESERIALIZATION_FAILURE);
          }
        });
  }

  @Test
  void whatClientsAskAnyNodeForStillGoesToTheController() {
    run(cluster -> replicate(cluster));
  }

  @Test
  void nodesReachEachOtherOverTlsAndNobodyElseReachesThemThere() throws Exception {
    Certificates certificates = new Certificates(directory);
    Map<String, String> settings = certificates.showing("node");
    settings.putAll(certificates.trustingIn("node"));
    settings.put("ssl.client.auth", "required");
    settings.put(
        "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,NODES:SSL");
    Map<String, String> strangers = certificates.showing("stranger");
    strangers.putAll(certificates.trustingIn("node"));
    TlsEngines stranger = Certificates.engines(strangers);
    TlsEngines friend = Certificates.engines(settings("node", certificates));
    run(
        settings,
        cluster -> {
          replicate(cluster);
          try (TestClient plain = cluster.peer(cluster.controller())) {
            assertThatThrownBy(() -> advertised(plain)).isInstanceOf(IOException.class);
          }
          assertThatThrownBy(
                  () -> {
                    try (TestClient client = cluster.peer(cluster.controller(), stranger)) {
                      advertised(client);
                    }
                  })
              .isInstanceOf(IOException.class);
          try (TestClient client = cluster.peer(cluster.controller(), friend)) {
            assertThat(advertised(client)).isNotEmpty();
          }
        });
  }

  private static Map<String, String> settings(String who, Certificates certificates)
      throws Exception {
    Map<String, String> settings = certificates.showing(who);
    settings.putAll(certificates.trustingIn("node"));
    return settings;
  }

  /** A topic is made by the controller, and a record is acknowledged by all its replicas. */
  static Led replicate(SimulatedCluster cluster) throws Exception {
    CreatableTopicConfigCollection minimum = new CreatableTopicConfigCollection();
    minimum.add(new CreatableTopicConfig().setName("min.insync.replicas").setValue("2"));
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreatableTopic()
                .setName("t")
                .setNumPartitions(1)
                .setReplicationFactor((short) 2)
                .setConfigs(minimum));
    try (TestClient client = cluster.client(cluster.other())) {
      CreateTopicsResponseData answer =
          client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
      assertThat(answer.topics().find("t").errorCode()).isZero();
    }
    Uuid id = Objects.requireNonNull(cluster.image(1).topicIds().get("t"));
    cluster.await(
        "all know the topic",
        10_000,
        () ->
            cluster.image(1).topicById(id).isPresent()
                && cluster.image(2).topicById(id).isPresent());
    int leader =
        Objects.requireNonNull(cluster.image(1).topicById(id).orElseThrow().partitions().get(0))
            .leader();
    try (TestClient client = cluster.client(leader)) {
      // It knows the topic perhaps a little before it leads it.
      cluster.await("it is written", 10_000, () -> isWritten(client, id));
    }
    return new Led(id, leader);
  }

  private static boolean isWritten(TestClient client, Uuid topic) {
    try {
      return Requests.produce(client, topic, 0, -1, -1, List.of("a", "b")).errorCode() == 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
