package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.metadata.Fact.BrokerImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaPlacerTest {
  @Test
  void leadersGoRoundAndFollowersOfOneLeaderDiffer() {
    List<List<Integer>> placed = new ReplicaPlacer(brokers("", "", "", "")).place(0, 0, 12, 2);
    assertThat(placed)
        .extracting(List::getFirst)
        .containsExactly(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4);
    assertThat(count(placed.stream().flatMap(List::stream)))
        .isEqualTo(Map.of(1, 6L, 2, 6L, 3, 6L, 4, 6L));
    assertThat(placed)
        .filteredOn(replicas -> replicas.getFirst() == 1)
        .extracting(List::getLast)
        .containsExactlyInAnyOrder(2, 3, 4);
  }

  @Test
  void replicasAreInAsManyRacksAsThereAre() {
    List<BrokerImage> brokers = brokers("a", "a", "a", "b", "b", "c");
    List<List<Integer>> placed = new ReplicaPlacer(brokers).place(5, 0, 60, 3);
    assertThat(placed)
        .allSatisfy(
            replicas ->
                assertThat(replicas)
                    .extracting(id -> brokers.get(id - 1).rack().orElseThrow())
                    .containsExactlyInAnyOrder("a", "b", "c"));
    assertThat(count(placed.stream().map(List::getFirst)).values()).containsOnly(10L);
  }

  @Test
  void noRackHasTwoMoreReplicasThanAnother() {
    List<BrokerImage> brokers = brokers("a", "a", "a", "b", "b", "b");
    for (List<Integer> replicas : new ReplicaPlacer(brokers).place(1, 7, 40, 4)) {
      assertThat(count(replicas.stream().map(id -> brokers.get(id - 1).rack())).values())
          .containsExactly(2L, 2L);
    }
  }

  @Test
  void everyBrokerIsUsedBeforeAnyTwice() {
    for (int replicationFactor = 1; replicationFactor <= 5; replicationFactor++) {
      int expected = replicationFactor;
      assertThat(
              new ReplicaPlacer(brokers("a", "a", "", "b", "a"))
                  .place(Integer.MAX_VALUE, 3, 50, replicationFactor))
          .hasSize(50)
          .allSatisfy(replicas -> assertThat(new HashSet<>(replicas)).hasSize(expected));
    }
  }

  @Test
  void moreReplicasThanBrokersIsRefused() {
    assertThatThrownBy(() -> new ReplicaPlacer(List.of()).place(0, 0, 1, 1))
        .isInstanceOf(InvalidReplicationFactorException.class)
        .hasMessageContaining("only 0 broker(s)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"afas", "ahas"})
  void brokersThatAreFencedOrHangLeadNothingAndTakeReplicasOnlyWhereThereAreTooFewOthers(
      String brokers) {
    ClusterImage image = Partitions.cluster(brokers, "1 isr 1 led by 1", Map.of());
    ReplicaPlacer placer = new ReplicaPlacer(image.brokers().values());
    assertThat(placer.place(0, 0, 4, 2))
        .containsExactly(List.of(1, 3), List.of(3, 1), List.of(1, 3), List.of(3, 1));
    assertThat(placer.place(0, 0, 2, 3)).containsExactly(List.of(1, 3, 2), List.of(3, 1, 2));
    assertThatThrownBy(() -> placer.place(0, 0, 1, 4))
        .isInstanceOf(InvalidReplicationFactorException.class);
    assertThat(Elections.newPartition(image, List.of(2, 3, 1)).orElseThrow())
        .isEqualTo(new PartitionImage(List.of(2, 3, 1), List.of(3, 1), 3, 0, 0));
    assertThat(Elections.newPartition(image, List.of(2, 4))).isEmpty();
    ClusterImage fenced = Partitions.cluster("ffff", "1 isr 1 led by -", Map.of());
    assertThatThrownBy(() -> new ReplicaPlacer(fenced.brokers().values()).place(0, 0, 1, 2))
        .isInstanceOf(InvalidReplicationFactorException.class)
        .hasMessageContaining("fenced");
  }

  private static <T> Map<T, Long> count(Stream<T> values) {
    return values.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /** Brokers 1 and up in these racks; "" is none. */
  private static List<BrokerImage> brokers(String... racks) {
    List<BrokerImage> brokers = new ArrayList<>();
    for (String rack : racks) {
      brokers.add(
          Clusters.broker(brokers.size() + 1, Optional.of(rack).filter(name -> !name.isEmpty())));
    }
    return brokers;
  }
}
