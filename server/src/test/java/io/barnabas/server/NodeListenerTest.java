package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.world.simulated.RunEnd;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.EOFException;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

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

  private interface Body {
    void run(SimulatedCluster cluster) throws Exception;
  }

  private static void run(Body body) {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    assertThat(
            world.run(
                () -> {
                  SimulatedCluster cluster = new SimulatedCluster(world, 2, true);
                  cluster.startAll();
                  body.run(cluster);
                }))
        .isEqualTo(RunEnd.FINISHED);
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
    run(
        cluster -> {
          CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
          request
              .topics()
              .add(
                  new CreatableTopic()
                      .setName("t")
                      .setNumPartitions(1)
                      .setReplicationFactor((short) 2));
          try (TestClient client = cluster.client(cluster.other())) {
            CreateTopicsResponseData answer =
                client.call(ApiKeys.CREATE_TOPICS, 7, request, CreateTopicsResponseData.class);
            assertThat(answer.topics().find("t").errorCode()).isZero();
          }
        });
  }
}
