package io.barnabas.metadata;

import static io.barnabas.metadata.Clusters.ofBrokers;
import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.SAFE_DOWNGRADE;
import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.UNKNOWN;
import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.UNSAFE_DOWNGRADE;
import static org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType.UPGRADE;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.Fact.FeatureRange;
import io.barnabas.metadata.UpdateFeatures.Result;
import io.barnabas.metadata.UpdateFeatures.Update;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpdateFeaturesTest {
  private static final String ELR = "eligible.leader.replicas.version";
  private static final int SELF = 1;

  private final ClusterImage founded = founded(ofBrokers(1));

  private static ClusterImage founded(ClusterImage image) {
    return image.apply(Features.founding(image));
  }

  private static Update update(String feature, int level, UpgradeType type) {
    return new Update(feature, (short) level, type);
  }

  private static Decision<Result> decide(ClusterImage image, Update... updates) {
    return new UpdateFeatures(SELF, List.of(updates), false).decide(image, 0);
  }

  @Test
  void aNewClusterHasWhatItsFirstControllerSupports() {
    assertThat(founded.features())
        .isEqualTo(
            Map.of(
                "metadata.version",
                (short) 33,
                ELR,
                (short) 1,
                "kraft.version",
                (short) 1,
                "group.version",
                (short) 1));
    assertThat(Features.founding(founded)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nope | 1 | UPGRADE | Local controller 1 does not support this feature.",
        "nope | 0 | SAFE_DOWNGRADE | Feature nope not found.",
        "metadata.version | 34 | UPGRADE | Local controller 1 only supports versions 33-33",
        "metadata.version | 32 | UNSAFE_DOWNGRADE | Local controller 1 only supports versions 33",
        "metadata.version | -1 | UPGRADE | A feature version cannot be less than 0.",
        "metadata.version | 33 | UNKNOWN | does not support the given upgrade type.",
        "transaction.version | 2 | UPGRADE | Local controller 1 does not support this feature.",
      })
  void whatCannotBe(String feature, int level, UpgradeType type, String reason) {
    Decision<Result> decision =
        decide(founded, update(ELR, 1, UPGRADE), update(feature, level, type));
    assertThat(decision.facts()).isEmpty();
    assertThat(decision.answer().error()).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(decision.answer().message())
        .get()
        .asString()
        .startsWith("Invalid update version %d for feature %s. ".formatted(level, feature))
        .contains(reason);
  }

  @Test
  void levelsGoDownOnlyIfThatIsSaid() {
    ClusterImage higher = founded.apply(List.of(new Fact.FeatureLevelSet(ELR, (short) 2)));
    assertThat(decide(higher, update(ELR, 1, UPGRADE)).answer().message())
        .get()
        .asString()
        .contains("Can't downgrade the version of this feature without");
    for (UpgradeType down : List.of(SAFE_DOWNGRADE, UNSAFE_DOWNGRADE)) {
      assertThat(decide(higher, update(ELR, 1, down)).facts())
          .containsExactly(new Fact.FeatureLevelSet(ELR, (short) 1));
    }
    assertThat(decide(higher, update(ELR, 1, UNKNOWN)).facts()).isEmpty();
    ClusterImage without = founded.apply(List.of(new Fact.FeatureLevelSet(ELR, (short) 0)));
    assertThat(decide(without, update(ELR, 1, SAFE_DOWNGRADE)).answer().message())
        .get()
        .asString()
        .contains("Can't downgrade to a newer version.");
    assertThat(decide(without, update(ELR, 1, UPGRADE)).facts())
        .containsExactly(new Fact.FeatureLevelSet(ELR, (short) 1));
  }

  @Test
  void askingChangesNothingNorDoesWhatIsSoAlready() {
    ClusterImage without = founded.apply(List.of(new Fact.FeatureLevelSet(ELR, (short) 0)));
    Decision<Result> asked =
        new UpdateFeatures(SELF, List.of(update(ELR, 1, UPGRADE)), true).decide(without, 0);
    assertThat(asked.answer()).isEqualTo(new Result(Errors.NONE, Optional.empty()));
    assertThat(asked.facts()).isEmpty();
    assertThat(decide(founded, update(ELR, 1, UPGRADE)).facts()).isEmpty();
  }

  @Test
  void everyNodeMustSupportIt() {
    List<FeatureRange> others = List.of(new FeatureRange("other", (short) 1, (short) 1));
    Fact.BrokerImage old =
        new Fact.BrokerImage(
            2, 9, new Uuid(1, 2), Optional.empty(), List.of(), List.of(), others, true, false);
    ClusterImage without = founded.apply(List.of(new Fact.FeatureLevelSet(ELR, (short) 0)));
    ClusterImage withBroker = without.apply(List.of(new Fact.BrokerRegistered(old)));
    assertThat(decide(withBroker, update(ELR, 1, UPGRADE)).answer().message())
        .get()
        .asString()
        .contains("Broker 2 does not support this feature.");
    ClusterImage withController =
        without.apply(
            List.of(
                new Fact.ControllerRegistered(
                    new Fact.ControllerImage(
                        3,
                        new Uuid(1, 3),
                        List.of(),
                        List.of(new FeatureRange(ELR, (short) 2, (short) 3))))));
    assertThat(decide(withController, update(ELR, 1, UPGRADE)).answer().message())
        .get()
        .asString()
        .contains("Controller 3 only supports versions 2-3");
  }
}
