package io.barnabas.cli.client;

import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas topics list}. */
@Command(name = "list", description = "List the topics.")
final class TopicsList extends ClusterCommand.WithAdmin {
  @Option(names = "--internal", description = "The topics of the cluster's own, too.")
  private boolean internal;

  @Override
  void run(Admin admin, Output out) {
    ListTopicsOptions options = new ListTopicsOptions().listInternal(internal);
    TreeSet<String> names = new TreeSet<>(Cluster.await(admin.listTopics(options).names()));
    Map<String, TopicDescription> topics =
        new TreeMap<>(Cluster.await(admin.describeTopics(names).allTopicNames()));
    if (out.isJson()) {
      out.json(topics.values().stream().map(TopicsList::json).toList());
      return;
    }
    Table table = new Table("TOPIC", ">PARTITIONS", ">REPLICAS", "HEALTH");
    for (TopicDescription topic : topics.values()) {
      table.add(topic.name(), topic.partitions().size(), replicas(topic), health(topic));
    }
    out.line(topics.isEmpty() ? "There are no topics." : table);
  }

  private static Map<String, Object> json(TopicDescription topic) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("topic", topic.name());
    json.put("id", topic.topicId().toString());
    json.put("partitions", topic.partitions().size());
    json.put("replicas", replicas(topic));
    json.put("withoutLeader", withoutLeader(topic.partitions()));
    json.put("underReplicated", underReplicated(topic.partitions()));
    return json;
  }

  static int replicas(TopicDescription topic) {
    return topic.partitions().stream().mapToInt(p -> p.replicas().size()).max().orElse(0);
  }

  static long withoutLeader(List<TopicPartitionInfo> partitions) {
    return partitions.stream().filter(p -> p.leader() == null || p.leader().isEmpty()).count();
  }

  static long underReplicated(List<TopicPartitionInfo> partitions) {
    return partitions.stream().filter(p -> p.isr().size() < p.replicas().size()).count();
  }

  static String health(TopicDescription topic) {
    long leaderless = withoutLeader(topic.partitions());
    long behind = underReplicated(topic.partitions());
    return leaderless > 0
        ? leaderless + " without leader"
        : behind > 0 ? behind + " under-replicated" : "ok";
  }
}
