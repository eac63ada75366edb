package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code barnabas cluster status}. */
@Command(
    name = "status",
    description = {
      "Show the nodes, who controls them, and how topics are.",
      "The exit code is 0 if all nodes are there and all partitions have their leaders and"
          + " replicas, 3 if not, 1 if nobody tells."
    })
final class ClusterStatus extends ClusterCommand.WithAdmin {
  private static final int UNHEALTHY = 3;

  private boolean isHealthy = true;

  @Override
  void run(Admin admin, Output out) {
    ClusterView view = ClusterView.read(admin);
    isHealthy = view.isHealthy();
    if (out.isJson()) {
      out.json(json(view));
    } else {
      print(out, view);
    }
  }

  @Override
  int exitCode() {
    return isHealthy ? 0 : UNHEALTHY;
  }

  private static Map<String, @Nullable Object> json(ClusterView view) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("clusterId", view.clusterId());
    json.put("healthy", view.isHealthy());
    json.put("activeController", view.activeController().orElse(null));
    json.put("quorumEpoch", view.quorum().map(QuorumInfo::leaderEpoch).orElse(null));
    json.put("topics", view.topics());
    json.put("partitions", view.partitions().size());
    json.put("withoutLeader", view.withoutLeader());
    json.put("underReplicated", view.underReplicated());
    json.put("reassigning", view.reassigning());
    List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
    view.members().forEach(member -> nodes.add(json(member)));
    json.put("nodes", nodes);
    return json;
  }

  private static Map<String, @Nullable Object> json(ClusterView.Member member) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("node", member.id());
    json.put("address", member.address());
    json.put("rack", member.rack().orElse(null));
    json.put("roles", roles(member));
    json.put("fenced", member.isFenced());
    json.put("controller", member.isActiveController());
    json.put("leads", member.leads());
    json.put("replicas", member.replicas());
    json.put("bytes", orNull(member.bytes()));
    json.put("metadataLag", orNull(member.lag()));
    return json;
  }

  private static @Nullable Long orNull(OptionalLong amount) {
    return amount.isPresent() ? amount.getAsLong() : null;
  }

  private static List<String> roles(ClusterView.Member member) {
    List<String> roles = new ArrayList<>();
    if (member.isBroker()) {
      roles.add("broker");
    }
    if (member.isController()) {
      roles.add("controller");
    }
    return roles;
  }

  private static void print(Output out, ClusterView view) {
    out.line(
        "Cluster %s: %s, %s, %s."
            .formatted(
                view.clusterId(),
                Amounts.count(view.members().size(), "node"),
                Amounts.count(view.topics(), "topic"),
                Amounts.count(view.partitions().size(), "partition")));
    out.line(
        view.withoutLeader() == 0 && view.underReplicated() == 0
            ? "All partitions have a leader and all their replicas in sync."
            : "%s without leader, %s under-replicated."
                .formatted(
                    Amounts.count(view.withoutLeader(), "partition"),
                    Amounts.count(view.underReplicated(), "partition")));
    if (view.reassigning() > 0) {
      out.line(
          Amounts.count(view.reassigning(), "partition")
              + (view.reassigning() == 1 ? " is" : " are")
              + " on the way to other nodes.");
    }
    out.line(
        view.activeController()
            .map(
                id ->
                    "Node %d is the active controller%s."
                        .formatted(
                            id, view.quorum().map(q -> ", in epoch " + q.leaderEpoch()).orElse("")))
            .orElse("No controller is active: nothing can be changed."));
    out.line(nodes(view));
  }

  private static Table nodes(ClusterView view) {
    Table table =
        new Table(
            ">NODE",
            "ADDRESS",
            "RACK",
            "ROLES",
            "STATE",
            ">LEADS",
            ">REPLICAS",
            ">DATA",
            ">METADATA LAG");
    for (ClusterView.Member member : view.members()) {
      table.add(
          member.id(),
          member.address(),
          member.rack().orElse("-"),
          String.join(",", roles(member)),
          member.isFenced() ? "fenced" : "ok",
          Amounts.count(member.leads()),
          Amounts.count(member.replicas()),
          member.bytes().isPresent() ? Amounts.bytes(member.bytes().getAsLong()) : "-",
          member.lag().isPresent() ? Amounts.count(member.lag().getAsLong()) : "-");
    }
    return table;
  }
}
