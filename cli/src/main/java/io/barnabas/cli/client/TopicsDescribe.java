package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topics describe}. */
@Command(
    name = "describe",
    description = "Show topics: partitions, leaders, replicas, offsets, settings.")
final class TopicsDescribe extends ClusterCommand {
  @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The topics.")
  private List<String> names = List.of();

  @Option(
      names = "--replicas",
      description = {
        "Show each replica, too, as its node tells: the leadership that it knows of, where its log"
            + " begins and ends, its high watermark.",
        "A node that is away tells nothing; some tell no high watermark while they are behind."
      })
  private boolean replicas;

  @Override
  void run(Cluster cluster, Output out) {
    try (Admin admin = cluster.admin();
        ReplicaProbe probe = cluster.replicaProbe()) {
      run(admin, probe, out);
    }
  }

  private void run(Admin admin, ReplicaProbe probe, Output out) {
    Map<String, KafkaFuture<TopicDescription>> topics =
        admin.describeTopics(names).topicNameValues();
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    PerName.run(
        names,
        name -> {
          TopicDescription topic = Cluster.await(Objects.requireNonNull(topics.get(name)));
          Map<String, String> settings = TopicsConfig.changed(admin, name);
          List<Row> rows = rows(admin, topic);
          Optional<ReplicasView> each =
              replicas ? Optional.of(ReplicasView.read(probe, topic)) : Optional.empty();
          if (out.isJson()) {
            all.add(json(topic, settings, rows, each));
          } else {
            print(out, topic, settings, rows);
            each.ifPresent(view -> out.line(view.table()));
          }
        },
        () -> {
          if (out.isJson()) {
            out.json(all);
          }
        });
  }

  /** A partition; an offset is empty when nobody leads it. */
  private record Row(TopicPartitionInfo partition, OptionalLong start, OptionalLong end) {
    int leader() {
      Node leader = partition.leader();
      return leader == null ? -1 : leader.id();
    }

    List<Integer> replicas() {
      return partition.replicas().stream().map(Node::id).toList();
    }

    List<Integer> inSync() {
      return partition.isr().stream().map(Node::id).toList();
    }
  }

  private static List<Row> rows(Admin admin, TopicDescription topic) {
    Map<TopicPartition, OffsetSpec> earliest = new LinkedHashMap<>();
    Map<TopicPartition, OffsetSpec> latest = new LinkedHashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      if (partition.leader() != null && !partition.leader().isEmpty()) {
        TopicPartition id = new TopicPartition(topic.name(), partition.partition());
        earliest.put(id, OffsetSpec.earliest());
        latest.put(id, OffsetSpec.latest());
      }
    }
    ListOffsetsResult starts = admin.listOffsets(earliest);
    ListOffsetsResult ends = admin.listOffsets(latest);
    List<Row> rows = new ArrayList<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      TopicPartition id = new TopicPartition(topic.name(), partition.partition());
      boolean isLed = earliest.containsKey(id);
      rows.add(
          new Row(
              partition,
              isLed ? offset(starts, id) : OptionalLong.empty(),
              isLed ? offset(ends, id) : OptionalLong.empty()));
    }
    return rows;
  }

  private static OptionalLong offset(ListOffsetsResult offsets, TopicPartition id) {
    try {
      return OptionalLong.of(Cluster.await(offsets.partitionResult(id)).offset());
    } catch (ApiException e) {
      return OptionalLong.empty();
    }
  }

  private static Map<String, @Nullable Object> json(
      TopicDescription topic,
      Map<String, String> settings,
      List<Row> rows,
      Optional<ReplicasView> each) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("topic", topic.name());
    json.put("id", topic.topicId().toString());
    json.put("internal", topic.isInternal());
    json.put("settings", settings);
    List<Map<String, @Nullable Object>> partitions = new ArrayList<>();
    for (Row row : rows) {
      Map<String, @Nullable Object> partition = new LinkedHashMap<>();
      partition.put("partition", row.partition().partition());
      partition.put("leader", row.leader());
      partition.put("replicas", row.replicas());
      partition.put("isr", row.inSync());
      partition.put("startOffset", row.start().isPresent() ? row.start().getAsLong() : null);
      partition.put("endOffset", row.end().isPresent() ? row.end().getAsLong() : null);
      each.ifPresent(
          view -> partition.put("replicaStates", view.json(row.partition().partition())));
      partitions.add(partition);
    }
    json.put("partitions", partitions);
    return json;
  }

  private static void print(
      Output out, TopicDescription topic, Map<String, String> settings, List<Row> rows) {
    out.line(
        "%s: %s, %s, id %s"
            .formatted(
                topic.name(),
                Amounts.count(rows.size(), "partition"),
                Amounts.count(TopicsList.replicas(topic), "replica"),
                topic.topicId()));
    settings.forEach((name, value) -> out.line("  " + name + "=" + value));
    Table table = new Table(">PARTITION", ">LEADER", "REPLICAS", "IN SYNC", ">START", ">END");
    for (Row row : rows) {
      table.add(
          row.partition().partition(),
          row.leader() < 0 ? "none" : Integer.toString(row.leader()),
          commas(row.replicas()),
          commas(row.inSync()),
          text(row.start()),
          text(row.end()));
    }
    out.line(table);
  }

  private static String commas(List<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  static String text(OptionalLong offset) {
    return offset.isPresent() ? Amounts.count(offset.getAsLong()) : "-";
  }
}
