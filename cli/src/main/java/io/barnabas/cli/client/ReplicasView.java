package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;

/** The replicas of a topic, each as it says itself and as the cluster says of it. */
record ReplicasView(List<Row> rows) {

  /** A replica of a partition; its lag is what it lacks of the leader's log, in records. */
  record Row(
      int partition,
      int node,
      boolean leads,
      State state,
      ReplicaProbe.Progress progress,
      OptionalLong lag) {}

  /** What the cluster says of a replica. */
  enum State {
    /** It has all that is acknowledged with acks=all. */
    IN_SYNC("in sync"),
    /** It may lead, although it is not in sync, as it has all that was acknowledged (KIP-966). */
    ELIGIBLE("eligible"),
    /** It lacks records, or may. */
    BEHIND("behind");

    private final String text;

    State(String text) {
      this.text = text;
    }
  }

  /** Copies the list. */
  ReplicasView {
    rows = List.copyOf(rows);
  }

  /** Asks every node that has a replica. */
  static ReplicasView read(ReplicaProbe probe, TopicDescription topic) {
    Map<Integer, Node> nodes = new LinkedHashMap<>();
    Map<Integer, List<Integer>> partitions = new HashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      for (Node node : partition.replicas()) {
        nodes.put(node.id(), node);
        partitions.computeIfAbsent(node.id(), id -> new ArrayList<>()).add(partition.partition());
      }
    }
    Map<Integer, Map<Integer, ReplicaProbe.Progress>> told = new HashMap<>();
    nodes.forEach(
        (id, node) ->
            told.put(
                id,
                node.isEmpty()
                    ? Map.of()
                    : probe.ask(
                        node,
                        topic.name(),
                        topic.topicId(),
                        partitions.getOrDefault(id, List.of()))));
    List<Row> rows = new ArrayList<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      Map<Integer, ReplicaProbe.Progress> progress = new LinkedHashMap<>();
      for (Node node : partition.replicas()) {
        progress.put(
            node.id(),
            told.getOrDefault(node.id(), Map.of())
                .getOrDefault(partition.partition(), ReplicaProbe.Progress.UNKNOWN));
      }
      rows.addAll(rows(partition, progress));
    }
    return new ReplicasView(rows);
  }

  /** The rows of a partition. */
  static List<Row> rows(
      TopicPartitionInfo partition, Map<Integer, ReplicaProbe.Progress> progress) {
    @Nullable Node leader = partition.leader();
    OptionalLong leaderEnd =
        leader == null
            ? OptionalLong.empty()
            : progress.getOrDefault(leader.id(), ReplicaProbe.Progress.UNKNOWN).end();
    List<Row> rows = new ArrayList<>();
    for (Node node : partition.replicas()) {
      ReplicaProbe.Progress its = progress.getOrDefault(node.id(), ReplicaProbe.Progress.UNKNOWN);
      boolean leads = leader != null && leader.id() == node.id();
      rows.add(
          new Row(
              partition.partition(),
              node.id(),
              leads,
              state(partition, node.id()),
              its,
              lag(leaderEnd, its.end())));
    }
    return rows;
  }

  /** It may have been asked after the leader, and have more by then. */
  private static OptionalLong lag(OptionalLong leaderEnd, OptionalLong end) {
    return leaderEnd.isPresent() && end.isPresent()
        ? OptionalLong.of(Math.max(0, leaderEnd.getAsLong() - end.getAsLong()))
        : OptionalLong.empty();
  }

  private static State state(TopicPartitionInfo partition, int node) {
    if (partition.isr().stream().anyMatch(each -> each.id() == node)) {
      return State.IN_SYNC;
    }
    @Nullable List<Node> eligible = partition.elr();
    return eligible != null && eligible.stream().anyMatch(each -> each.id() == node)
        ? State.ELIGIBLE
        : State.BEHIND;
  }

  /** For people; a dash is what a replica does not tell. */
  Table table() {
    Table table =
        new Table(
            ">PARTITION",
            ">NODE",
            "ROLE",
            "STATE",
            ">LEADER EPOCH",
            ">START",
            ">END",
            ">HIGH WATERMARK",
            ">LAG");
    for (Row row : rows) {
      table.add(
          row.partition(),
          row.node(),
          row.leads() ? "leader" : "follower",
          row.state().text,
          text(row.progress().leaderEpoch()),
          text(row.progress().start()),
          text(row.progress().end()),
          text(row.progress().highWatermark()),
          text(row.lag()));
    }
    return table;
  }

  /** For programs: a partition's replicas; null is what one does not tell. */
  List<Map<String, @Nullable Object>> json(int partition) {
    List<Map<String, @Nullable Object>> replicas = new ArrayList<>();
    for (Row row : rows) {
      if (row.partition() == partition) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("node", row.node());
        json.put("leader", row.leads());
        json.put("state", row.state().text);
        OptionalInt epoch = row.progress().leaderEpoch();
        json.put("leaderEpoch", epoch.isPresent() ? epoch.getAsInt() : null);
        json.put("startOffset", orNull(row.progress().start()));
        json.put("endOffset", orNull(row.progress().end()));
        json.put("highWatermark", orNull(row.progress().highWatermark()));
        json.put("lag", orNull(row.lag()));
        replicas.add(json);
      }
    }
    return replicas;
  }

  private static @Nullable Long orNull(OptionalLong amount) {
    return amount.isPresent() ? amount.getAsLong() : null;
  }

  private static String text(OptionalLong offset) {
    return offset.isPresent() ? Amounts.count(offset.getAsLong()) : "-";
  }

  private static String text(OptionalInt epoch) {
    return epoch.isPresent() ? Integer.toString(epoch.getAsInt()) : "-";
  }
}
