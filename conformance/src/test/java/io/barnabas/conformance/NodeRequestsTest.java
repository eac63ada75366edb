package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nodes ask each other for is unknown where clients come in. */
@OnEverySubject
class NodeRequestsTest {
  private final Subject subject;

  NodeRequestsTest(Subject subject) {
    this.subject = subject;
  }

  @ParameterizedTest
  @EnumSource(
      value = ApiKeys.class,
      names = {
        "ALTER_PARTITION",
        "ENVELOPE",
        "BROKER_REGISTRATION",
        "BROKER_HEARTBEAT",
        "ALLOCATE_PRODUCER_IDS",
        "CONTROLLER_REGISTRATION",
        "ASSIGN_REPLICAS_TO_DIRS"
      })
  void itIsNotAdvertisedAndClosesTheConnection(ApiKeys api) throws Exception {
    ApiVersionsRequestData asking =
        new ApiVersionsRequestData()
            .setClientSoftwareName("conformance")
            .setClientSoftwareVersion("1");
    try (RawClient client = subject.connect()) {
      ApiVersionsResponseData served =
          client.call(ApiKeys.API_VERSIONS, 4, asking, ApiVersionsResponseData.class);
      assertThat(served.apiKeys().find(api.id)).isNull();
      client.send(api, api.latestVersion(), api.messageType.newRequest());
      assertThat(client.receiveFrame()).isEqualTo(Optional.empty());
    }
  }
}
