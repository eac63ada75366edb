package io.barnabas.cli.client;

import io.barnabas.cli.WrongUsageException;
import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import io.barnabas.metadata.BalancePlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas cluster balance}. */
@Command(
    name = "balance",
    description = {
      "Show which partitions should be on other nodes, and why: so that all nodes have about as"
          + " many replicas and lead about as many partitions, and racks are used as they should.",
      "With --execute it is done."
    })
final class ClusterBalance extends ClusterCommand.WithAdmin {
  @Option(names = "--execute", description = "Do it, and wait until it is done.")
  private boolean execute;

  @Option(
      names = "--throttle",
      paramLabel = "RATE",
      description =
          "How much each node may copy in a second while this runs, such as 20MiB. Default: no"
              + " limit.")
  private @Nullable String throttle;

  @Option(
      names = "--at-once",
      paramLabel = "COUNT",
      description = "How many partitions are moved at a time; default: 10.")
  private int atOnce = 10;

  @Option(
      names = "--most",
      paramLabel = "COUNT",
      description = "Change at most so many partitions; default: 10000.")
  private int most = 10_000;

  @Override
  void run(Admin admin, Output out) {
    if (atOnce < 1 || most < 1) {
      throw new WrongUsageException("The options --at-once and --most must be 1 or more.");
    }
    long bytesPerSecond = throttle == null ? 0 : Throttle.parse(throttle);
    BalanceInput input = BalanceInput.read(admin);
    BalancePlan plan = BalancePlan.of(input.brokers(), input.partitions(), most);
    Map<BalancePlan.Move, Long> bytes = input.bytesToCopy(admin, plan.moves());
    if (!out.isJson()) {
      print(out, input, plan, bytes);
    }
    if (execute) {
      out.flush();
      MovingCluster cluster = new AdminMovingCluster(admin);
      BalanceExecution execution =
          new BalanceExecution(
              cluster, new Throttle(cluster, bytesPerSecond), line -> say(out, line));
      execution.run(plan.moves(), input.moving(), atOnce);
    }
    if (out.isJson()) {
      out.json(json(plan, bytes));
    }
  }

  private static void say(Output out, String line) {
    if (!out.isJson()) {
      out.line(line);
      out.flush();
    }
  }

  private void print(
      Output out, BalanceInput input, BalancePlan plan, Map<BalancePlan.Move, Long> bytes) {
    if (!input.moving().isEmpty()) {
      out.line(
          "%s on the way to other nodes already."
              .formatted(are(input.moving().size(), "partition")));
    }
    out.line(loads(plan));
    if (plan.moves().isEmpty()) {
      out.line("Nothing is to be moved.");
      return;
    }
    out.line("");
    out.line(moves(plan, bytes));
    out.line(
        "%s to be changed, %s to be copied.%s%s"
            .formatted(
                are(plan.moves().size(), "partition"),
                Amounts.bytes(bytes.values().stream().mapToLong(Long::longValue).sum()),
                plan.isWhole() ? "" : " More could be changed then.",
                execute ? "" : " Do it with --execute."));
  }

  private static String are(int count, String noun) {
    return Amounts.count(count, noun) + (count == 1 ? " is" : " are");
  }

  private static Table loads(BalancePlan plan) {
    Table table = new Table(">NODE", "RACK", ">REPLICAS", ">THEN", ">PREFERRED LEADER OF", ">THEN");
    for (int i = 0; i < plan.before().size(); i++) {
      BalancePlan.Load before = plan.before().get(i);
      BalancePlan.Load after = plan.after().get(i);
      table.add(
          before.broker(),
          before.rack().orElse("-"),
          Amounts.count(before.replicas()),
          Amounts.count(after.replicas()),
          Amounts.count(before.leaders()),
          Amounts.count(after.leaders()));
    }
    return table;
  }

  private static Table moves(BalancePlan plan, Map<BalancePlan.Move, Long> bytes) {
    Table table = new Table("TOPIC", ">PARTITION", "FROM", "TO", ">COPIES", "WHY");
    for (BalancePlan.Move move : plan.moves()) {
      table.add(
          move.id().topic(),
          move.id().partition(),
          commas(move.from()),
          commas(move.to()),
          Amounts.bytes(bytes.getOrDefault(move, 0L)),
          String.join("; ", move.reasons()));
    }
    return table;
  }

  static String commas(List<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private Map<String, @Nullable Object> json(BalancePlan plan, Map<BalancePlan.Move, Long> bytes) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("executed", execute);
    json.put("whole", plan.isWhole());
    List<Map<String, Object>> nodes = new ArrayList<>();
    for (int i = 0; i < plan.before().size(); i++) {
      BalancePlan.Load before = plan.before().get(i);
      BalancePlan.Load after = plan.after().get(i);
      Map<String, Object> node = new LinkedHashMap<>();
      node.put("node", before.broker());
      node.put("replicas", before.replicas());
      node.put("replicasThen", after.replicas());
      node.put("preferredLeaderOf", before.leaders());
      node.put("preferredLeaderOfThen", after.leaders());
      nodes.add(node);
    }
    json.put("nodes", nodes);
    List<Map<String, Object>> moves = new ArrayList<>();
    for (BalancePlan.Move move : plan.moves()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("topic", move.id().topic());
      one.put("partition", move.id().partition());
      one.put("from", move.from());
      one.put("to", move.to());
      one.put("bytes", bytes.getOrDefault(move, 0L));
      one.put("reasons", move.reasons());
      moves.add(one);
    }
    json.put("moves", moves);
    return json;
  }
}
