package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.barnabas.quorum.MembershipException;
import io.barnabas.quorum.NotLeadingException;
import io.barnabas.quorum.QuorumMember;
import io.barnabas.quorum.QuorumStatus;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RatisMembershipTest {
  private static final String APPEND_ENTRIES = "RaftServerImpl.appendEntries";

  @TempDir Path root;

  @Test
  void aVoterWithALostDiskIsReplacedByItsNewSelf() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.manySnapshots(), 3, 0)) {
      nodes.start(1, 2, 3);
      List<String> entries = new ArrayList<>(nodes.commitAll("a", 30));
      int lost = nodes.awaitActive() == 3 ? 2 : 3;
      nodes.stop(lost);
      UUID before = nodes.directoryId(lost);
      nodes.loseDisk(lost);
      nodes.start(lost);
      List<UUID> directoryIds = awaitVoter(nodes, lost);
      assertThat(directoryIds).hasSize(3).doesNotContain(before);
      // The new self counts: without it there is no majority.
      nodes.stop(lost == 3 ? 2 : 3);
      entries.addAll(nodes.commitAll("b", 5));
      assertThat(nodes.get(lost).witness().await(seen -> seen.entries().size() >= 35).entries())
          .isEqualTo(entries);
    }
  }

  @Test
  void aSecondNodeWithTheSameIdTakesNoVoteFromOneThatRuns() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 1)) {
      nodes.start(1, 2, 3);
      nodes.commit("first");
      UUID secondDirectory = new UUID(3, 99);
      RatisOptions second = asSecond(nodes.options(3), nodes.options(4), secondDirectory);
      try (RatisQuorum quorum = RatisQuorum.open(nodes.world, second)) {
        Witness witness = new Witness(nodes.world);
        quorum.start(witness);
        nodes.commitAll("a", 200);
        assertThat(voters(nodes))
            .extracting(QuorumMember::directoryId)
            .containsExactly(nodes.directoryId(1), nodes.directoryId(2), nodes.directoryId(3));
        // It has been asking all the time: once the first one is gone, it is let in.
        nodes.stop(3);
        awaitVoter(nodes, secondDirectory);
        nodes.commit("last");
        witness.await(seen -> seen.entries().contains("last"));
      }
    }
  }

  /** A node with the id of one and the place of another. */
  private static RatisOptions asSecond(RatisOptions first, RatisOptions place, UUID directoryId) {
    return new RatisOptions(
        place.directory(),
        first.nodeId(),
        directoryId,
        first.newClusterId(),
        first.clusterId(),
        place.bindHost(),
        place.bindPort(),
        place.host(),
        place.port(),
        first.voters(),
        first.tls(),
        first.tuning());
  }

  /** What is meant for the member that it was until now comes to the same address. */
  @Test
  void aVoterRemovedJustNowIsAddedAgainWithAnotherDisk() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.start(1, 2, 3);
      nodes.commit("first");
      int leader = nodes.awaitActive();
      int lost = leader == 3 ? 2 : 3;
      AtomicBoolean enough = new AtomicBoolean();
      List<String> entries = new ArrayList<>(List.of("first"));
      var load =
          nodes.world.threads().startPlatform("load", () -> commitUntil(nodes, enough, entries));
      nodes.stop(lost);
      remove(nodes, lost);
      nodes.loseDisk(lost);
      nodes.start(lost);
      addVoter(nodes, lost);
      enough.set(true);
      load.join();
      assertThat(
              nodes
                  .get(lost)
                  .witness()
                  .await(seen -> seen.entries().size() >= entries.size())
                  .entries())
          .isEqualTo(entries);
    }
  }

  /** Its leader goes on sending to it, as Ratis has it when a sender fails at the wrong moment. */
  @Test
  void oneThatWasRemovedComesBackAlthoughItsLeaderStillSendsToIt() throws Exception {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.start(1, 2, 3);
      nodes.commit("first");
      int leader = nodes.awaitActive();
      int removed = leader == 3 ? 2 : 3;
      nodes.stop(removed);
      remove(nodes, removed);
      int sender = nodes.awaitActive();
      sendOn(nodes.get(sender).quorum().node(), nodes.options(removed));
      nodes.start(removed);
      addVoter(nodes, removed);
      awaitVoters(nodes, List.of(1, 2, 3), List.of());
      nodes.commit("last");
      nodes.get(removed).witness().await(seen -> seen.entries().contains("last"));
    }
  }

  @Test
  void theSameIfItsLeaderIsTheOnlyVoter() throws Exception {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 1)) {
      nodes.start(1, 2);
      awaitVoters(nodes, List.of(1), List.of(2));
      nodes.commit("first");
      nodes.stop(2);
      nodes.loseDisk(2);
      assertThat(nodes.awaitActive()).isEqualTo(1);
      sendOn(nodes.get(1).quorum().node(), nodes.options(2));
      nodes.start(2);
      awaitVoters(nodes, List.of(1), List.of(2));
      nodes.commit("last");
      nodes.get(2).witness().await(seen -> seen.entries().contains("last"));
    }
  }

  private static void sendOn(RaftNode leader, RatisOptions to) throws Exception {
    QuorumMember member = new QuorumMember(to.nodeId(), to.directoryId(), to.host(), to.port());
    Object role = invoke(Objects.requireNonNull(leader.division()), "getRole");
    Object state = ((Optional<?>) invoke(role, "getLeaderState")).orElseThrow();
    Method start = state.getClass().getDeclaredMethod("addAndStartSenders", Collection.class);
    start.setAccessible(true);
    start.invoke(state, List.of(PeerNames.peer(member, RaftPeerRole.FOLLOWER)));
  }

  private static Object invoke(Object target, String name) throws Exception {
    Method method = target.getClass().getDeclaredMethod(name);
    method.setAccessible(true);
    return method.invoke(target);
  }

  @Test
  void oneThatFollowsAndWasAwayCatchesUpByASnapshot() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.manySnapshots(), 1, 2)) {
      nodes.start(1, 2, 3);
      awaitVoters(nodes, List.of(1), List.of(2, 3));
      List<String> entries = new ArrayList<>(nodes.commitAll("a", 5));
      // Ratis purges whole files of its log only, so there must be several.
      String large = "b".repeat(200);
      nodes.get(2).witness().await(seen -> seen.entries().size() == 5);
      nodes.stop(2);
      entries.addAll(nodes.commitAll(large, 100));
      nodes.start(2);
      for (int node = 2; node <= 3; node++) {
        Witness.Seen seen = nodes.get(node).witness().await(now -> now.entries().size() >= 105);
        assertThat(seen.entries()).isEqualTo(entries);
        assertThat(nodes.get(node).quorum().readIndex().join()).isEqualTo(105);
      }
      assertThat(nodes.get(2).witness().seen().snapshotsLoaded()).isPositive();
      assertThat(nodes.get(2).quorum().leadership().leaderId()).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneThatFollowsGoesOnWhenAnotherCannotJoin(int voters) throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), voters, 2)) {
      int follower = voters + 1;
      nodes.start(IntStream.rangeClosed(1, follower).toArray());
      nodes.commit("first");
      nodes.get(follower).witness().await(seen -> seen.entries().size() == 1);
      RatisOptions leader = nodes.options(nodes.awaitActive());
      try (Lobby lobby = new Lobby(leader)) {
        // It does not run, so nothing of the log gets there. Others' changes may come first.
        String refusal = "";
        while (!refusal.contains("cannot be reached")) {
          refusal =
              lobby
                  .ask(
                      leader.host(),
                      leader.port(),
                      new LobbyMessage.Question(
                          LobbyMessage.Kind.JOIN,
                          Optional.of(nodes.get(1).quorum().clusterId()),
                          member(nodes, voters + 2),
                          false),
                      60_000)
                  .join()
                  .refusal();
        }
      }
      nodes.commit("second");
      nodes.get(follower).witness().await(seen -> seen.entries().size() == 2);
    }
  }

  /** It starts as one that follows, and nobody leads it: it hears of no leader at all. */
  @Test
  void oneThatIsNoMemberAnyMoreWhenItStartsAsksToFollow() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 1)) {
      nodes.start(1, 2);
      nodes.commit("first");
      nodes.get(2).witness().await(seen -> seen.entries().size() == 1);
      UUID before = nodes.directoryId(2);
      nodes.stop(2);
      nodes.loseDisk(2);
      nodes.start(2);
      nodes.get(2).witness().await(seen -> seen.entries().size() == 1);
      nodes.stop(2);
      nodes.findDisk(2, before);
      nodes.start(2);
      nodes.commit("second");
      nodes.get(2).witness().await(seen -> seen.entries().size() == 2);
    }
  }

  @Test
  void aSnapshotIsTakenAlsoOfFewButLargeEntries() throws IOException {
    RatisTuning byBytes = new RatisTuning(150, 300, 1_000_000, 20_000, 2, 1 << 10);
    try (TestNodes nodes = new TestNodes(root, byBytes, 1, 1)) {
      nodes.start(1, 2);
      awaitVoters(nodes, List.of(1), List.of(2));
      nodes.commit("first");
      nodes.get(2).witness().await(seen -> seen.entries().size() == 1);
      nodes.stop(2);
      nodes.commitAll("b".repeat(900), 100);
      nodes.start(2);
      nodes.get(2).witness().await(seen -> seen.entries().size() == 101);
      assertThat(nodes.get(2).witness().seen().snapshotsLoaded()).isPositive();
    }
  }

  @Test
  void votersComeAndGoWhileEntriesAreCommitted() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.manySnapshots(), 1, 2)) {
      nodes.start(1, 2, 3);
      awaitVoters(nodes, List.of(1), List.of(2, 3));
      AtomicBoolean enough = new AtomicBoolean();
      List<String> entries = new ArrayList<>();
      var load =
          nodes.world.threads().startPlatform("load", () -> commitUntil(nodes, enough, entries));
      addVoter(nodes, 2);
      addVoter(nodes, 3);
      awaitVoters(nodes, List.of(1, 2, 3), List.of());
      assertRefused(
          () -> nodes.get(nodes.awaitActive()).quorum().addVoter(member(nodes, 2)).join(),
          MembershipException.Reason.DUPLICATE_VOTER);
      int leader = nodes.awaitActive();
      remove(nodes, leader);
      enough.set(true);
      load.join();
      assertThat(nodes.awaitActive()).isNotEqualTo(leader);
      List<Integer> others = new ArrayList<>(List.of(1, 2, 3));
      others.remove(Integer.valueOf(leader));
      // Waits, as one that led in between may not know yet that it was voted out.
      awaitVoters(nodes, others, List.of(leader));
      awaitNoChange(nodes);
      assertThat(entries).isNotEmpty();
      for (int node = 1; node <= 3; node++) {
        assertThat(
                nodes
                    .get(node)
                    .witness()
                    .await(seen -> seen.entries().size() >= entries.size())
                    .entries())
            .isEqualTo(entries);
      }
      // Who lost its vote neither votes nor disturbs: it follows the others' changes.
      nodes.commit("last");
      nodes.get(leader).witness().await(seen -> seen.entries().contains("last"));
    }
  }

  /** While the change is under way, it is in the logs of those who may be elected. */
  @Test
  void aLeaderThatEndsWhileAVoteIsTakenAwayLeadsAgain() throws Exception {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.start(1, 2, 3);
      List<String> entries = new ArrayList<>(nodes.commitAll("before", 3));
      int leader = nodes.awaitActive();
      int removed = leader == 3 ? 2 : 3;
      int other = 6 - leader - removed;
      CountDownLatch begun = new CountDownLatch(1);
      CodeInjectionForTesting.put(
          APPEND_ENTRIES,
          (local, remote, request) ->
              isTaken(other, local, (AppendEntriesRequestProto) request[1], begun));
      var removal = nodes.get(leader).quorum().removeVoter(removed, nodes.directoryId(removed));
      begun.await();
      nodes.stop(other, removed, leader);
      assertThat(removal).isCompletedExceptionally();
      CodeInjectionForTesting.remove(APPEND_ENTRIES);
      nodes.start(1, 2, 3);
      entries.addAll(nodes.commitAll("after", 3));
      for (int node = 1; node <= 3; node++) {
        assertThat(nodes.get(node).witness().await(seen -> seen.entries().size() == 6).entries())
            .isEqualTo(entries);
      }
    } finally {
      CodeInjectionForTesting.remove(APPEND_ENTRIES);
    }
  }

  /** From the change of members on, one voter takes nothing. */
  private static boolean isTaken(
      int refuses, Object local, AppendEntriesRequestProto request, CountDownLatch begun) {
    if (local.toString().startsWith(refuses + "-")) {
      if (request.getEntriesList().stream()
          .anyMatch(entry -> entry.getConfigurationEntry().getOldPeersCount() > 0)) {
        begun.countDown();
      }
      if (begun.getCount() == 0) {
        throw new IllegalStateException("Nothing is taken");
      }
    }
    return true;
  }

  private static void commitUntil(TestNodes nodes, AtomicBoolean enough, List<String> entries) {
    try {
      for (int i = 0; !enough.get(); i++) {
        nodes.commit("e" + i);
        entries.add("e" + i);
      }
    } catch (IOException | CompletionException e) {
      // Then there are fewer entries here than elsewhere.
      entries.add("stopped by " + e);
    }
  }

  /**
   * Again if the leader is the one and nobody was ready to take over; whoever leads then does it.
   */
  private static void remove(TestNodes nodes, int voter) {
    while (true) {
      int active = nodes.awaitActive();
      try {
        nodes.get(active).quorum().removeVoter(voter, nodes.directoryId(voter)).join();
        return;
      } catch (CompletionException e) {
        if (e.getCause() instanceof MembershipException refused
            && refused.reason() != MembershipException.Reason.NOT_NOW) {
          assertThat(refused.reason()).isEqualTo(MembershipException.Reason.VOTER_NOT_FOUND);
          return;
        }
      }
    }
  }

  private static QuorumMember member(TestNodes nodes, int node) {
    RatisOptions options = nodes.options(node);
    return new QuorumMember(node, options.directoryId(), options.host(), options.port());
  }

  /** Again while it has not caught up, or the leader changes. */
  private static void addVoter(TestNodes nodes, int node) {
    while (true) {
      try {
        nodes.get(nodes.awaitActive()).quorum().addVoter(member(nodes, node)).join();
        return;
      } catch (CompletionException e) {
        if (e.getCause() instanceof MembershipException refused
            && refused.reason() == MembershipException.Reason.DUPLICATE_VOTER) {
          return;
        }
        nodes.world.threads().sleep(20_000_000);
      }
    }
  }

  /** Again while the leader changes. */
  private static void assertRefused(Runnable change, MembershipException.Reason reason) {
    while (true) {
      Throwable failure = catchThrowable(change::run);
      assertThat(failure).isInstanceOf(CompletionException.class);
      if (failure.getCause() instanceof MembershipException refused) {
        assertThat(refused.reason()).isEqualTo(reason);
        return;
      }
      assertThat(failure).hasCauseInstanceOf(NotLeadingException.class);
    }
  }

  /** Waits until a node has a vote with the directory that it has now; the ids of all voters. */
  private static List<UUID> awaitVoter(TestNodes nodes, int node) {
    return awaitVoter(nodes, nodes.directoryId(node));
  }

  private static List<UUID> awaitVoter(TestNodes nodes, UUID directoryId) {
    while (true) {
      List<UUID> ids = voters(nodes).stream().map(QuorumMember::directoryId).toList();
      if (ids.contains(directoryId)) {
        // Until then the majority of those before is needed too.
        awaitNoChange(nodes);
        return ids;
      }
      nodes.world.threads().sleep(5_000_000);
    }
  }

  /**
   * Waits until the leader knows of no change under way: it looks for a voter that is not there.
   */
  private static void awaitNoChange(TestNodes nodes) {
    while (true) {
      int active = nodes.awaitActive();
      Throwable failure =
          catchThrowable(
              () -> nodes.get(active).quorum().removeVoter(active, new UUID(7, 7)).join());
      assertThat(failure).isInstanceOf(CompletionException.class);
      if (failure.getCause() instanceof MembershipException refused
          && refused.reason() != MembershipException.Reason.NOT_NOW) {
        assertThat(refused.reason()).isEqualTo(MembershipException.Reason.VOTER_NOT_FOUND);
        return;
      }
      nodes.world.threads().sleep(5_000_000);
    }
  }

  private static List<QuorumMember> voters(TestNodes nodes) {
    return nodes.get(nodes.awaitActive()).quorum().status().voters().stream()
        .map(QuorumStatus.Progress::member)
        .toList();
  }

  /** Waits until the leader says that these are the members, each with a place in the log. */
  private static void awaitVoters(TestNodes nodes, List<Integer> voters, List<Integer> listeners) {
    while (true) {
      QuorumStatus status = nodes.get(nodes.awaitActive()).quorum().status();
      if (ids(status.voters()).equals(voters) && ids(status.listeners()).equals(listeners)) {
        return;
      }
      nodes.world.threads().sleep(5_000_000);
    }
  }

  private static List<Integer> ids(List<QuorumStatus.Progress> members) {
    return members.stream().map(member -> member.member().nodeId()).toList();
  }
}
