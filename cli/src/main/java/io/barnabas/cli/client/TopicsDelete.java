package io.barnabas.cli.client;

import io.barnabas.cli.text.Output;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topics delete}. */
@Command(name = "delete", description = "Delete topics with all their records.")
final class TopicsDelete extends ClusterCommand.WithAdmin {
  @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The topics.")
  private List<String> names = List.of();

  @Option(names = "--if-exists", description = "Say nothing about topics that do not exist.")
  private boolean ifExists;

  @Override
  void run(Admin admin, Output out) {
    Map<String, KafkaFuture<Void>> deleted = admin.deleteTopics(names).topicNameValues();
    PerName.run(
        names,
        name -> {
          try {
            Cluster.await(Objects.requireNonNull(deleted.get(name)));
            print(out, name);
          } catch (UnknownTopicOrPartitionException e) {
            if (!ifExists) {
              throw e;
            }
          }
        });
  }

  private static void print(Output out, String name) {
    if (out.isJson()) {
      out.json(Map.of("topic", name));
    } else {
      out.line("Deleted " + name + ".");
    }
  }
}
