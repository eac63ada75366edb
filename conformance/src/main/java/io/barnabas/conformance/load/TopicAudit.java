package io.barnabas.conformance.load;

import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.load.ClusterView.Partition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Compares what every node tells of the topics with what was acknowledged, and with each other. */
final class TopicAudit {
  private static final long WHOLE_LIMIT_NANOS = 120_000_000_000L;
  private static final int MOST_COMPLAINTS = 100;

  private final Map<String, List<Optional<TopicState>>> possible;
  private final List<String> complaints = new ArrayList<>();

  private TopicAudit(Map<String, List<Optional<TopicState>>> possible) {
    this.possible = possible;
  }

  /**
   * What came of it.
   *
   * @param topics how many there are
   * @param partitions of these topics
   * @param complaints a sentence for each thing that is not as it must be
   */
  record Verdict(int topics, int partitions, List<String> complaints) {}

  /** Waits until all replicas are in sync, then compares. */
  static Verdict check(ClusterProcess cluster, List<TopicChanger> changers)
      throws IOException, InterruptedException {
    Map<String, List<Optional<TopicState>>> possible = new TreeMap<>();
    changers.forEach(changer -> possible.putAll(changer.possible()));
    return check(cluster, possible);
  }

  /**
   * The same with what each topic may be, by its name; nothing in place of a state is its absence.
   */
  static Verdict check(ClusterProcess cluster, Map<String, List<Optional<TopicState>>> possible)
      throws IOException, InterruptedException {
    TopicAudit audit = new TopicAudit(possible);
    Map<Integer, ClusterView> views = audit.awaitWhole(cluster);
    views.forEach(audit::compare);
    ClusterView first = views.values().iterator().next();
    views.forEach(
        (node, view) -> {
          if (!view.equals(first)) {
            audit.complain("node " + node + " tells of other topics than the first node");
            audit.tellDifference(node, view, first);
          }
        });
    return new Verdict(
        first.topics().size(),
        first.topics().values().stream().mapToInt(topic -> topic.partitions().size()).sum(),
        audit.complaints.stream().limit(MOST_COMPLAINTS).toList());
  }

  private Map<Integer, ClusterView> awaitWhole(ClusterProcess cluster)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WHOLE_LIMIT_NANOS;
    while (true) {
      Map<Integer, ClusterView> views = new TreeMap<>();
      for (int node : cluster.ids()) {
        views.put(node, ClusterView.at(cluster.node(node).address()));
      }
      if (Set.copyOf(views.values()).size() == 1
          && views.values().stream().allMatch(ClusterView::isWhole)) {
        return views;
      }
      if (System.nanoTime() - deadline > 0) {
        complain(
            "the nodes do not agree, or partitions are without leader or not in sync, after "
                + WHOLE_LIMIT_NANOS / 1_000_000_000
                + " s");
        return views;
      }
      Thread.sleep(200);
    }
  }

  private void compare(int node, ClusterView view) {
    Set<String> names = new TreeSet<>(view.topics().keySet());
    names.addAll(possible.keySet());
    for (String name : names) {
      Optional<ClusterView.Topic> told = Optional.ofNullable(view.topics().get(name));
      Optional<TopicState> state =
          told.map(topic -> new TopicState(topic.partitions().size(), topic.retentionMs()));
      List<Optional<TopicState>> may = possible.getOrDefault(name, List.of(Optional.empty()));
      if (!may.contains(state)) {
        complain("node " + node + ": " + name + " is " + state + " and may be " + may);
      }
      told.ifPresent(topic -> checkParts(node, name, topic));
    }
  }

  private void checkParts(int node, String name, ClusterView.Topic topic) {
    List<Integer> indexes = topic.partitions().stream().map(Partition::index).toList();
    if (!indexes.equals(IntStream.range(0, indexes.size()).boxed().toList())) {
      complain("node " + node + ": " + name + " has the partitions " + indexes);
    }
    for (Partition partition : topic.partitions()) {
      if (partition.leader() < 0 || !partition.inSync().contains(partition.leader())) {
        complain("node " + node + ": " + name + " has a partition without leader: " + partition);
      }
    }
  }

  private void tellDifference(int node, ClusterView view, ClusterView first) {
    Set<String> names = new TreeSet<>(view.topics().keySet());
    names.addAll(first.topics().keySet());
    for (String name : names) {
      Optional<ClusterView.Topic> here = Optional.ofNullable(view.topics().get(name));
      Optional<ClusterView.Topic> there = Optional.ofNullable(first.topics().get(name));
      if (!here.equals(there)) {
        complain("node " + node + ": " + name + " is " + here + ", at the first node " + there);
      }
    }
  }

  private void complain(String sentence) {
    complaints.add(sentence);
  }
}
