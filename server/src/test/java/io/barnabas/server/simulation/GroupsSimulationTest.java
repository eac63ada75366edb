package io.barnabas.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.server.simulation.GroupsRun.Result;
import org.junit.jupiter.api.Test;

/**
 * Groups of both protocols, and of both at once, in a cluster whose nodes, disks, networks and
 * clocks fail, and whose coordinators move: nobody reads what is another one's, no commit is lost,
 * and in the end all is read again.
 *
 * <p>{@code -Dsimulation.seeds=100000} tries more seeds than the normal build; {@code
 * -Dsimulation.first=17} begins at another one.
 */
class GroupsSimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 1_000);
  private static final int FIRST = Integer.getInteger("simulation.first", 0);

  @Test
  void nobodyReadsWhatIsAnothersAndNoCommitIsLost() {
    long acknowledged = 0;
    long refused = 0;
    for (int seed = FIRST; seed < FIRST + SEEDS; seed++) {
      Result result = GroupsRun.run(seed);
      acknowledged += result.acknowledged();
      refused += result.refused();
    }
    assertThat(acknowledged).as("commits acknowledged").isGreaterThan(5L * SEEDS);
    if (SEEDS > 100) {
      // Else nothing was at stake.
      assertThat(refused).as("commits refused").isGreaterThan(0);
    }
  }

  /** What members had was forgotten, and given to others while they had it. */
  @Test
  void aGroupThatLosesItsLastConsumerMemberAfterItsCoordinatorMovedAndGetsAnother() {
    assertThat(GroupsRun.run(833).acknowledged()).isGreaterThan(0);
  }

  /** The log was closed when the coordinator began to load it, and was never loaded again. */
  @Test
  void aPartitionWhoseLogIsOpenedAnewIsLoadedAllTheSame() {
    assertThat(GroupsRun.run(11095).acknowledged()).isGreaterThan(0);
  }

  /**
   * A report was undone, as too few were in sync, and the coordinator went on waiting for it from
   * before: nobody else may be taken for the owner sooner than that.
   */
  @Test
  void aMemberWhoseReportWasUndoneIsWaitedForNoLonger() {
    assertThat(GroupsRun.run(11973).acknowledged()).isGreaterThan(0);
  }

  @Test
  void theSameSeedIsTheSameRun() {
    assertThat(GroupsRun.run(FIRST)).isEqualTo(GroupsRun.run(FIRST));
  }
}
