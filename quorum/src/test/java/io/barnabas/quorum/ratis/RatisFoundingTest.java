package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.barnabas.quorum.QuorumMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RatisFoundingTest {
  @TempDir Path root;

  @Test
  void nothingIsFoundedUntilAllVotersAreThere() throws IOException {
    for (List<Integer> order :
        List.of(List.of(1, 2, 3), List.of(3, 2, 1), List.of(2, 3, 1), List.of(4, 1, 3, 2))) {
      Path directory = root.resolve("order" + order.get(0) + order.get(1));
      try (TestNodes nodes = new TestNodes(directory, TestNodes.tuning(), 3, 1)) {
        List<RatisQuorum> opened = new ArrayList<>();
        for (int node : order) {
          assertThat(opened).allSatisfy(quorum -> assertThat(quorum.founded()).isNotDone());
          opened.add(nodes.open(node));
        }
        List<UUID> ids =
            opened.stream().map(RatisQuorum::founded).map(CompletableFuture::join).toList();
        assertThat(ids).containsOnly(ids.getFirst());
        for (int i = 0; i < order.size(); i++) {
          nodes.started(order.get(i), opened.get(i));
        }
        nodes.commit("first");
        for (int node : order) {
          nodes.get(node).witness().await(seen -> seen.entries().equals(List.of("first")));
        }
      }
    }
  }

  @Test
  void aFounderThatStopsAtAnyTimeFoundsNoSecondCluster() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      List<RatisQuorum> opened = new ArrayList<>();
      for (int node = 1; node <= 3; node++) {
        opened.add(nodes.open(node));
      }
      UUID founded = opened.getFirst().founded().join();
      // Written down by the first; perhaps not by the others, and Ratis has not heard of it.
      for (RatisQuorum quorum : opened) {
        quorum.close();
      }
      nodes.start(3, 2, 1);
      assertThat(nodes.get(3).quorum().clusterId()).isEqualTo(founded);
      nodes.commit("first");
      nodes.stop(1, 2, 3);
      nodes.start(1, 2, 3);
      nodes.commit("second");
      assertThat(nodes.get(1).quorum().clusterId()).isEqualTo(founded);
    }
  }

  @Test
  void aDirectoryOfAnotherClusterIsRefused() throws IOException {
    try (TestNodes other = new TestNodes(root.resolve("other"), TestNodes.tuning(), 1, 0);
        TestNodes nodes = new TestNodes(root.resolve("this"), TestNodes.tuning(), 1, 1)) {
      other.start(1);
      other.commit("theirs");
      nodes.start(1);
      nodes.commit("ours");
      // Node 2 is given the directory of a node 2 that followed the other cluster.
      other.addNode(2);
      other.start(2);
      other.get(2).witness().await(seen -> seen.entries().equals(List.of("theirs")));
      other.stop(2);
      copy(other.directory(2), nodes.directory(2));
      nodes.start(2);
      Witness.Seen seen = nodes.get(2).witness().await(now -> !now.failures().isEmpty());
      assertThat(seen.failures().getFirst())
          .hasMessageContaining(other.get(1).quorum().clusterId().toString())
          .hasMessageContaining(nodes.get(1).quorum().clusterId().toString())
          .hasMessageContaining("empty as a whole");
      assertThat(seen.entries()).doesNotContain("ours");
    }
  }

  @Test
  void votersThatNameDifferentVotersFoundNothing() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 2, 1);
        RatisQuorum second = nodes.open(2)) {
      assertThat(second.founded()).isNotDone();
      nodes.nameOnly(1);
      RatisOptions alone = nodes.options(1);
      nodes.nameOnly(1, 2, 3);
      RatisOptions three = nodes.options(1);
      try (RatisQuorum third = RatisQuorum.open(nodes.world, nodes.options(3));
          Lobby lobby = new Lobby(three)) {
        Founding.Round round = new Founding(three, self(three), lobby).ask();
        assertThat(round.cluster()).isEmpty();
        assertThat(round.obstacle())
            .contains("another controller.quorum.voters ([1, 2]) than this node ([1, 2, 3])");
        assertThat(third.founded()).isNotDone();
        assertThat(new Founding(alone, self(alone), lobby).ask().cluster()).isPresent();
      }
    }
  }

  @Test
  void aNodeGivesUpOnlyWhenMostVotersAreOfAnotherCluster() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0);
        Lobby lobby = new Lobby(nodes.options(1))) {
      RatisOptions options = nodes.options(1);
      Founding founding = new Founding(options, self(options), lobby);
      ClusterFile own = new ClusterFile(new UUID(1, 1), self(options), List.of(), true);
      RatisOptions.Voter second = options.voters().get(1);
      RatisOptions.Voter third = options.voters().get(2);
      assertThat(founding.disagreement(own, Map.of())).isEmpty();
      assertThat(founding.disagreement(own, Map.of(second, of(new UUID(1, 1), options)))).isEmpty();
      assertThat(founding.disagreement(own, Map.of(second, of(new UUID(2, 2), options))))
          .hasValueSatisfying(text -> assertThat(text).contains(new UUID(2, 2).toString()));
      assertThatThrownBy(
              () ->
                  founding.disagreement(
                      own,
                      Map.of(
                          second, of(new UUID(2, 2), options), third, of(new UUID(2, 2), options))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("empty as a whole");
    }
  }

  private static LobbyMessage.Answer of(UUID clusterId, RatisOptions options) {
    return new LobbyMessage.Answer(
        Optional.of(clusterId), self(options), false, LogEnd.NONE, List.of(), List.of(), "");
  }

  private static QuorumMember self(RatisOptions options) {
    return new QuorumMember(
        options.nodeId(), options.directoryId(), options.host(), options.port());
  }

  @Test
  void anotherNodesDirectoryIsRefusedBeforeAnythingStarts() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 1)) {
      nodes.start(1);
      nodes.stop(1);
      copy(nodes.directory(1), nodes.directory(2));
      assertThatThrownBy(() -> nodes.open(2))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to node 1")
          .hasMessageContaining("this is node 2");
    }
  }

  @Test
  void aPortThatIsTakenLeavesNoTrace() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 0)) {
      RatisQuorum first = nodes.open(1);
      first.founded().join();
      nodes.loseDisk(1);
      assertThatThrownBy(() -> nodes.open(1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("port " + nodes.options(1).port());
      assertThat(nodes.directory(1)).doesNotExist();
      first.close();
    }
  }

  @Test
  void anOldCopyOfADirectoryCatchesUpAndDisagreesWithNobody() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.manySnapshots(), 3, 0)) {
      nodes.start(1, 2, 3);
      List<String> entries = new ArrayList<>(nodes.commitAll("a", 15));
      int old = nodes.awaitActive() == 1 ? 2 : 1;
      nodes.stop(old);
      Path copy = root.resolve("copy");
      copy(nodes.directory(old), copy);
      nodes.start(old);
      entries.addAll(nodes.commitAll("b", 80));
      nodes.get(old).witness().await(seen -> seen.entries().size() == 95);
      nodes.stop(old);
      delete(nodes.directory(old));
      copy(copy, nodes.directory(old));
      nodes.start(old);
      entries.addAll(nodes.commitAll("c", 5));
      for (int node = 1; node <= 3; node++) {
        assertThat(nodes.get(node).witness().await(seen -> seen.entries().size() >= 100).entries())
            .isEqualTo(entries);
        assertThat(nodes.get(node).witness().seen().failures()).isEmpty();
      }
    }
  }

  @Test
  void aVoterWhoseLogIsGoneDoesNotVoteAgain() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 1, 0)) {
      nodes.start(1);
      nodes.commit("first");
      Path log = nodes.directory(1).resolve(nodes.get(1).quorum().clusterId().toString());
      nodes.stop(1);
      assertThat(RatisQuorum.isKnownIn(nodes.directory(1))).isTrue();
      delete(log.resolve("current"));
      assertThatThrownBy(() -> nodes.start(1))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(log + " is gone")
          .hasMessageContaining("empty the whole data directory " + root + ",");
      assertThat(log.resolve("current")).doesNotExist();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList().reversed()) {
        Files.delete(path);
      }
    }
  }
}
