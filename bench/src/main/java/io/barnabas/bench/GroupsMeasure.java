package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.NodeHost;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Groups on three nodes: how long twenty members over a hundred partitions take to share them, how
 * many commits a second one consumer makes, and what ten thousand groups with ten committed offsets
 * each cost.
 */
final class GroupsMeasure implements Measure {
  private static final String TOPIC = "shared";
  private static final int PARTITIONS = 100;
  private static final int MEMBERS = 20;
  private static final int GROUPS = 10_000;
  private static final int OFFSETS = 10;

  /** So many commits are under way at a time. */
  private static final int WINDOW = 100;

  private static final long COMMIT_NANOS = 5_000_000_000L;
  private static final long LIMIT_NANOS = 180_000_000_000L;
  private static final long LOOK_MS = 5;

  @Override
  public String name() {
    return "groups";
  }

  @Override
  public boolean concerns(Contender contender) {
    return contender.isDefault();
  }

  @Override
  public void take(Turn turn) throws Exception {
    try (ClusterProcess cluster = turn.startCluster(ClusterTrial.SIZE, _ -> NodeHost.LOCAL)) {
      ClusterTrial trial = new ClusterTrial(cluster, turn);
      trial.createTopic(TOPIC, PARTITIONS);
      commits(trial);
      for (String protocol : List.of("classic", "consumer")) {
        settle(trial, protocol);
      }
      many(trial);
    }
  }

  // --- members that come and go

  private static void settle(ClusterTrial trial, String protocol) throws Exception {
    String title = MEMBERS + " members, " + protocol + " protocol: ";
    String group = "group-" + protocol;
    List<BusyMember> members = new ArrayList<>();
    try {
      long began = System.nanoTime();
      for (int i = 0; i < MEMBERS; i++) {
        members.add(new BusyMember(trial.cluster().bootstrapServers(), protocol, group, TOPIC));
      }
      await("they share", () -> BusyMember.share(members, PARTITIONS));
      trial.add(title + "settled after start, s", since(began));
      began = System.nanoTime();
      // In the other protocol Kafka's consumer cannot go without a word.
      boolean dies = protocol.equals("classic");
      if (dies) {
        members.removeLast().die();
      } else {
        members.removeLast().close();
      }
      await("they share what it had", () -> BusyMember.share(members, PARTITIONS));
      trial.add(
          title + (dies ? "settled after a death, s" : "settled after one left, s"), since(began));
      killCoordinator(trial, group, title, members);
    } finally {
      members.forEach(BusyMember::close);
    }
  }

  private static void killCoordinator(
      ClusterTrial trial, String group, String title, List<BusyMember> members) throws Exception {
    BrokerProcess node = trial.cluster().node(coordinator(trial, group));
    long began = System.nanoTime();
    node.kill();
    try {
      await(
          "all commit again",
          () ->
              BusyMember.share(members, PARTITIONS)
                  && members.stream().allMatch(each -> each.hasCommittedSince(began)));
      trial.add(title + "all commit after the coordinator's SIGKILL, s", since(began));
    } finally {
      node.restart();
      trial.awaitAllNodes();
    }
  }

  private static int coordinator(ClusterTrial trial, String group) throws Exception {
    try (Admin admin = admin(trial)) {
      return Objects.requireNonNull(
              admin.describeConsumerGroups(List.of(group)).all().get().get(group))
          .coordinator()
          .id();
    }
  }

  // --- commits

  private static void commits(ClusterTrial trial) {
    Map<TopicPartition, OffsetAndMetadata> offsets = offsets(1);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                trial.cluster().bootstrapServers(),
                "group.id",
                "commits",
                "enable.auto.commit",
                false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(offsets.keySet());
      consumer.commitSync(offsets);
      long began = System.nanoTime();
      int commits = 0;
      while (System.nanoTime() - began < COMMIT_NANOS) {
        consumer.commitSync(offsets);
        commits++;
      }
      trial.add("commits of 10 offsets, one after the other: commits/s", commits / since(began));
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(long offset) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (int i = 0; i < OFFSETS; i++) {
      offsets.put(new TopicPartition(TOPIC, i), new OffsetAndMetadata(offset));
    }
    return offsets;
  }

  // --- many groups

  private static void many(ClusterTrial trial) throws Exception {
    try (Admin admin = admin(trial)) {
      double before = residentMiB(trial);
      long began = System.nanoTime();
      Map<TopicPartition, OffsetAndMetadata> offsets = offsets(7);
      Deque<KafkaFuture<Void>> underWay = new ArrayDeque<>();
      for (int i = 0; i < GROUPS; i++) {
        if (underWay.size() == WINDOW) {
          underWay.removeFirst().get();
        }
        underWay.add(admin.alterConsumerGroupOffsets("many-" + i, offsets).all());
      }
      for (KafkaFuture<Void> each : underWay) {
        each.get();
      }
      trial.add("10,000 groups of 10 offsets: committed in, s", since(began));
      trial.add(
          "10,000 groups of 10 offsets: more memory, all nodes, MiB", residentMiB(trial) - before);
    }
    BrokerProcess node = trial.cluster().node(coordinator(trial, "many-0"));
    long began = System.nanoTime();
    node.kill();
    try (Admin admin = admin(trial)) {
      for (int i = 0; i < WINDOW; i++) {
        checkOffsets(admin, "many-" + i);
      }
      trial.add("10,000 groups: 100 of them answer after a SIGKILL, s", since(began));
    } finally {
      node.restart();
    }
  }

  private static void checkOffsets(Admin admin, String group) throws Exception {
    int found;
    try {
      found = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().size();
    } catch (ExecutionException e) {
      throw new IOException("the offsets of " + group + " are not told", e);
    }
    if (found != OFFSETS) {
      throw new IOException(group + " has " + found + " offsets");
    }
  }

  private static double residentMiB(ClusterTrial trial) throws IOException {
    double sum = 0;
    for (int id : trial.cluster().ids()) {
      sum += ProcessUsage.of(trial.cluster().node(id).pid()).residentMiB();
    }
    return sum;
  }

  private static Admin admin(ClusterTrial trial) {
    return Admin.create(Map.of("bootstrap.servers", trial.cluster().bootstrapServers()));
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private static void await(String what, BooleanSupplier condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("not in " + LIMIT_NANOS / 1_000_000_000 + " s: " + what);
      }
      Thread.sleep(LOOK_MS);
    }
  }
}
