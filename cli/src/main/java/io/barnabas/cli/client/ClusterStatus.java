package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code barnabas cluster status}. */
@Command(name = "status", description = "Show the nodes, who controls them, and how topics are.")
final class ClusterStatus extends ClusterCommand.WithAdmin {

  /** What one node has. */
  private record Row(Node node, boolean isController, long leads, long replicas, long bytes) {}

  @Override
  void run(Admin admin, Output out) {
    DescribeClusterResult cluster = admin.describeCluster();
    String clusterId = Cluster.await(cluster.clusterId());
    @Nullable Node controller = Cluster.await(cluster.controller());
    List<Node> nodes = new ArrayList<>(Cluster.await(cluster.nodes()));
    nodes.sort(Comparator.comparingInt(Node::id));
    ListTopicsOptions everything = new ListTopicsOptions().listInternal(true);
    Collection<TopicDescription> topics =
        Cluster.await(
                admin
                    .describeTopics(Cluster.await(admin.listTopics(everything).names()))
                    .allTopicNames())
            .values();
    List<TopicPartitionInfo> partitions =
        topics.stream().flatMap(topic -> topic.partitions().stream()).toList();
    Map<Integer, Long> bytes = bytesByNode(admin, nodes);
    List<Row> rows =
        nodes.stream()
            .map(
                node ->
                    new Row(
                        node,
                        controller != null && controller.id() == node.id(),
                        leads(partitions, node),
                        partitions.stream().filter(p -> p.replicas().contains(node)).count(),
                        bytes.getOrDefault(node.id(), 0L)))
            .toList();
    if (out.isJson()) {
      out.json(json(clusterId, topics.size(), partitions, rows));
    } else {
      print(out, clusterId, topics.size(), partitions, rows);
    }
  }

  private static long leads(List<TopicPartitionInfo> partitions, Node node) {
    return partitions.stream()
        .map(TopicPartitionInfo::leader)
        .filter(leader -> leader != null && leader.id() == node.id())
        .count();
  }

  private static Map<Integer, Long> bytesByNode(Admin admin, List<Node> nodes) {
    Map<Integer, Long> bytes = new TreeMap<>();
    Cluster.await(admin.describeLogDirs(nodes.stream().map(Node::id).toList()).allDescriptions())
        .forEach(
            (node, directories) ->
                bytes.put(
                    node, directories.values().stream().mapToLong(ClusterStatus::used).sum()));
    return bytes;
  }

  /** The bytes of all replicas in a directory. */
  static long used(LogDirDescription directory) {
    return directory.replicaInfos().values().stream().mapToLong(ReplicaInfo::size).sum();
  }

  private static Map<String, @Nullable Object> json(
      String clusterId, int topics, List<TopicPartitionInfo> partitions, List<Row> rows) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("clusterId", clusterId);
    json.put("topics", topics);
    json.put("partitions", partitions.size());
    json.put("withoutLeader", TopicsList.withoutLeader(partitions));
    json.put("underReplicated", TopicsList.underReplicated(partitions));
    List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
    for (Row row : rows) {
      Map<String, @Nullable Object> node = new LinkedHashMap<>();
      node.put("node", row.node().id());
      node.put("host", row.node().host());
      node.put("port", row.node().port());
      node.put("rack", row.node().rack());
      node.put("controller", row.isController());
      node.put("leads", row.leads());
      node.put("replicas", row.replicas());
      node.put("bytes", row.bytes());
      nodes.add(node);
    }
    json.put("nodes", nodes);
    return json;
  }

  private static void print(
      Output out,
      String clusterId,
      int topics,
      List<TopicPartitionInfo> partitions,
      List<Row> rows) {
    out.line(
        "Cluster %s: %s, %s, %s."
            .formatted(
                clusterId,
                Amounts.count(rows.size(), "node"),
                Amounts.count(topics, "topic"),
                Amounts.count(partitions.size(), "partition")));
    long leaderless = TopicsList.withoutLeader(partitions);
    long behind = TopicsList.underReplicated(partitions);
    out.line(
        leaderless == 0 && behind == 0
            ? "All partitions have a leader and all their replicas in sync."
            : "%s without leader, %s under-replicated."
                .formatted(
                    Amounts.count(leaderless, "partition"), Amounts.count(behind, "partition")));
    Table table =
        new Table(">NODE", "ADDRESS", "RACK", "CONTROLLER", ">LEADS", ">REPLICAS", ">DATA");
    for (Row row : rows) {
      table.add(
          row.node().id(),
          row.node().host() + ":" + row.node().port(),
          row.node().hasRack() ? row.node().rack() : "-",
          row.isController() ? "yes" : "no",
          Amounts.count(row.leads()),
          Amounts.count(row.replicas()),
          Amounts.bytes(row.bytes()));
    }
    out.line(table);
  }
}
