package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.load.ClusterView.Partition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;

/** A node is started with a copy of its own directory that is old. */
final class OldDirectory {
  private static final int NODE = 2;
  private static final String RECORDS = "records";
  private static final String COUNTED = "counted";

  private final Journey journey;
  private final ClusterProcess cluster;
  private final BrokerProcess node;
  private final int other;

  /**
   * The three voters' story.
   *
   * @param other the third voter, beside 1 and 2
   */
  OldDirectory(Journey journey, int other) {
    this.journey = journey;
    this.cluster = journey.cluster();
    this.node = cluster.node(NODE);
    this.other = other;
  }

  /** The others go on without it, and are stopped one after the other afterwards. */
  void run() throws IOException, InterruptedException, ExecutionException {
    journey.tell("## Node %d with an old copy of its directory%n", NODE);
    journey.createTopic(
        RECORDS,
        Map.of(0, List.of(1, NODE, other), 1, List.of(NODE, other, 1), 2, List.of(other, 1, NODE)),
        Map.of("min.insync.replicas", "2"));
    journey.createTopic(COUNTED, Map.of(0, List.of(1)), Map.of());
    NumberedProducer producer = producer(RECORDS, 3);
    journey.startChanges();
    journey.letChangesGoOn();
    copyDirectory();
    await(RECORDS, "all in sync", p -> p.inSync().size() == 3);
    journey.letChangesGoOn();
    try (Admin admin = journey.admin()) {
      node.stop();
      putCopyInPlace();
      StaleWatch watch = new StaleWatch(cluster, NODE, COUNTED);
      long counted = watch.countOn(admin);
      node.relaunch();
      watch.begin();
      node.awaitReady();
      journey.tell(
          "- ready %,d ms after its start with the old copy",
          Journey.millisSince(node.launchedNanos()));
      await(RECORDS, "in sync again", p -> p.inSync().size() == 3);
      journey.tell(
          "- in sync again %,d ms after its start", Journey.millisSince(node.launchedNanos()));
      for (int i = 0; i < 20; i++) {
        watch.countOn(admin);
      }
      if (!watch.end(journey, counted)) {
        journey.complain("node 2 told what was old, or nothing");
      }
    }
    for (int id : List.of(1, other)) {
      cluster.node(id).stop();
      journey.letChangesGoOn();
      cluster.node(id).restart();
      await(RECORDS, "all in sync", p -> p.inSync().size() == 3);
    }
    journey.stopChanges();
    journey.expect(Map.of(COUNTED, List.of(state(1_000_000_021L))));
    conclude(RECORDS, 3, producer);
    journey.check();
  }

  private static java.util.Optional<TopicState> state(long retentionMs) {
    return java.util.Optional.of(new TopicState(1, retentionMs));
  }

  /**
   * It was the last but one in sync when it went, and the last one is gone when it comes: it must
   * not lead with what it has. The quorum has all its entries at the third voter.
   */
  void whileTheLastInSyncIsGone() throws IOException, InterruptedException, ExecutionException {
    String topic = "doubted";
    journey.tell("## The same while the last replica in sync is gone%n");
    journey.createTopic(
        topic,
        Map.of(0, List.of(1, NODE, ListenerAway.LISTENER)),
        Map.of("min.insync.replicas", "2"));
    NumberedProducer producer = producer(topic, 1);
    journey.letChangesGoOn();
    cluster.node(ListenerAway.LISTENER).stop();
    await(topic, "two in sync", p -> p.inSync().size() == 2);
    copyDirectory();
    await(topic, "both in sync", p -> p.inSync().size() == 2);
    long before = producer.acknowledgedCount();
    Until.holds("more records are acknowledged", () -> producer.acknowledgedCount() > before + 100);
    node.stop();
    await(topic, "one in sync", p -> p.inSync().equals(List.of(1)));
    BrokerProcess last = cluster.node(1);
    awaitQuorum();
    last.kill();
    putCopyInPlace();
    node.restart();
    journey.letChangesGoOn();
    int leader = partitions(other, topic).getFirst().leader();
    journey.tell("- node 1 gone, node 2 back with its old copy: the leader is %d", leader);
    if (leader == NODE) {
      journey.complain("node 2 leads " + topic + " with an old copy of its log");
    }
    last.restart();
    cluster.node(ListenerAway.LISTENER).restart();
    await(topic, "all in sync", p -> p.inSync().size() == 3);
    conclude(topic, 1, producer);
    journey.check();
  }

  /** Until the third voter has all that the others have. */
  private void awaitQuorum() throws IOException, InterruptedException {
    try (Admin admin = journey.admin()) {
      Until.holds(
          "the third voter has caught up",
          () -> {
            var quorum = Journey.quorum(admin);
            return quorum.voters().stream()
                .anyMatch(
                    voter ->
                        voter.replicaId() == other
                            && voter.logEndOffset() >= quorum.highWatermark());
          });
    }
  }

  private NumberedProducer producer(String topic, int partitions) {
    return new NumberedProducer(
        0,
        cluster.bootstrapServers(),
        new NumberedProducer.Load(
            topic, partitions, "none", journey.plan().recordsPerSecond(), journey.plan().seed()));
  }

  private void conclude(String topic, int partitions, NumberedProducer producer)
      throws IOException, InterruptedException {
    producer.finish();
    Ledger.Verdict verdict =
        Ledger.check(cluster.bootstrapServers(), topic, partitions, List.of(producer));
    journey.tell(
        "- %,d records acknowledged with acks=all, %,d in the topic",
        producer.acknowledgedCount(), verdict.read());
    verdict.complaints().stream().limit(10).forEach(journey::complain);
    if (verdict.complaints().isEmpty()) {
      journey.tell("- every acknowledged record is there once, at its offset");
    }
  }

  private void await(String topic, String what, Predicate<Partition> condition)
      throws IOException, InterruptedException {
    Until.holds(topic + ": " + what, () -> partitions(other, topic).stream().allMatch(condition));
  }

  private List<Partition> partitions(int asked, String topic) throws IOException {
    ClusterView.Topic told = ClusterView.at(cluster.node(asked).address()).topics().get(topic);
    if (told == null) {
      throw new IOException("node " + asked + " knows no " + topic);
    }
    return told.partitions();
  }

  private Path copy() {
    return node.dataDirectory().resolveSibling("data-old");
  }

  /** With the node stopped in good order, as operators are told to. */
  private void copyDirectory() throws IOException, InterruptedException {
    node.stop();
    LoadedBroker.delete(copy());
    LoadedBroker.copy(node.dataDirectory(), copy());
    node.restart();
  }

  private void putCopyInPlace() throws IOException {
    Path replaced = node.dataDirectory().resolveSibling("data-replaced");
    LoadedBroker.delete(replaced);
    Files.move(node.dataDirectory(), replaced);
    Files.move(copy(), node.dataDirectory());
  }
}
