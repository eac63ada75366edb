package io.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.BalancePlan.Broker;
import io.barnabas.metadata.BalancePlan.Load;
import io.barnabas.metadata.BalancePlan.Move;
import io.barnabas.metadata.BalancePlan.Partition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancePlanTest {
  private static final int NO_LIMIT = 10_000;

  private static Broker broker(int id, String rack) {
    return new Broker(id, rack.isEmpty() ? Optional.empty() : Optional.of(rack), true);
  }

  private static List<Broker> brokers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(id -> broker(id, "")).toList();
  }

  private static Partition partition(String topic, int number, Integer... replicas) {
    return new Partition(new TopicPartition(topic, number), List.of(replicas), false);
  }

  /** Partitions after a plan. */
  private static List<Partition> made(List<Partition> before, BalancePlan plan) {
    Map<TopicPartition, List<Integer>> changed =
        plan.moves().stream().collect(Collectors.toMap(Move::id, Move::to));
    return before.stream()
        .map(p -> new Partition(p.id(), changed.getOrDefault(p.id(), p.replicas()), p.isMoving()))
        .toList();
  }

  private static int spread(List<Load> loads, ToIntFunction<Load> amount) {
    return loads.stream().mapToInt(amount).max().orElse(0)
        - loads.stream().mapToInt(amount).min().orElse(0);
  }

  @Test
  void aNewBrokerGetsItsShare() {
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int first = i % 3 + 1;
      partitions.add(partition("t", i, first, first % 3 + 1));
    }
    BalancePlan plan = BalancePlan.of(brokers(4), partitions, NO_LIMIT);
    assertThat(plan.isWhole()).isTrue();
    assertThat(plan.before()).extracting(Load::replicas).containsExactly(8, 8, 8, 0);
    assertThat(plan.after()).extracting(Load::replicas).containsExactly(6, 6, 6, 6);
    assertThat(plan.after()).extracting(Load::leaders).containsExactly(3, 3, 3, 3);
    assertThat(plan.moves().stream().mapToInt(move -> move.added().size()).sum())
        .as("replicas that are copied: no more than the new broker's share")
        .isEqualTo(6);
    assertThat(plan.moves().getFirst().reasons())
        .contains("broker 3 has 8 replicas, broker 4 has 0");
  }

  @Test
  void whatIsEvenStays() {
    List<Partition> partitions =
        List.of(partition("t", 0, 1, 2), partition("t", 1, 2, 3), partition("u", 0, 3, 1));
    BalancePlan plan = BalancePlan.of(brokers(3), partitions, NO_LIMIT);
    assertThat(plan.moves()).isEmpty();
    assertThat(plan.isWhole()).isTrue();
    assertThat(plan.after()).isEqualTo(plan.before());
  }

  @Test
  void leadersAreEvenedOutWithoutCopying() {
    List<Partition> partitions =
        List.of(
            partition("t", 0, 1, 2),
            partition("t", 1, 1, 2),
            partition("t", 2, 2, 3),
            partition("t", 3, 1, 3));
    BalancePlan plan = BalancePlan.of(brokers(3), made(partitions, even(partitions)), NO_LIMIT);
    assertThat(plan.moves()).isEmpty();
    assertThat(even(partitions).after()).extracting(Load::leaders).containsExactly(2, 1, 1);
    assertThat(even(partitions).moves())
        .singleElement()
        .satisfies(
            move -> {
              assertThat(move.added()).isEmpty();
              assertThat(move.removed()).isEmpty();
              assertThat(move.reasons())
                  .containsExactly(
                      "broker 1 is the preferred leader of 3 partitions, broker 3 of 0");
            });
  }

  private static BalancePlan even(List<Partition> partitions) {
    return BalancePlan.of(brokers(3), partitions, NO_LIMIT);
  }

  @Test
  void leadershipIsPassedOnWhereItCannotGoDirectly() {
    List<Partition> partitions =
        List.of(
            partition("t", 0, 1, 2),
            partition("t", 1, 1, 2),
            partition("t", 2, 2, 3),
            partition("u", 0, 2, 3),
            partition("u", 1, 3, 1),
            partition("v", 0, 1, 2),
            partition("v", 1, 3, 4),
            partition("v", 2, 4, 3),
            partition("v", 3, 4, 3),
            partition("v", 4, 4));
    BalancePlan plan = BalancePlan.of(brokers(4), partitions, NO_LIMIT);
    assertThat(spread(plan.after(), Load::leaders)).isLessThanOrEqualTo(1);
  }

  @Test
  void aPartitionLeavesTheRackThatItCrowds() {
    List<Broker> brokers =
        List.of(broker(1, "a"), broker(2, "a"), broker(3, "b"), broker(4, "b"), broker(5, "c"));
    BalancePlan plan = BalancePlan.of(brokers, List.of(partition("t", 0, 1, 2, 3)), NO_LIMIT);
    assertThat(plan.moves())
        .containsExactly(
            new Move(
                new TopicPartition("t", 0),
                List.of(1, 2, 3),
                List.of(1, 5, 3),
                List.of("rack a has 2 of its replicas, rack c only 0")));
  }

  @Test
  void rackSpreadGoesBeforeEvenness() {
    List<Broker> brokers = List.of(broker(1, "a"), broker(2, "b"), broker(3, "b"));
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      partitions.add(partition("t", i, 1, 2 + i % 2));
    }
    BalancePlan plan = BalancePlan.of(brokers, partitions, NO_LIMIT);
    assertThat(plan.after()).extracting(Load::replicas).containsExactly(8, 4, 4);
    assertThat(spread(plan.after(), Load::leaders)).isLessThanOrEqualTo(1);
  }

  @Test
  void whatIsOnABrokerThatIsGoneGoesElsewhereButWhatIsOnOneThatMayComeBackStays() {
    List<Broker> brokers =
        List.of(broker(1, ""), broker(2, ""), new Broker(3, Optional.empty(), false));
    BalancePlan plan =
        BalancePlan.of(
            brokers, List.of(partition("t", 0, 9, 1), partition("t", 1, 3, 1)), NO_LIMIT);
    assertThat(plan.moves())
        .containsExactly(
            new Move(
                new TopicPartition("t", 0),
                List.of(9, 1),
                List.of(2, 1),
                List.of("broker 9 is no member of the cluster")));
  }

  @Test
  void noMoreChangesAtATimeThanAllowed() {
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      partitions.add(partition("t", i, 1, 2));
    }
    int rounds = 0;
    BalancePlan plan = BalancePlan.of(brokers(6), partitions, 7);
    while (!plan.isWhole()) {
      assertThat(plan.moves()).hasSizeBetween(1, 7);
      partitions = made(partitions, plan);
      plan = BalancePlan.of(brokers(6), partitions, 7);
      assertThat(++rounds).isLessThan(60);
    }
    assertThat(spread(plan.after(), Load::replicas)).isLessThanOrEqualTo(1);
    assertThat(spread(plan.after(), Load::leaders)).isLessThanOrEqualTo(1);
  }

  @Test
  void whatIsOnItsWayIsCountedAndLeftAlone() {
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      partitions.add(new Partition(new TopicPartition("t", i), List.of(1), true));
    }
    assertThat(BalancePlan.of(brokers(2), partitions, NO_LIMIT).moves()).isEmpty();
    partitions.add(partition("u", 0, 1));
    assertThat(BalancePlan.of(brokers(2), partitions, NO_LIMIT).moves())
        .extracting(Move::id)
        .containsExactly(new TopicPartition("u", 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void anyClusterIsEvenedOutAndNothingMadeWorse(int seed) {
    Random random = new Random(seed);
    int racks = seed % 4;
    List<Broker> brokers = new ArrayList<>();
    int count = 3 + random.nextInt(6);
    for (int id = 1; id <= count; id++) {
      brokers.add(broker(id, racks == 0 ? "" : "rack" + random.nextInt(racks)));
    }
    List<Partition> partitions = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<Integer> ids = new ArrayList<>(brokers.stream().map(Broker::id).toList());
      Collections.shuffle(ids, random);
      int skewed = 1 + random.nextInt(Math.min(3, count));
      partitions.add(
          new Partition(
              new TopicPartition("t" + i % 5, i / 5),
              ids.subList(0, skewed).stream().sorted().toList(),
              false));
    }
    BalancePlan plan = BalancePlan.of(brokers, partitions, NO_LIMIT);
    assertThat(plan.isWhole()).isTrue();
    List<Partition> after = made(partitions, plan);
    assertThat(BalancePlan.of(brokers, after, NO_LIMIT).moves()).as("nothing is left").isEmpty();
    for (int i = 0; i < partitions.size(); i++) {
      List<Integer> from = partitions.get(i).replicas();
      List<Integer> to = after.get(i).replicas();
      assertThat(new HashSet<>(to)).hasSameSizeAs(to).hasSameSizeAs(from);
      assertThat(mostInOneRack(brokers, to)).isLessThanOrEqualTo(mostInOneRack(brokers, from));
      assertThat(racksOf(brokers, to)).isGreaterThanOrEqualTo(racksOf(brokers, from));
    }
    plan.after().stream()
        .collect(Collectors.groupingBy(Load::rack))
        .values()
        .forEach(rack -> assertThat(spread(rack, Load::replicas)).as("in a rack").isLessThan(2));
    Collections.shuffle(partitions, random);
    Collections.shuffle(brokers, random);
    assertThat(BalancePlan.of(brokers, partitions, NO_LIMIT)).isEqualTo(plan);
  }

  private static Map<Optional<String>, Integer> perRack(
      List<Broker> brokers, List<Integer> replicas) {
    Map<Optional<String>, Integer> perRack = new HashMap<>();
    for (Broker broker : brokers) {
      if (replicas.contains(broker.id())) {
        perRack.merge(broker.rack(), 1, Integer::sum);
      }
    }
    return perRack;
  }

  private static int mostInOneRack(List<Broker> brokers, List<Integer> replicas) {
    return Collections.max(perRack(brokers, replicas).values());
  }

  private static int racksOf(List<Broker> brokers, List<Integer> replicas) {
    return perRack(brokers, replicas).size();
  }
}
