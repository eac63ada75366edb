package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The cluster's features, and what cannot be done with them. */
@OnEverySubject
class FeatureRequestsTest {
  private static final int WAIT_MS = 10_000;
  private static final byte UPGRADE = 1;

  private final RawClient client;

  FeatureRequestsTest(Subject subject) throws IOException {
    client = subject.connect();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
  }

  static Stream<Integer> versions() {
    return Requests.servedVersions(ApiKeys.UPDATE_FEATURES);
  }

  private UpdateFeaturesResponseData update(
      int version, String feature, int level, byte type, boolean validateOnly) throws IOException {
    UpdateFeaturesRequestData request = new UpdateFeaturesRequestData().setTimeoutMs(WAIT_MS);
    FeatureUpdateKey update =
        new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) level);
    if (version > 0) {
      update.setUpgradeType(type);
      request.setValidateOnly(validateOnly);
    }
    request.featureUpdates().add(update);
    return client.call(ApiKeys.UPDATE_FEATURES, version, request, UpdateFeaturesResponseData.class);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aLevelThatIsSoAlready(int version) throws IOException {
    UpdateFeaturesResponseData answer = update(version, "metadata.version", 33, UPGRADE, false);
    assertThat(error(answer.errorCode())).isEqualTo(Errors.NONE);
    List<UpdatableFeatureResult> results = List.copyOf(answer.results());
    assertThat(results).hasSize(version < 2 ? 1 : 0);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.feature()).isEqualTo("metadata.version");
              assertThat(error(result.errorCode())).isEqualTo(Errors.NONE);
            });
    assertThat(error(update(version, "kraft.version", 1, UPGRADE, false).errorCode()))
        .isEqualTo(Errors.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "nope, 1, 1",
    "nope, 0, 2",
    "metadata.version, 34, 1",
    "metadata.version, 6, 3",
    "metadata.version, -1, 2",
    "metadata.version, 33, 0",
    "metadata.version, 33, 9",
    "metadata.version, 32, 1",
    "metadata.version, 32, 2",
    "metadata.version, 32, 3",
    "kraft.version, 0, 2",
    "kraft.version, 2, 1",
  })
  void whatCannotBe(String feature, int level, byte type) throws IOException {
    for (int version = 1; version <= 2; version++) {
      UpdateFeaturesResponseData answer = update(version, feature, level, type, true);
      assertThat(error(answer.errorCode())).isEqualTo(Errors.INVALID_UPDATE_VERSION);
      assertThat(answer.errorMessage())
          .startsWith(
              "The update failed for all features since the following feature had an error: ");
      assertThat(answer.results()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"3", "4"})
  void whatClientsAreTold(int version) throws IOException {
    ApiVersionsResponseData answer =
        client.call(
            ApiKeys.API_VERSIONS,
            version,
            new ApiVersionsRequestData()
                .setClientSoftwareName("conformance")
                .setClientSoftwareVersion("1"),
            ApiVersionsResponseData.class);
    assertThat(answer.finalizedFeatures())
        .extracting(FinalizedFeatureKey::name, FinalizedFeatureKey::maxVersionLevel)
        .contains(
            tuple("metadata.version", (short) 33),
            tuple("kraft.version", (short) 1),
            tuple("group.version", (short) 1),
            tuple("eligible.leader.replicas.version", (short) 1));
    assertThat(answer.finalizedFeaturesEpoch()).isPositive();
    assertThat(answer.supportedFeatures().find("metadata.version").maxVersion())
        .isEqualTo((short) 33);
    if (version >= 4) {
      assertThat(answer.supportedFeatures().find("group.version").maxVersion())
          .isEqualTo((short) 1);
    } else {
      assertThat(answer.supportedFeatures().find("group.version")).isNull();
    }
  }
}
