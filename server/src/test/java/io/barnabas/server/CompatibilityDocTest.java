package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.settings.NodeSettings;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/** The page about compatibility says what a node really advertises. */
class CompatibilityDocTest {
  /** With {@code -Dtidy.rewrite=true} the page is rewritten and the test passes. */
  private static final boolean REWRITE = Boolean.getBoolean("tidy.rewrite");

  private static final Path PAGE = Path.of("..", "docs", "compatibility.md");

  @Test
  void thePageIsTrue() throws Exception {
    String page = page(advertised());
    if (REWRITE) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as("run this test with -Dtidy.rewrite=true to rewrite it")
        .content()
        .isEqualTo(page);
  }

  private static ApiVersionCollection advertised() throws Exception {
    SimulatedWorld world = new SimulatedWorld(1, SimulationOptions.defaults());
    NodeSettings settings = NodeSettings.parse(Map.of("log.dirs", "/data"));
    return world.call(
        () -> {
          try (Node node = Node.start(world, settings);
              TestClient client = TestClient.connect(world, node.addresses().getFirst())) {
            ApiVersionsRequestData request =
                new ApiVersionsRequestData()
                    .setClientSoftwareName("test")
                    .setClientSoftwareVersion("1");
            return client
                .call(ApiKeys.API_VERSIONS, 4, request, ApiVersionsResponseData.class)
                .apiKeys();
          }
        });
  }

  private static String page(ApiVersionCollection advertised) {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Compatibility

        Barnabas speaks the protocol of Apache Kafka 4.4.0. These are the APIs, and the versions of
        each, that a node advertises to clients, beside those that a broker of Apache Kafka 4.4.0
        does. What each version changed, and where the answers differ from Kafka's, is at the head
        of the API's handler in `server/src/main/java/io/barnabas/server/api`.

        A test makes this page from what a running node answers; do not edit it.

        | Key | API | Barnabas | Apache Kafka 4.4.0 |
        | --: | --- | --- | --- |
        """);
    Arrays.stream(ApiKeys.values())
        .sorted((a, b) -> Short.compare(a.id, b.id))
        .forEach(api -> row(page, api, Optional.ofNullable(advertised.find(api.id))));
    return page.toString();
  }

  private static void row(StringBuilder page, ApiKeys api, Optional<ApiVersion> ours) {
    Optional<ApiVersion> kafkas =
        api.inScope(ListenerType.BROKER)
            ? api.toApiVersionForApiResponse(false, ListenerType.BROKER)
            : Optional.empty();
    if (ours.isPresent() || kafkas.isPresent()) {
      page.append(
          "| %d | %s | %s | %s |\n".formatted(api.id, api.name, range(ours), range(kafkas)));
    }
  }

  private static String range(Optional<ApiVersion> version) {
    return version.map(v -> v.minVersion() + "–" + v.maxVersion()).orElse("not served");
  }
}
