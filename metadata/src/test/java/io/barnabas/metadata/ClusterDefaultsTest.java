package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;

class ClusterDefaultsTest {
  private static final ConfigResource ALL = new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final ConfigDef SETTINGS =
      new ConfigDef()
          .define("min.insync.replicas", ConfigDef.Type.INT, 1, ConfigDef.Importance.LOW, "");

  private static ClusterImage with(ClusterImage image, int broker) {
    RegisterBroker command =
        new RegisterBroker(
            broker,
            new Uuid(broker, broker),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            RegisterBroker.Files.AS_LEFT,
            -1,
            Optional.empty(),
            false,
            false);
    return image.apply(command.decide(image, 0).facts());
  }

  private static ClusterImage cluster(int brokers) {
    ClusterImage image = ClusterImage.empty("c");
    for (int i = 1; i <= brokers; i++) {
      image = with(image, i);
    }
    return image;
  }

  private static Optional<String> minimum(ClusterImage image) {
    return Optional.ofNullable(image.configsOf(ALL).get("min.insync.replicas"));
  }

  private static ClusterImage activated(ClusterImage image, Optional<String> file) {
    List<Fact> facts = ClusterDefaults.atActivation(image, file, Optional.empty());
    return facts.isEmpty() ? image : image.apply(facts);
  }

  @Test
  void fromTheThirdBrokerOnTwoMustBeInSyncAndTopicsHaveThreeReplicas() {
    assertThat(minimum(cluster(2))).isEmpty();
    assertThat(ClusterDefaults.replicationFactor(cluster(2))).isEqualTo(1);
    assertThat(minimum(cluster(3))).contains("2");
    assertThat(ClusterDefaults.replicationFactor(cluster(3))).isEqualTo(3);
    assertThat(ClusterDefaults.replicationFactor(cluster(4))).isEqualTo(3);
  }

  @Test
  void whatTheFirstControllersFileSaysStays() {
    ClusterImage founded = activated(ClusterImage.empty("c"), Optional.of("1"));
    assertThat(minimum(founded)).contains("1");
    ClusterImage three = with(with(with(founded, 1), 2), 3);
    assertThat(minimum(three)).contains("1");
    assertThat(ClusterDefaults.atActivation(three, Optional.of("3"), Optional.empty())).isEmpty();
  }

  @Test
  void aClusterThatHasNoSuchSettingYetGetsItFromItsNextController() {
    ClusterImage three =
        cluster(3)
            .apply(List.of(new Fact.ConfigChanged(ALL, "min.insync.replicas", Optional.empty())));
    assertThat(minimum(activated(three, Optional.empty()))).contains("2");
    assertThat(minimum(activated(three, Optional.of("3")))).contains("3");
    assertThat(ClusterDefaults.atActivation(cluster(2), Optional.empty(), Optional.empty()))
        .isEmpty();
  }

  @Test
  void itCanBeChangedAndNotTakenAway() {
    ClusterImage three = cluster(3);
    assertThat(minimum(three.apply(alter(Optional.of("1")).decide(three, 0).facts())))
        .contains("1");
    var refusal = alter(Optional.empty()).decide(three, 0);
    assertThat(refusal.facts()).isEmpty();
    assertThat(refusal.answer().toString())
        .contains(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
            "INVALID_CONFIG");
  }

  private static IncrementalAlterConfigs alter(Optional<String> value) {
    IncrementalAlterConfigs.Op op =
        new IncrementalAlterConfigs.Op(
            "min.insync.replicas", value.isPresent() ? OpType.SET : OpType.DELETE, value);
    return new IncrementalAlterConfigs(
        List.of(new IncrementalAlterConfigs.Change(ALL, List.of(op))),
        false,
        Map.of(),
        SETTINGS,
        GroupBounds.DEFAULTS);
  }

  /** Where nobody leads for want of a replica that has all, somebody does at once. */
  @Test
  void whetherElectionsMayBeUncleanIsWhatTheFirstActiveControllersFileSays() {
    ClusterImage image = Partitions.cluster("ffaa", "123 isr 1 led by -", Map.of());
    ClusterImage next =
        image.apply(ClusterDefaults.atActivation(image, Optional.of("1"), Optional.of("true")));
    assertThat(Partitions.show(next)).isEqualTo("123 isr 3 led by 3");
    assertThat(ClusterDefaults.atActivation(next, Optional.empty(), Optional.of("false")))
        .isEmpty();
  }
}
