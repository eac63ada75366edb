package io.barnabas.cli.client;

import io.barnabas.cli.text.Output;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code barnabas groups delete}. */
@Command(
    name = "delete",
    description = "Delete groups without members, with all that they have committed.")
final class GroupsDelete extends ClusterCommand.WithAdmin {
  @Parameters(paramLabel = "GROUP", arity = "1..*", description = "The groups.")
  private List<String> groups = List.of();

  @Override
  void run(Admin admin, Output out) {
    Map<String, KafkaFuture<Void>> deleted = admin.deleteConsumerGroups(groups).deletedGroups();
    PerName.run(
        groups,
        group -> {
          GroupErrors.await(group, Objects.requireNonNull(deleted.get(group)));
          if (out.isJson()) {
            out.json(Map.of("group", group));
          } else {
            out.line("Deleted " + group + ".");
          }
        });
  }
}
