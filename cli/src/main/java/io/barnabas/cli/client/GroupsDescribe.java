package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas groups describe}. */
@Command(
    name = "describe",
    description =
        "Show groups: who reads which partitions, what is committed, and how much is unread.")
final class GroupsDescribe extends ClusterCommand.WithAdmin {
  @Parameters(paramLabel = "GROUP", arity = "1..*", description = "The groups.")
  private List<String> names = List.of();

  @Option(names = "--members", description = "Show each member, too, where it is and what it owns.")
  private boolean withMembers;

  @Mixin private Watch watch = new Watch();

  @Override
  void run(Admin admin, Output out) {
    watch.run(out, () -> show(admin, out));
  }

  private void show(Admin admin, Output out) {
    List<Map<String, @Nullable Object>> all = new ArrayList<>();
    PerName.run(
        names,
        name -> {
          GroupView view = GroupView.read(admin, name);
          if (out.isJson()) {
            all.add(json(view));
          } else {
            print(out, view);
          }
        },
        () -> {
          if (out.isJson()) {
            out.json(all);
          }
        });
  }

  private static Map<String, @Nullable Object> json(GroupView view) {
    ConsumerGroupDescription group = view.group();
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("group", group.groupId());
    json.put("type", group.type().toString());
    json.put("state", group.groupState().toString());
    json.put("assignor", group.partitionAssignor());
    json.put("coordinator", group.coordinator().id());
    json.put("lag", view.lag());
    json.put("members", view.members().stream().map(GroupsDescribe::json).toList());
    json.put("partitions", view.rows().stream().map(GroupsDescribe::json).toList());
    return json;
  }

  private static Map<String, @Nullable Object> json(MemberDescription member) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("member", member.consumerId());
    json.put("instance", member.groupInstanceId().orElse(null));
    json.put("client", member.clientId());
    json.put("host", host(member));
    json.put("epoch", member.memberEpoch().orElse(null));
    json.put("owns", owned(member).stream().map(TopicPartition::toString).toList());
    return json;
  }

  private static Map<String, @Nullable Object> json(GroupView.Row row) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("topic", row.id().topic());
    json.put("partition", row.id().partition());
    json.put("committed", row.committed().isPresent() ? row.committed().getAsLong() : null);
    json.put("end", row.end().isPresent() ? row.end().getAsLong() : null);
    json.put("lag", row.lag().isPresent() ? row.lag().getAsLong() : null);
    json.put("member", row.owner().map(MemberDescription::consumerId).orElse(null));
    return json;
  }

  private void print(Output out, GroupView view) {
    ConsumerGroupDescription group = view.group();
    out.line(
        "%s: %s, %s%s, %s, lag %s, coordinated by node %d"
            .formatted(
                group.groupId(),
                group.type(),
                group.groupState(),
                group.partitionAssignor().isEmpty() ? "" : ", " + group.partitionAssignor(),
                Amounts.count(view.members().size(), "member"),
                Amounts.count(view.lag()),
                group.coordinator().id()));
    if (withMembers && !view.members().isEmpty()) {
      out.line(members(view));
    }
    if (!view.rows().isEmpty()) {
      out.line(partitions(view));
    }
  }

  private static Table members(GroupView view) {
    Table table = new Table("MEMBER", "INSTANCE", "CLIENT", "HOST", ">EPOCH", "OWNS");
    for (MemberDescription member : view.members()) {
      List<TopicPartition> owned = owned(member);
      table.add(
          member.consumerId(),
          member.groupInstanceId().orElse("-"),
          member.clientId(),
          host(member),
          member.memberEpoch().map(String::valueOf).orElse("-"),
          owned.isEmpty()
              ? "-"
              : String.join(",", owned.stream().map(TopicPartition::toString).toList()));
    }
    return table;
  }

  private static Table partitions(GroupView view) {
    Table table = new Table("TOPIC", ">PARTITION", ">COMMITTED", ">END", ">LAG", "MEMBER");
    for (GroupView.Row row : view.rows()) {
      table.add(
          row.id().topic(),
          row.id().partition(),
          TopicsDescribe.text(row.committed()),
          TopicsDescribe.text(row.end()),
          TopicsDescribe.text(row.lag()),
          row.owner().map(MemberDescription::consumerId).orElse("-"));
    }
    return table;
  }

  private static List<TopicPartition> owned(MemberDescription member) {
    return member.assignment().topicPartitions().stream().sorted(PartitionOffsets.ORDER).toList();
  }

  /** Kafka's brokers begin it with a slash. */
  private static String host(MemberDescription member) {
    return member.host().startsWith("/") ? member.host().substring(1) : member.host();
  }
}
