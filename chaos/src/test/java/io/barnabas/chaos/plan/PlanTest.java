package io.barnabas.chaos.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A plan follows from its seed, gives every fault its turn, and keeps apart what must be. */
class PlanTest {
  private static final List<Fault> ALL = List.of(Fault.values());

  @Test
  void theSameSeedGivesTheSamePlanAndAnotherSeedAnother() {
    assertThat(rounds(7, 50)).isEqualTo(rounds(7, 50)).isNotEqualTo(rounds(8, 50));
  }

  @Test
  void everyFaultHasItsTurnBeforeAnyHasItsSecond() {
    Set<Fault> first = EnumSet.noneOf(Fault.class);
    rounds(3, ALL.size()).forEach(round -> first.add(round.steps().getFirst().fault()));
    assertThat(first).containsExactlyInAnyOrderElementsOf(ALL);
  }

  @Test
  void whatStrikesTheWholeClusterStrikesAloneAndOthersStrikeDifferentNodes() {
    List<Round> rounds = rounds(11, 2_000);
    assertThat(rounds).anySatisfy(round -> assertThat(round.steps()).hasSize(2));
    for (Round round : rounds) {
      boolean alone = round.steps().stream().anyMatch(step -> step.fault().isAlone());
      assertThat(round.steps().size()).isLessThanOrEqualTo(alone ? 1 : 2);
      assertThat(round.steps()).extracting(Step::node).doesNotHaveDuplicates();
      for (Step step : round.steps()) {
        assertThat(step.node()).isBetween(1, 3).isNotEqualTo(step.other());
        assertThat(step.other()).isBetween(1, 3);
        assertThat(step.forMs()).isBetween(step.fault().leastMs(), step.fault().mostMs());
      }
    }
  }

  @Test
  void namesOfFaultsAreRead() {
    assertThat(ALL.stream().map(Fault::label).map(Fault::of)).containsExactlyElementsOf(ALL);
    assertThat(Fault.of("cut-one-way")).isEqualTo(Fault.CUT_ONE_WAY);
    assertThatThrownBy(() -> Fault.of("rain")).hasMessageContaining("rain");
  }

  private static List<Round> rounds(long seed, int count) {
    Plan plan = new Plan(seed, ALL, 3);
    return Stream.generate(plan::next).limit(count).toList();
  }
}
