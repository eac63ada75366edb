package io.barnabas.quorum.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RatisQuorumTest {
  @TempDir Path root;

  @Test
  void threeNodesAgree() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.start(1, 2, 3);
      List<String> entries = nodes.commitAll("a", 50);
      for (int node = 1; node <= 3; node++) {
        assertThat(nodes.get(node).witness().await(seen -> seen.entries().size() >= 50).entries())
            .isEqualTo(entries);
        assertThat(nodes.get(node).quorum().readIndex().join()).isEqualTo(50);
      }
    }
  }

  @Test
  void anotherNodeGoesOnWhenTheLeaderStops() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.tuning(), 3, 0)) {
      nodes.start(1, 2, 3);
      List<String> entries = new ArrayList<>(nodes.commitAll("a", 20));
      int leader = nodes.awaitActive();
      nodes.stop(leader);
      entries.addAll(nodes.commitAll("b", 20));
      for (int node = 1; node <= 3; node++) {
        if (node != leader) {
          assertThat(nodes.get(node).witness().await(seen -> seen.entries().size() >= 40).entries())
              .isEqualTo(entries);
        }
      }
      nodes.start(leader);
      assertThat(nodes.get(leader).witness().await(seen -> seen.entries().size() >= 40).entries())
          .isEqualTo(entries);
    }
  }

  @Test
  void allThatWasCommittedIsThereAfterARestartOfAll() throws IOException {
    try (TestNodes nodes = new TestNodes(root, TestNodes.manySnapshots(), 3, 0)) {
      nodes.start(3, 1, 2);
      var clusterId = nodes.get(1).quorum().clusterId();
      List<String> entries = new ArrayList<>(nodes.commitAll("a", 60));
      nodes.stop(1, 2, 3);
      nodes.start(2, 3, 1);
      assertThat(nodes.get(2).quorum().clusterId()).isEqualTo(clusterId);
      entries.addAll(nodes.commitAll("b", 1));
      for (int node = 1; node <= 3; node++) {
        Witness.Seen seen = nodes.get(node).witness().await(now -> now.entries().size() >= 61);
        assertThat(seen.entries()).isEqualTo(entries);
        assertThat(seen.snapshotsLoaded()).isPositive();
      }
    }
  }
}
