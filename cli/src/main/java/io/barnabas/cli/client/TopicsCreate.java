package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.text.Amounts;
import io.barnabas.cli.text.Output;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topics create}. */
@Command(name = "create", description = "Create topics.")
final class TopicsCreate extends ClusterCommand.WithAdmin {
  @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The topics.")
  private List<String> names = List.of();

  @Option(
      names = {"-p", "--partitions"},
      paramLabel = "N",
      description = "How many partitions each has. Default: the cluster's setting.")
  private @Nullable Integer partitions;

  @Option(
      names = {"-r", "--replicas"},
      paramLabel = "N",
      description = "How many replicas each partition has. Default: the cluster's setting.")
  private @Nullable Short replicas;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "NAME=VALUE",
      description = "A setting of the topics, such as retention.ms=3600000. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--if-not-exists", description = "Leave topics alone that exist.")
  private boolean ifNotExists;

  @Override
  void run(Admin admin, Output out) {
    List<NewTopic> topics =
        names.stream()
            .map(
                name ->
                    new NewTopic(
                            name, Optional.ofNullable(partitions), Optional.ofNullable(replicas))
                        .configs(settings))
            .toList();
    CreateTopicsResult created = admin.createTopics(topics);
    PerName.run(
        names,
        name -> {
          try {
            print(out, created, name);
          } catch (TopicExistsException e) {
            if (!ifNotExists) {
              throw new CliException("The topic " + name + " exists already.", e);
            }
          }
        });
  }

  private static void print(Output out, CreateTopicsResult created, String name) {
    int partitions = Cluster.await(created.numPartitions(name));
    int replicas = Cluster.await(created.replicationFactor(name));
    String id = Cluster.await(created.topicId(name)).toString();
    if (out.isJson()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("topic", name);
      json.put("id", id);
      json.put("partitions", partitions);
      json.put("replicas", replicas);
      out.json(json);
    } else {
      out.line(
          "Created %s: %s, %s."
              .formatted(
                  name,
                  Amounts.count(partitions, "partition"),
                  Amounts.count(replicas, "replica")));
    }
  }
}
