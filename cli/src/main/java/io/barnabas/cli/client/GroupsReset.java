package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas groups reset}. */
@Command(
    name = "reset",
    description = {
      "Show at which offsets a group would read on elsewhere; with --execute it will.",
      "The group may have no members meanwhile. One that there is not yet comes into being by it.",
      "An offset before the first or behind the last record becomes the nearest that there is."
    })
final class GroupsReset extends ClusterCommand.WithAdmin {
  @Parameters(paramLabel = "GROUP", description = "The group.")
  private String group = "";

  @Option(
      names = {"-t", "--topic"},
      paramLabel = "TOPIC[:N,N]",
      description = {
        "Only this topic, or these of its partitions. May be repeated.",
        "Default: all that the group has committed."
      })
  private List<String> topics = List.of();

  @Option(
      names = "--to",
      paramLabel = "WHERE",
      description = {
        "Where to: beginning, end, an offset, -N for the last N records of each partition, a time"
            + " such as 2026-11-21T13:00:00Z,",
        "or a duration such as PT1H30M for the records that have come since then."
      })
  private @Nullable String where;

  @Option(
      names = "--shift-by",
      paramLabel = "N",
      description = "So many offsets further than what is committed, or back if it is negative.")
  private @Nullable Long shift;

  @Option(names = "--execute", description = "Do it.")
  private boolean execute;

  @Override
  void run(Admin admin, Output out) {
    if ((where == null) == (shift == null)) {
      throw new WrongUsageException("Say where to, either with --to or with --shift-by.");
    }
    OffsetReset reset =
        where == null
            ? new OffsetReset.By(Objects.requireNonNull(shift))
            : new OffsetReset.To(From.parse(where));
    refuseMembers(admin);
    Map<TopicPartition, Long> committed = GroupView.committed(admin, group);
    List<Row> rows = rows(admin, reset, partitions(admin, committed), committed);
    if (execute) {
      execute(admin, rows);
    }
    if (out.isJson()) {
      out.json(json(rows));
    } else {
      print(out, rows);
    }
  }

  private void refuseMembers(Admin admin) {
    try {
      GroupState state =
          Cluster.await(
                  Objects.requireNonNull(
                      admin.describeConsumerGroups(Set.of(group)).describedGroups().get(group)))
              .groupState();
      if (state != GroupState.EMPTY && state != GroupState.DEAD) {
        throw new CliException(GroupErrors.hasMembers(group));
      }
    } catch (GroupIdNotFoundException e) {
      // It comes into being by what is set.
    }
  }

  private Set<TopicPartition> partitions(Admin admin, Map<TopicPartition, Long> committed) {
    if (!topics.isEmpty()) {
      return PartitionChoice.read(admin, topics);
    }
    if (committed.isEmpty()) {
      throw new CliException(
          "The group %s has committed nothing: say which topics with --topic.".formatted(group));
    }
    return committed.keySet();
  }

  /** What is set for a partition. */
  private record Row(TopicPartition id, OptionalLong committed, long then, long end) {}

  private static List<Row> rows(
      Admin admin,
      OffsetReset reset,
      Set<TopicPartition> wanted,
      Map<TopicPartition, Long> committed) {
    SortedMap<TopicPartition, Long> starts =
        PartitionOffsets.read(admin, wanted, OffsetSpec.earliest());
    SortedMap<TopicPartition, Long> ends =
        PartitionOffsets.read(admin, wanted, OffsetSpec.latest());
    OptionalLong time = reset.time(System.currentTimeMillis());
    Map<TopicPartition, Long> found =
        time.isPresent()
            ? PartitionOffsets.read(admin, wanted, OffsetSpec.forTimestamp(time.getAsLong()))
            : Map.of();
    List<Row> rows = new ArrayList<>();
    for (TopicPartition id : wanted.stream().sorted(PartitionOffsets.ORDER).toList()) {
      Long start = starts.get(id);
      Long end = ends.get(id);
      if (start == null || end == null || (time.isPresent() && !found.containsKey(id))) {
        throw new CliException(
            "The offsets of %s cannot be told: it is deleted, or has no leader.".formatted(id));
      }
      OptionalLong before = PartitionOffsets.of(id, committed);
      long then =
          reset.offset(
              id, new OffsetReset.Known(before, start, end, PartitionOffsets.of(id, found)));
      rows.add(new Row(id, before, then, end));
    }
    return rows;
  }

  private void execute(Admin admin, List<Row> rows) {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        rows.stream().collect(Collectors.toMap(Row::id, row -> new OffsetAndMetadata(row.then())));
    GroupErrors.await(group, admin.alterConsumerGroupOffsets(group, offsets).all());
  }

  private void print(Output out, List<Row> rows) {
    Table table = new Table("TOPIC", ">PARTITION", ">COMMITTED", ">THEN", ">END", ">LAG THEN");
    for (Row row : rows) {
      table.add(
          row.id().topic(),
          row.id().partition(),
          TopicsDescribe.text(row.committed()),
          Amounts.count(row.then()),
          Amounts.count(row.end()),
          Amounts.count(row.end() - row.then()));
    }
    out.line(table);
    out.line(execute ? "It is done." : "Nothing is changed yet. Do it with --execute.");
  }

  private Map<String, @Nullable Object> json(List<Row> rows) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("group", group);
    json.put("executed", execute);
    List<Map<String, @Nullable Object>> partitions = new ArrayList<>();
    for (Row row : rows) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("topic", row.id().topic());
      one.put("partition", row.id().partition());
      one.put("committed", row.committed().isPresent() ? row.committed().getAsLong() : null);
      one.put("then", row.then());
      one.put("end", row.end());
      partitions.add(one);
    }
    json.put("partitions", partitions);
    return json;
  }
}
