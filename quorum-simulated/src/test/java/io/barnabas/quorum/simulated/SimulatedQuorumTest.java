package io.barnabas.quorum.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.world.simulated.CrashMode;
import io.barnabas.world.simulated.SimulatedWorld;
import io.barnabas.world.simulated.SimulationOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulatedQuorumTest {
  private static final long MILLISECOND_NANOS = 1_000_000;
  private static final long SECOND_NANOS = 1_000 * MILLISECOND_NANOS;

  @FunctionalInterface
  private interface Body {
    void run(Cluster cluster) throws Exception;
  }

  private static void simulate(long seed, SimulatedQuorumOptions options, Body body) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    Cluster cluster = new Cluster(world, options, 3);
    world.run(() -> body.run(cluster));
  }

  @Test
  void oneLeaderIsElectedAndWhatItProposesIsToldToAll() {
    for (long seed = 0; seed < 20; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            cluster.startAll();
            int leader = cluster.awaitActive();
            for (int i = 0; i < 10; i++) {
              assertThat(cluster.propose(leader, i, "e" + i).join()).isTrue();
              assertThat(cluster.seen(leader)).hasSize(i + 1);
            }
            assertThat(cluster.propose(leader, 3, "late").join()).isFalse();
            cluster.sleep(SECOND_NANOS);
            for (int node : cluster.ids()) {
              assertThat(cluster.seen(node)).hasSize(10).isEqualTo(cluster.seen(leader));
              assertThat(cluster.node(node).quorum.leadership().leaderId()).hasValue(leader);
              assertThat(cluster.node(node).quorum.leadership().active()).isEqualTo(node == leader);
              assertThat(cluster.node(node).quorum.readIndex().join()).isEqualTo(10);
            }
            int other = cluster.other(leader);
            assertThatThrownBy(cluster.propose(other, 10, "no")::join)
                .hasCauseInstanceOf(NotLeadingException.class);
          });
    }
  }

  /** Both must be possible: that it is lost, and that a later leader commits it. */
  @Test
  void whatWasInFlightWhenTheLeaderDiedMayOrMayNotBeCommitted() {
    Set<Boolean> fates = new HashSet<>();
    for (long seed = 0; seed < 40; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            cluster.startAll();
            int old = cluster.awaitActive();
            cluster.propose(old, 0, "first").join();
            CompletableFuture<Boolean> outcome = cluster.propose(old, 1, "in flight");
            cluster.sleep(cluster.random(3 * MILLISECOND_NANOS));
            boolean acknowledged = outcome.isDone();
            cluster.crash(old);
            int next = cluster.awaitActive();
            boolean survived = cluster.seen(next).contains("in flight");
            assertThat(survived || !acknowledged).isTrue();
            fates.add(survived);
            long index = cluster.seen(next).size();
            assertThat(cluster.propose(next, index, "second").join()).isTrue();
            cluster.restart(old);
            cluster.sleep(2 * SECOND_NANOS);
            assertThat(cluster.seen(old)).isEqualTo(cluster.seen(next)).endsWith("second");
          });
    }
    assertThat(fates).containsExactlyInAnyOrder(true, false);
  }

  @Test
  void aLeaderThatIsCutOffBelievesThatItLeadsButCommitsNothing() {
    Set<Integer> believers = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            cluster.startAll();
            int old = cluster.awaitActive();
            cluster.isolate(old, true);
            CompletableFuture<Boolean> lost = cluster.propose(old, 0, "lost");
            CompletableFuture<Long> read = cluster.node(old).quorum.readIndex();
            cluster.sleep(700 * MILLISECOND_NANOS);
            believers.add(cluster.quorum.believedLeaders().size());
            int next = cluster.quorum.leader().orElseThrow();
            assertThat(next).isNotEqualTo(old);
            cluster.awaitActive(next);
            assertThat(cluster.propose(next, 0, "kept").join()).isTrue();
            assertThat(lost).isNotDone();
            assertThatThrownBy(read::join).hasCauseInstanceOf(IOException.class);
            cluster.isolate(old, false);
            assertThat(lost.join()).isFalse();
            assertThat(cluster.seen(old)).containsExactly("kept");
          });
    }
    assertThat(believers).contains(2);
  }

  @Test
  void whereADiskHangsNothingTakesEffectUntilItAnswers() {
    for (long seed = 0; seed < 20; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            cluster.startAll();
            int leader = cluster.awaitActive();
            int other = cluster.other(leader);
            cluster.quorum.hang(other);
            assertThat(cluster.propose(leader, 0, "of the others").join()).isTrue();
            cluster.sleep(SECOND_NANOS);
            assertThat(cluster.seen(other)).isEmpty();
            assertThat(cluster.quorum.leader()).hasValue(leader);
            cluster.quorum.heal(other);
            cluster.sleep(SECOND_NANOS);
            assertThat(cluster.seen(other)).containsExactly("of the others");
            cluster.quorum.hang(leader);
            CompletableFuture<Boolean> own = cluster.propose(leader, 1, "own");
            cluster.sleep(SECOND_NANOS);
            assertThat(own).isNotDone();
            assertThat(cluster.quorum.leader()).hasValue(leader);
            assertThat(cluster.node(leader).quorum.handOver()).isTrue();
            int next = cluster.awaitActiveOtherThan(leader);
            assertThat(cluster.seen(next)).containsExactly("of the others", "own");
            cluster.quorum.heal(leader);
            assertThat(own.join()).isTrue();
          });
    }
  }

  @Test
  void whoWasAwayGetsASnapshotInTheMidstOfItsLife() {
    for (long seed = 0; seed < 20; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults().withSnapshotsAfter(5),
          cluster -> {
            cluster.startAll();
            int leader = cluster.awaitActive();
            int away = cluster.other(leader);
            cluster.propose(leader, 0, "seen by all").join();
            cluster.sleep(SECOND_NANOS);
            cluster.isolate(away, true);
            for (int i = 1; i < 30; i++) {
              cluster.propose(leader, i, "e" + i).join();
            }
            assertThat(cluster.seen(away)).hasSize(1);
            cluster.isolate(away, false);
            cluster.sleep(2 * SECOND_NANOS);
            assertThat(cluster.node(away).snapshotsLoaded).isPositive();
            assertThat(cluster.seen(away)).hasSize(30).isEqualTo(cluster.seen(leader));
          });
    }
  }

  @Test
  void votersAreAddedReplacedAndRemoved() {
    for (long seed = 0; seed < 10; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults(),
          cluster -> {
            cluster.startAll();
            int leader = cluster.awaitActive();
            QuorumMember fourth = Cluster.member(4, 4);
            assertThatThrownBy(cluster.node(leader).quorum.addVoter(fourth)::join)
                .hasCauseInstanceOf(MembershipException.class);
            cluster.start(fourth);
            cluster.propose(leader, 0, "e").join();
            cluster.sleep(SECOND_NANOS);
            assertThat(cluster.seen(4)).containsExactly("e");
            assertThat(cluster.node(leader).quorum.status().listeners()).hasSize(1);
            cluster.node(leader).quorum.addVoter(fourth).join();
            assertThat(cluster.node(leader).quorum.status().voters()).hasSize(4);
            cluster.node(leader).quorum.removeVoter(leader, new UUID(leader, leader)).join();
            int next = cluster.awaitActiveOtherThan(leader);
            assertThat(cluster.propose(next, 1, "f").join()).isTrue();
            cluster.sleep(SECOND_NANOS);
            assertThat(cluster.seen(leader)).containsExactly("e", "f");
            assertThat(cluster.node(next).quorum.status().voters()).hasSize(3);
            assertThatThrownBy(
                    cluster.node(next).quorum.removeVoter(leader, new UUID(leader, leader))::join)
                .hasCauseInstanceOf(MembershipException.class);
          });
    }
  }

  /**
   * Leaders die, are cut off and voted out, messages are lost and repeated. Whoever is told that
   * its entry is the n-th finds it as the n-th everywhere; nobody ever sees anything else there;
   * and a read sees all that was acknowledged before.
   */
  @Test
  void whatWasAcknowledgedIsThereForEver() {
    for (long seed = 0; seed < 30; seed++) {
      simulate(
          seed,
          SimulatedQuorumOptions.defaults().withMessageFaults(5, 10).withSnapshotsAfter(7),
          cluster -> {
            cluster.startAll();
            List<String> acknowledged = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
              cluster.trouble();
              for (int node : cluster.running()) {
                String entry = "e" + i + "-" + node;
                long index = cluster.seen(node).size();
                var _ =
                    cluster
                        .propose(node, index, entry)
                        .thenAccept(done -> cluster.outcome(acknowledged, index, entry, done));
              }
              cluster.sleep(cluster.random(300 * MILLISECOND_NANOS));
              cluster.checkReads(acknowledged.size());
            }
            cluster.healAll();
            int leader = cluster.awaitActive();
            cluster.propose(leader, cluster.seen(leader).size(), "last").join();
            cluster.sleep(5 * SECOND_NANOS);
            for (int node : cluster.ids()) {
              assertThat(cluster.seen(node)).isEqualTo(cluster.seen(leader));
            }
            for (int i = 0; i < acknowledged.size(); i++) {
              if (!acknowledged.get(i).isEmpty()) {
                assertThat(cluster.seen(leader).get(i)).isEqualTo(acknowledged.get(i));
              }
            }
            assertThat(acknowledged).filteredOn(entry -> !entry.isEmpty()).hasSizeGreaterThan(5);
            assertThat(cluster.violations).isEmpty();
            assertThat(cluster.epochs).allSatisfy((epoch, ids) -> assertThat(ids).hasSize(1));
          });
    }
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertThat(traceOf(7)).isEqualTo(traceOf(7)).isNotEqualTo(traceOf(8));
  }

  private static long traceOf(long seed) {
    SimulatedWorld world = new SimulatedWorld(seed, SimulationOptions.defaults());
    Cluster cluster = new Cluster(world, SimulatedQuorumOptions.defaults(), 3);
    world.run(
        () -> {
          cluster.startAll();
          int leader = cluster.awaitActive();
          cluster.propose(leader, 0, "e").join();
          cluster.crash(leader);
          cluster.awaitActive();
        });
    return world.traceHash();
  }

  @Test
  void aClosedMemberComesBackWithWhatItHad() {
    simulate(
        1,
        SimulatedQuorumOptions.defaults(),
        cluster -> {
          cluster.startAll();
          int leader = cluster.awaitActive();
          cluster.propose(leader, 0, "e").join();
          for (int node : cluster.ids()) {
            cluster.node(node).quorum.close();
          }
          assertThatThrownBy(cluster.propose(leader, 1, "f")::join)
              .hasCauseInstanceOf(IOException.class);
          cluster.startAll();
          int next = cluster.awaitActive();
          assertThat(cluster.seen(next)).containsExactly("e");
          Leadership leadership = cluster.node(next).quorum.leadership();
          assertThat(leadership.epoch()).isGreaterThan(1);
          cluster.world.machine("n" + next).crash(CrashMode.LOSE_UNFORCED);
        });
  }
}
