package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A voter goes for good and another one comes in its place, while clients change the cluster: with
 * Kafka's own tool for the quorum, and Kafka's Admin client for the partitions.
 */
final class VoterExchanged {
  private static final String TOOL = "org.apache.kafka.tools.MetadataQuorumCommand";
  private static final int OLD = 3;
  private static final int NEW = 5;

  private final Journey journey;
  private final ClusterProcess cluster;

  VoterExchanged(Journey journey) {
    this.journey = journey;
    this.cluster = journey.cluster();
  }

  void run() throws IOException, InterruptedException, ExecutionException {
    journey.tell("## Voter %d goes, voter %d comes, by kafka-metadata-quorum%n", OLD, NEW);
    Map<String, String> settings = new HashMap<>(Journey.settings());
    settings.put("process.roles", "broker,controller");
    settings.put("controller.listener.names", "CONTROLLER");
    try (Admin admin = journey.admin()) {
      journey.startChanges();
      BrokerProcess node = cluster.launchVoter(NEW, OLD, settings);
      node.awaitReady();
      Until.holds("node 5 follows", () -> VoterReplaced.observer(admin, NEW).isPresent());
      addByTool(admin, node);
      removeByTool(admin);
      journey.tell("- describe --status:%n%n%s", indented(tool("describe", "--status").output()));
      journey.tell(
          "- describe --replication:%n%n%s", indented(tool("describe", "--replication").output()));
      if (!VoterReplaced.voters(admin).equals(List.of(1, 2, NEW))) {
        journey.complain("the voters are " + VoterReplaced.voters(admin));
      }
      cluster.node(OLD).stop();
      moveReplicas(admin);
      journey.stopChanges();
      // What was created at last may be there too.
      moveReplicas(admin);
      admin.unregisterBroker(OLD).all().get();
      cluster.forget(OLD);
    }
    journey.check();
  }

  private void addByTool(Admin admin, BrokerProcess node)
      throws IOException, InterruptedException, ExecutionException {
    long began = System.nanoTime();
    Path properties = node.dataDirectory().resolveSibling("node.properties");
    JavaProcess.Result result = tool("--command-config", properties.toString(), "add-controller");
    if (result.exitCode() != 0 || !VoterReplaced.voters(admin).contains(NEW)) {
      journey.complain("add-controller: " + result.exitCode() + ", " + result.output().strip());
      return;
    }
    journey.tell(
        "- add-controller --command-config <the node's own properties> in %,d ms, start of the tool"
            + " included: %s",
        Journey.millisSince(began), result.output().strip());
  }

  private void removeByTool(Admin admin)
      throws IOException, InterruptedException, ExecutionException {
    Optional<Uuid> directory = VoterReplaced.directoryOfVoter(admin, OLD);
    long began = System.nanoTime();
    JavaProcess.Result result =
        tool(
            "remove-controller",
            "--controller-id",
            Integer.toString(OLD),
            "--controller-directory-id",
            directory.orElseThrow().toString());
    if (result.exitCode() != 0 || VoterReplaced.voters(admin).contains(OLD)) {
      journey.complain("remove-controller: " + result.exitCode() + ", " + result.output().strip());
      return;
    }
    journey.tell(
        "- remove-controller in %,d ms: %s", Journey.millisSince(began), result.output().strip());
  }

  private JavaProcess.Result tool(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", bootstrap()));
    all.addAll(List.of(arguments));
    return JavaProcess.run(
        journey.paths().kafkaTools(),
        TOOL,
        all,
        cluster.node(NEW).dataDirectory().resolveSibling("tool.log").toFile());
  }

  private String bootstrap() {
    return cluster.node(1).bootstrapServers();
  }

  private static String indented(String text) {
    return text.strip().indent(4);
  }

  /** Until none is at the old node. */
  private void moveReplicas(Admin admin) throws IOException, InterruptedException {
    Set<TopicPartition> moved = new HashSet<>();
    long tookMs =
        Until.holds(
            "no partition has a replica at node 3",
            () -> {
              Map<TopicPartition, List<Integer>> there = partitionsAtOld(admin);
              Map<TopicPartition, List<Integer>> still = new HashMap<>(there);
              still.keySet().removeAll(moved);
              moved.addAll(move(admin, still));
              return there.isEmpty()
                  && admin.listPartitionReassignments().reassignments().get().isEmpty();
            });
    journey.tell("- all replicas of node %d moved to others in %,d ms", OLD, tookMs);
  }

  /** Those that have a replica at the old node, each with all its replicas. */
  private static Map<TopicPartition, List<Integer>> partitionsAtOld(Admin admin)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, List<Integer>> found = new HashMap<>();
    for (var future :
        admin.describeTopics(admin.listTopics().names().get()).topicNameValues().values()) {
      Optional<TopicDescription> topic = unlessDeleted(future);
      if (topic.isEmpty()) {
        continue;
      }
      for (TopicPartitionInfo partition : topic.get().partitions()) {
        List<Integer> replicas = partition.replicas().stream().map(each -> each.id()).toList();
        if (replicas.contains(OLD)) {
          found.put(new TopicPartition(topic.get().name(), partition.partition()), replicas);
        }
      }
    }
    return found;
  }

  /** Which of them move now; the others are deleted meanwhile. */
  private static Set<TopicPartition> move(
      Admin admin, Map<TopicPartition, List<Integer>> partitions)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Optional<NewPartitionReassignment>> moves = new HashMap<>();
    partitions.forEach(
        (id, replicas) ->
            moves.put(id, Optional.of(new NewPartitionReassignment(without(replicas)))));
    Set<TopicPartition> moving = new HashSet<>();
    if (!moves.isEmpty()) {
      for (var each : admin.alterPartitionReassignments(moves).values().entrySet()) {
        if (unlessDeleted(each.getValue().thenApply(_ -> each.getKey())).isPresent()) {
          moving.add(each.getKey());
        }
      }
    }
    return moving;
  }

  private static <T> Optional<T> unlessDeleted(KafkaFuture<T> answer)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.of(answer.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static List<Integer> without(List<Integer> replicas) {
    int instead =
        Stream.of(NEW, ListenerAway.LISTENER, 1, 2)
            .filter(id -> !replicas.contains(id))
            .findFirst()
            .orElseThrow();
    return replicas.stream().map(id -> id == OLD ? instead : id).toList();
  }
}
