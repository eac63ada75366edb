package io.barnabas.coordinator.assignor;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.world.Randomness;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What assignors promise, over groups drawn at random that change step by step. */
class AssignorTest {
  private static final int ROUNDS = 300;

  private final SortedMap<String, AssignorInput.Member> members = new TreeMap<>();
  private final SortedMap<Uuid, Integer> partitions = new TreeMap<>();

  private static Uuid topic(int number) {
    return new Uuid(1, number);
  }

  private void member(String id, NavigableSet<PartitionId> before, int... topics) {
    SortedSet<Uuid> ids = new TreeSet<>();
    for (int each : topics) {
      ids.add(topic(each));
    }
    members.put(id, new AssignorInput.Member(Optional.empty(), ids, before));
  }

  private Map<String, NavigableSet<PartitionId>> assign(String name) {
    return Assignor.named(name).orElseThrow().assign(new AssignorInput(members, partitions));
  }

  private static int[] numbers(NavigableSet<PartitionId> share, int topic) {
    return share.stream()
        .filter(each -> each.topic().equals(topic(topic)))
        .mapToInt(PartitionId::number)
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "range"})
  void eachPartitionGoesToOneOfItsReaders(String name) {
    Randomness random = new SimulatedWorld(7, SimulationOptions.defaults()).randomness();
    for (int round = 0; round < ROUNDS; round++) {
      partitions.clear();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        partitions.put(topic(i), 1 + random.nextInt(7));
      }
      Map<String, NavigableSet<PartitionId>> before = members.isEmpty() ? Map.of() : assign(name);
      members.clear();
      for (int i = 0; i < 1 + random.nextInt(6); i++) {
        String id = "m" + random.nextInt(9);
        NavigableSet<PartitionId> had =
            before.containsKey(id) ? Known.in(before, id) : new TreeSet<>();
        member(id, had, 0, random.nextInt(4), random.nextInt(4));
      }
      Map<String, NavigableSet<PartitionId>> shares = assign(name);
      check(shares);
      if (name.equals("uniform")) {
        checkThatNoMoveWouldHelp(shares);
      }
    }
  }

  /** Nobody has two partitions more than another one who could have one of them. */
  private void checkThatNoMoveWouldHelp(Map<String, NavigableSet<PartitionId>> shares) {
    members.forEach(
        (other, reader) ->
            shares.forEach(
                (owner, share) -> {
                  if (share.stream().anyMatch(each -> reader.topics().contains(each.topic()))) {
                    assertThat(share.size())
                        .as(owner + " and " + other)
                        .isLessThanOrEqualTo(Known.in(shares, other).size() + 1);
                  }
                }));
  }

  @Test
  void uniformSharesManyPartitionsAmongManyMembersWithDifferentSubscriptions() {
    for (int topic = 0; topic < 20; topic++) {
      partitions.put(topic(topic), 100);
    }
    for (int i = 0; i < 400; i++) {
      member("m" + i, new TreeSet<>(), i % 20, (i * 7 + 1) % 20);
    }
    Map<String, NavigableSet<PartitionId>> shares = assign("uniform");
    check(shares);
    checkThatNoMoveWouldHelp(shares);
  }

  private void check(Map<String, NavigableSet<PartitionId>> shares) {
    assertThat(shares.keySet()).isEqualTo(members.keySet());
    List<PartitionId> given = new ArrayList<>();
    shares.forEach(
        (id, share) -> {
          given.addAll(share);
          assertThat(share).allMatch(each -> Known.in(members, id).topics().contains(each.topic()));
        });
    List<PartitionId> all = new ArrayList<>(new AssignorInput(members, partitions).all());
    all.removeIf(
        each -> members.values().stream().noneMatch(m -> m.topics().contains(each.topic())));
    assertThat(given).containsExactlyInAnyOrderElementsOf(all);
  }

  @Test
  void uniformIsEqualAndMovesNoMoreThanItMust() {
    partitions.put(topic(0), 10);
    member("a", new TreeSet<>(), 0);
    member("b", new TreeSet<>(), 0);
    Map<String, NavigableSet<PartitionId>> two = assign("uniform");
    assertThat(two.values()).allMatch(share -> share.size() == 5);
    member("a", Known.in(two, "a"), 0);
    member("b", Known.in(two, "b"), 0);
    member("c", new TreeSet<>(), 0);
    Map<String, NavigableSet<PartitionId>> three = assign("uniform");
    assertThat(three.values()).allMatch(share -> share.size() == 3 || share.size() == 4);
    assertThat(Known.in(two, "a")).containsAll(Known.in(three, "a"));
    assertThat(Known.in(two, "b")).containsAll(Known.in(three, "b"));
  }

  @Test
  void uniformBalancesDifferentSubscriptions() {
    partitions.put(topic(0), 6);
    partitions.put(topic(1), 2);
    member("a", new TreeSet<>(), 0);
    member("b", new TreeSet<>(), 0, 1);
    Map<String, NavigableSet<PartitionId>> shares = assign("uniform");
    assertThat(Known.in(shares, "a")).hasSize(4);
    assertThat(Known.in(shares, "b")).hasSize(4);
  }

  @Test
  void rangesOfTopicsWithTheSameReadersCanBeJoined() {
    partitions.put(topic(0), 5);
    partitions.put(topic(1), 5);
    member("a", new TreeSet<>(), 0, 1);
    member("b", new TreeSet<>(), 0, 1);
    Map<String, NavigableSet<PartitionId>> shares = assign("range");
    for (int topic = 0; topic < 2; topic++) {
      assertThat(numbers(Known.in(shares, "a"), topic)).containsExactly(0, 1, 2);
      assertThat(numbers(Known.in(shares, "b"), topic)).containsExactly(3, 4);
    }
  }
}
