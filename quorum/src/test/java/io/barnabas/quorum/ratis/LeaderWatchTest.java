package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.quorum.Leadership;
import io.barnabas.quorum.QuorumMember;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaderWatchTest {
  /** By silence alone, nobody would be elected before the test has given up. */
  private static final RatisTuning PATIENT =
      new RatisTuning(600_000, 600_000, 20_000, 20 << 20, 10_000, 1 << 20);

  private static final String APPEND_ENTRIES = "RaftServerImpl.appendEntries";

  /** Stands for election within seconds of its start, and leads on though it hears nothing. */
  private static final RatisTuning FIRST =
      new RatisTuning(8_000, 12_000, 20_000, 20 << 20, 10_000, 1 << 20);

  /** Longer than a watcher waits for an answer, and before it watches again. */
  private static final long REST_NANOS = 1_500_000_000;

  @TempDir Path root;

  @Test
  void theEndOfTheLeadersProcessIsNoticedWithoutWaitingForItsSilence() throws IOException {
    try (TestNodes nodes = new TestNodes(root, PATIENT, 3, 0);
        LeaderProcess leader = LeaderProcess.start(nodes.options(3))) {
      nodes.start(1, 2);
      leader.awaitActive();
      nodes.get(1).witness().await(seen -> seen.leaderIs(3));
      nodes.get(2).witness().await(seen -> seen.leaderIs(3));
      leader.kill();
      List<String> entries = nodes.commitAll("after", 3);
      for (int node = 1; node <= 2; node++) {
        assertThat(nodes.get(node).witness().await(seen -> seen.entries().size() == 3).entries())
            .isEqualTo(entries);
      }
    }
  }

  /** Node 1 would go first, but node 2 does not give it its vote. */
  @Test
  void whoseLogEndsEarlierDoesNotGoFirst() throws IOException {
    try (TestNodes nodes = new TestNodes(root, PATIENT, 3, 0);
        LeaderProcess leader = LeaderProcess.start(nodes.options(3))) {
      nodes.start(1, 2);
      leader.awaitActive();
      nodes.get(1).witness().await(seen -> seen.leaderIs(3));
      nodes.get(2).witness().await(seen -> seen.leaderIs(3));
      CodeInjectionForTesting.put(APPEND_ENTRIES, LeaderWatchTest::refuseAtNodeOne);
      leader.commit("before");
      leader.kill();
      nodes.get(2).witness().await(seen -> seen.leaderIs(2));
      CodeInjectionForTesting.remove(APPEND_ENTRIES);
      List<String> entries = new ArrayList<>(List.of("before"));
      entries.addAll(nodes.commitAll("after", 3));
      assertThat(nodes.get(1).witness().await(seen -> seen.entries().size() == 4).entries())
          .isEqualTo(entries);
    } finally {
      CodeInjectionForTesting.remove(APPEND_ENTRIES);
    }
  }

  private static boolean refuseAtNodeOne(Object local, @Nullable Object remote, Object... request) {
    if (local.toString().startsWith("1-")) {
      throw new IllegalStateException("Node 1 is to lag behind");
    }
    return true;
  }

  /** That it is looked at whether somebody listens is shown by what happens when nobody does. */
  @Test
  void callsThatBreakOrHangWhileTheLeaderListensChangeNothing() throws IOException {
    try (TestNodes nodes = new TestNodes(root, PATIENT, 3, 0);
        Forwarder way = new Forwarder(nodes.world, nodes.options(3).port())) {
      nodes.advertise(3, way.port());
      List<RatisQuorum> opened =
          List.of(
              nodes.open(1), nodes.open(2), RatisQuorum.open(nodes.world, nodes.options(3, FIRST)));
      for (int node = 1; node <= 3; node++) {
        nodes.started(node, opened.get(node - 1));
      }
      int epoch =
          nodes.get(1).witness().await(seen -> seen.leaderIs(3)).leaderships().getLast().epoch();
      nodes.get(2).witness().await(seen -> seen.leaderIs(3));
      way.awaitRest(REST_NANOS);
      for (int i = 0; i < 2; i++) {
        way.cut();
        way.awaitConnections(2);
        way.awaitRest(REST_NANOS);
      }
      way.hold(true);
      way.cut();
      way.awaitConnections(2);
      way.awaitRest(REST_NANOS);
      way.hold(false);
      way.awaitRest(REST_NANOS);
      List<String> entries = nodes.commitAll("before", 2);
      for (int node = 1; node <= 3; node++) {
        Witness.Seen seen = nodes.get(node).witness().await(each -> each.entries().size() == 2);
        assertThat(seen.entries()).isEqualTo(entries);
        assertThat(seen.leaderIs(3)).isTrue();
        assertThat(seen.leaderships().getLast().epoch()).isEqualTo(epoch);
      }
      way.shut();
      nodes.get(1).witness().await(seen -> seen.leaderships().getLast().epoch() > epoch);
    }
  }

  @Test
  void aWatchKnowsWhetherItWasEverOpen() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 1);
        Lobby lobby = new Lobby(nodes.options(2))) {
      CompletableFuture<Boolean> never = new CompletableFuture<>();
      lobby.watch(TestNodes.HOST, nodes.options(2).port(), never::complete);
      assertThat(never.join()).isFalse();
      nodes.start(1);
      nodes.awaitActive();
      CompletableFuture<Boolean> opened = new CompletableFuture<>();
      lobby.watch(TestNodes.HOST, nodes.options(1).port(), opened::complete);
      CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
      lobby.watch(TestNodes.HOST, nodes.options(1).port(), cancelled::complete).cancel();
      // What is asked on the same connection is answered after the watch was opened.
      lobby
          .ask(
              TestNodes.HOST,
              nodes.options(1).port(),
              new LobbyMessage.Question(
                  LobbyMessage.Kind.GREET, Optional.empty(), member(nodes.options(2)), false),
              30_000)
          .join();
      assertThat(opened).isNotDone();
      nodes.stop(1);
      assertThat(opened.join()).isTrue();
      assertThat(cancelled).isNotDone();
    }
  }

  @Test
  void aLeaderThatIsHeardOfBeforeTheGroupHasBegunIsTold() throws IOException {
    try (TestNodes nodes = new TestNodes(root, PATIENT, 2, 0)) {
      RatisOptions options = nodes.options(1);
      QuorumMember self = member(options);
      RaftNode listening =
          RaftNode.listen(
              options,
              self,
              (builder, types) -> builder,
              () -> {
                throw new IllegalStateException("No group is begun");
              });
      Witness witness = new Witness(nodes.world);
      RatisGroup group =
          new RatisGroup(
              nodes.world,
              options,
              listening,
              new ClusterFile(new UUID(0, 1), self, List.of(self), false),
              new Teller(witness),
              new Proposals(1));
      group.leaderChanged(RaftPeerId.valueOf("2-" + nodes.directoryId(2)), 7);
      group.tellLeader();
      assertThat(group.leadership()).isEqualTo(new Leadership(OptionalInt.of(2), 7, false));
      listening.close();
    }
  }

  private static QuorumMember member(RatisOptions options) {
    return new QuorumMember(
        options.nodeId(), options.directoryId(), options.host(), options.port());
  }
}
