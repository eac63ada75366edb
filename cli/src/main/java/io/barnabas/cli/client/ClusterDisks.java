package io.barnabas.cli.client;

import io.barnabas.cli.Sentences;
import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas cluster disks}. */
@Command(name = "disks", description = "Show the data directories and how full they are.")
final class ClusterDisks extends ClusterCommand.WithAdmin {
  @Option(names = "--topics", description = "Show each topic in each directory, largest first.")
  private boolean byTopic;

  /** One data directory of one node. */
  private record Row(int node, String path, LogDirDescription directory) {
    String state() {
      @Nullable ApiException error = directory.error();
      return error == null ? "ok" : Sentences.of(error);
    }

    Map<String, Long> bytesByTopic() {
      Map<String, Long> bytes = new TreeMap<>();
      for (Map.Entry<TopicPartition, ReplicaInfo> replica : directory.replicaInfos().entrySet()) {
        bytes.merge(replica.getKey().topic(), replica.getValue().size(), Long::sum);
      }
      return bytes;
    }
  }

  @Override
  void run(Admin admin, Output out) {
    List<Integer> nodes =
        Cluster.await(admin.describeCluster().nodes()).stream().map(Node::id).sorted().toList();
    List<Row> rows = new ArrayList<>();
    new TreeMap<>(Cluster.await(admin.describeLogDirs(nodes).allDescriptions()))
        .forEach(
            (node, directories) ->
                new TreeMap<>(directories)
                    .forEach((path, directory) -> rows.add(new Row(node, path, directory))));
    if (out.isJson()) {
      out.json(rows.stream().map(ClusterDisks::json).toList());
    } else {
      out.line(byTopic ? topics(rows) : directories(rows));
    }
  }

  private static Map<String, @Nullable Object> json(Row row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("node", row.node());
    json.put("directory", row.path());
    json.put("state", row.state());
    json.put("replicas", row.directory().replicaInfos().size());
    json.put("bytes", used(row.directory()));
    json.put("totalBytes", orNull(row.directory().totalBytes()));
    json.put("usableBytes", orNull(row.directory().usableBytes()));
    json.put("bytesByTopic", row.bytesByTopic());
    return json;
  }

  /** The bytes of all replicas in a directory. */
  static long used(LogDirDescription directory) {
    return directory.replicaInfos().values().stream().mapToLong(ReplicaInfo::size).sum();
  }

  private static @Nullable Long orNull(OptionalLong amount) {
    return amount.isPresent() ? amount.getAsLong() : null;
  }

  private static Table directories(List<Row> rows) {
    Table table = new Table(">NODE", "DIRECTORY", ">REPLICAS", ">DATA", ">FREE", ">OF", "STATE");
    for (Row row : rows) {
      table.add(
          row.node(),
          row.path(),
          Amounts.count(row.directory().replicaInfos().size()),
          Amounts.bytes(used(row.directory())),
          bytes(row.directory().usableBytes()),
          bytes(row.directory().totalBytes()),
          row.state());
    }
    return table;
  }

  private static String bytes(OptionalLong amount) {
    return amount.isPresent() ? Amounts.bytes(amount.getAsLong()) : "-";
  }

  private static Table topics(List<Row> rows) {
    Table table = new Table(">NODE", "DIRECTORY", "TOPIC", ">DATA");
    for (Row row : rows) {
      row.bytesByTopic().entrySet().stream()
          .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
          .forEach(
              topic ->
                  table.add(
                      row.node(), row.path(), topic.getKey(), Amounts.bytes(topic.getValue())));
    }
    return table;
  }
}
