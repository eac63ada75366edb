package io.barnabas.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.metadata.BalancePlan.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;
import org.junit.jupiter.api.Test;

class BalanceExecutionTest {
  private static final TopicPartition P0 = new TopicPartition("t", 0);
  private static final TopicPartition P1 = new TopicPartition("t", 1);
  private static final TopicPartition U0 = new TopicPartition("u", 0);

  private final FakeCluster cluster = new FakeCluster();
  private final List<String> told = new ArrayList<>();

  /** Moves take some looks; what is asked of it is noted, and its settings can be seen. */
  private static final class FakeCluster implements MovingCluster {
    private final Map<TopicPartition, PartitionReassignment> moving = new HashMap<>();
    private final Map<TopicPartition, Throwable> unelected = new HashMap<>();
    private final Map<Integer, Map<TopicPartition, Long>> sizes = new HashMap<>();
    private final Map<String, String> settings = new TreeMap<>();
    private final List<String> asked = new ArrayList<>();
    private int looks = 1;
    private int paused;

    @Override
    public void move(Map<TopicPartition, List<Integer>> targets) {
      assertThat(moving).isEmpty();
      asked.add("move " + new TreeMap<>(named(targets)) + " with " + settings);
      targets.forEach(
          (id, to) -> moving.put(id, new PartitionReassignment(to, List.of(), List.of())));
      paused = 0;
    }

    private static Map<String, List<Integer>> named(Map<TopicPartition, List<Integer>> targets) {
      Map<String, List<Integer>> named = new HashMap<>();
      targets.forEach((id, to) -> named.put(id.toString(), to));
      return named;
    }

    @Override
    public Map<TopicPartition, PartitionReassignment> moving(Set<TopicPartition> of) {
      Map<TopicPartition, PartitionReassignment> some = new HashMap<>(moving);
      some.keySet().retainAll(of);
      return some;
    }

    @Override
    public Map<TopicPartition, Throwable> electPreferred(Set<TopicPartition> of) {
      asked.add("elect " + of);
      return unelected;
    }

    @Override
    public void alter(Map<ConfigResource, Collection<AlterConfigOp>> changes) {
      changes.forEach(
          (resource, ops) -> {
            assertThat(ops).extracting(op -> op.configEntry().name()).doesNotHaveDuplicates();
            for (AlterConfigOp op : ops) {
              String name = resource.name() + "/" + op.configEntry().name();
              String value = op.configEntry().value();
              switch (op.opType()) {
                case SET -> settings.put(name, value);
                case DELETE -> settings.remove(name);
                case APPEND -> settings.merge(name, value, (a, b) -> a + "," + b);
                default -> throw new AssertionError(op.toString());
              }
            }
          });
    }

    @Override
    public Map<Integer, Map<TopicPartition, Long>> sizes(Set<Integer> nodes) {
      Map<Integer, Map<TopicPartition, Long>> some = new HashMap<>(sizes);
      some.keySet().retainAll(nodes);
      return some;
    }

    @Override
    public void pause() {
      if (++paused == looks) {
        moving.clear();
      }
    }
  }

  private void run(
      long rate, int atOnce, Map<TopicPartition, PartitionReassignment> moving, Move... moves) {
    new BalanceExecution(cluster, new Throttle(cluster, rate), told::add)
        .run(List.of(moves), moving, atOnce);
  }

  private static Move move(TopicPartition id, List<Integer> from, List<Integer> to) {
    return new Move(id, from, to, List.of("because"));
  }

  @Test
  void movesAreLimitedFromBeforeTheyBeginUntilAllHaveArrived() {
    run(
        1_000,
        1,
        Map.of(),
        move(P0, List.of(1, 2), List.of(2, 3)),
        move(P1, List.of(2), List.of(1)));
    String both =
        "%1$d/follower.replication.throttled.rate=1000,"
            + " %1$d/leader.replication.throttled.rate=1000";
    String rates = both.formatted(1) + ", " + both.formatted(2);
    assertThat(cluster.asked)
        .containsExactly(
            "move {t-0=[2, 3]} with {%s, %s, %s, %s}"
                .formatted(
                    rates,
                    both.formatted(3),
                    "t/follower.replication.throttled.replicas=0:3",
                    "t/leader.replication.throttled.replicas=0:1,0:2"),
            "elect [t-0]",
            "move {t-1=[1]} with {%s, %s, %s, %s}"
                .formatted(
                    rates,
                    both.formatted(3),
                    "t/follower.replication.throttled.replicas=0:3,1:1",
                    "t/leader.replication.throttled.replicas=0:1,0:2,1:2"),
            "elect [t-1]");
    assertThat(cluster.settings).isEmpty();
    assertThat(told)
        .containsExactly(
            "t-0 is where it should be (1 of 2)",
            "t-1 is where it should be (2 of 2)",
            "The cluster is balanced.");
  }

  @Test
  void someAreMovedAtATime() {
    cluster.unelected.put(P1, new PreferredLeaderNotAvailableException("it is not there"));
    run(
        0,
        2,
        Map.of(),
        move(P0, List.of(1), List.of(2)),
        move(P1, List.of(1), List.of(3)),
        move(U0, List.of(1), List.of(2)));
    assertThat(cluster.asked)
        .filteredOn(one -> one.startsWith("move"))
        .containsExactly("move {t-0=[2], t-1=[3]} with {}", "move {u-0=[2]} with {}");
    assertThat(told)
        .contains(
            "t-1 is not led by its preferred leader: it is not there"
                + " (PREFERRED_LEADER_NOT_AVAILABLE).");
  }

  @Test
  void thoseOnTheirWayAreWaitedForAndTheirLimitsTakenAway() {
    PartitionReassignment way = new PartitionReassignment(List.of(1, 2, 3), List.of(3), List.of(1));
    cluster.moving.put(U0, way);
    cluster.settings.put("1/leader.replication.throttled.rate", "7");
    cluster.settings.put("3/follower.replication.throttled.rate", "7");
    cluster.settings.put("u/leader.replication.throttled.replicas", "0:1,0:2");
    run(0, 10, Map.of(U0, way), move(P0, List.of(1), List.of(2)));
    // Not before the other one had arrived, as the fake would say.
    assertThat(cluster.asked).hasSize(2).first().asString().startsWith("move {t-0=[2]}");
    assertThat(told).startsWith("u-0 is where it should be (1 of 1)");
    assertThat(cluster.settings).isEmpty();
  }

  @Test
  void itIsSaidHowMuchIsCopied() {
    cluster.looks = 20;
    cluster.sizes.put(1, Map.of(P0, 3L << 20, P1, 1L << 20));
    cluster.sizes.put(3, Map.of(P0, 1L << 20));
    run(0, 2, Map.of(), move(P0, List.of(1), List.of(2, 3)), move(P1, List.of(1), List.of(1)));
    assertThat(told)
        .containsExactly(
            "1.0 MiB of 6.0 MiB copied, 2 partitions under way",
            "1.0 MiB of 6.0 MiB copied, 2 partitions under way",
            "t-0 is where it should be (1 of 2)",
            "t-1 is where it should be (2 of 2)",
            "The cluster is balanced.");
  }
}
