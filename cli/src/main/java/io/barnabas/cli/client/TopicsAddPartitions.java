package io.barnabas.cli.client;

import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code barnabas topics add-partitions}. */
@Command(
    name = "add-partitions",
    description = {
      "Give a topic more partitions.",
      "Records with keys may then go to other partitions than before."
    })
final class TopicsAddPartitions extends ClusterCommand.WithAdmin {
  @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "TOTAL",
      description = "How many partitions it has afterwards.")
  private int total;

  @Override
  void run(Admin admin, Output out) {
    Cluster.await(admin.createPartitions(Map.of(name, NewPartitions.increaseTo(total))).all());
    if (out.isJson()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("topic", name);
      json.put("partitions", total);
      out.json(json);
    } else {
      out.line("%s has %s now.".formatted(name, Amounts.count(total, "partition")));
    }
  }
}
