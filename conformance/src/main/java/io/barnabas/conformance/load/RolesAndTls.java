package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.protocol.Errors;

/**
 * Nodes that are only a broker or only a controller, with TLS between the controllers; who has
 * another key, or the directory of another cluster, is kept out.
 */
final class RolesAndTls {
  private static final int CONTROLLER = 3;
  private static final int BROKER = 4;
  private static final int INTRUDER = 5;
  private static final int KEPT_OUT_MS = 10_000;
  private static final int REFUSAL_SECONDS = 60;
  private static final int MOST_KILLS = 8;

  private final Journey journey;
  private final TlsStores keys;
  private final TlsStores otherKeys;

  /**
   * In a cluster of its own, of {@link #settings}.
   *
   * @param otherKeys that its nodes do not trust
   */
  RolesAndTls(Journey journey, TlsStores keys, TlsStores otherKeys) {
    this.journey = journey;
    this.keys = keys;
    this.otherKeys = otherKeys;
  }

  /** Of the nodes that vote. */
  static Map<String, String> settings(TlsStores keys, int id) {
    Map<String, String> settings = new HashMap<>(Journey.settings());
    settings.putAll(keys.settings(keys));
    if (id == CONTROLLER) {
      settings.put("process.roles", "controller");
    }
    return settings;
  }

  /**
   * Goes through it.
   *
   * @param foreign the data directory of a node 1 of another cluster, which does not run
   */
  void run(Path foreign) throws IOException, InterruptedException, ExecutionException {
    roles();
    strangerIsKeptOut();
    controllerDecides();
    foreignDirectory(foreign);
  }

  private void roles() throws IOException, InterruptedException, ExecutionException {
    ClusterProcess cluster = journey.cluster();
    journey.tell("## Only a broker, only a controller, TLS between controllers%n");
    BrokerProcess broker = launch(BROKER, keys);
    broker.awaitReady();
    try (Admin admin = journey.admin()) {
      Until.holds("node 4 follows", () -> VoterReplaced.observer(admin, BROKER).isPresent());
      Set<Integer> brokers = new TreeSet<>();
      for (Node node : admin.describeCluster().nodes().get()) {
        brokers.add(node.id());
      }
      List<Integer> voters = VoterReplaced.voters(admin);
      journey.tell("- voters %s; brokers %s, as a client is told", voters, brokers);
      if (!brokers.equals(Set.of(1, 2, BROKER)) || !voters.equals(List.of(1, 2, CONTROLLER))) {
        journey.complain("these are not the voters and brokers that there should be");
      }
    }
    journey.createTopic(
        "led-by-a-broker", Map.of(0, List.of(BROKER, 1, 2)), Map.of("min.insync.replicas", "2"));
    NumberedProducer producer =
        new NumberedProducer(
            0,
            broker.bootstrapServers(),
            new NumberedProducer.Load("led-by-a-broker", 1, "none", 500, journey.plan().seed()));
    journey.letChangesGoOn();
    producer.finish();
    Ledger.Verdict verdict =
        Ledger.check(broker.bootstrapServers(), "led-by-a-broker", 1, List.of(producer));
    verdict.complaints().stream().limit(10).forEach(journey::complain);
    journey.tell(
        "- %,d records acknowledged with acks=all by the node that is only a broker, %,d read",
        producer.acknowledgedCount(), verdict.read());
    try (RawClient client = RawClient.connect(cluster.node(CONTROLLER).address())) {
      TopicState state = new TopicState(4, 1_000_000_000L);
      Errors answer = TopicRequests.create(client, "asked-at-a-controller", state, 3);
      if (answer != Errors.NONE) {
        journey.complain("the node that is only a controller answered " + answer);
      }
      journey.expect(Map.of("asked-at-a-controller", List.of(java.util.Optional.of(state))));
    }
    for (ClusterView.Topic topic : ClusterView.at(broker.address()).topics().values()) {
      if (topic.partitions().stream().anyMatch(p -> p.replicas().contains(CONTROLLER))) {
        journey.complain("the node that is only a controller was given replicas");
      }
    }
    journey.check();
  }

  private BrokerProcess launch(int id, TlsStores own) throws IOException {
    Map<String, String> settings = new HashMap<>(Journey.settings());
    settings.putAll(own.settings(keys));
    settings.put("process.roles", "broker");
    return journey.cluster().launch(id, settings);
  }

  private void strangerIsKeptOut() throws IOException, InterruptedException, ExecutionException {
    BrokerProcess intruder = launch(INTRUDER, otherKeys);
    Thread.sleep(KEPT_OUT_MS);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap(1)))) {
      boolean in =
          intruder.isReady()
              || VoterReplaced.observer(admin, INTRUDER).isPresent()
              || admin.describeCluster().nodes().get().stream().anyMatch(n -> n.id() == INTRUDER);
      if (in) {
        journey.complain("a node with a key that is not trusted takes part");
      } else {
        journey.tell(
            "- a node with a key that is not trusted was kept out for %,d ms; it says: %s",
            KEPT_OUT_MS, intruder.lastLine());
      }
    }
    journey.cluster().forget(INTRUDER);
  }

  private String bootstrap(int id) {
    return journey.cluster().node(id).bootstrapServers();
  }

  /** The active one is killed until it is the node that is only a controller. */
  private void controllerDecides() throws IOException, InterruptedException {
    ClusterProcess cluster = journey.cluster();
    int active = active();
    int kills = 0;
    while (active != CONTROLLER && kills < MOST_KILLS) {
      BrokerProcess node = cluster.node(active);
      int killed = active;
      node.kill();
      kills++;
      Until.holds("another one is active", () -> activeBut(killed));
      active = active();
      node.restart();
    }
    if (active == CONTROLLER) {
      journey.createTopic("decided-by-a-controller", Map.of(0, List.of(1, 2, BROKER)), Map.of());
      journey.tell("- active after %d kills of others, it decides%n", kills);
      journey.check();
    } else {
      journey.tell("- it was not elected in %d kills of others, which is luck%n", kills);
    }
  }

  private int active() throws IOException, InterruptedException {
    Until.holds("a controller is active", () -> activeBut(-1));
    return ClusterView.activeController(journey.cluster().node(CONTROLLER).address());
  }

  private boolean activeBut(int node) throws IOException {
    int active = ClusterView.activeController(journey.cluster().node(CONTROLLER).address());
    return active > 0 && active != node;
  }

  private void foreignDirectory(Path foreign) throws IOException, InterruptedException {
    journey.tell("## Node 1 with the directory of another cluster's node 1%n");
    ClusterProcess cluster = journey.cluster();
    BrokerProcess node = cluster.node(1);
    Path own = node.dataDirectory().resolveSibling("data-own");
    node.stop();
    Files.move(node.dataDirectory(), own);
    LoadedBroker.copy(foreign, node.dataDirectory());
    node.relaunch();
    tellRefusal(node, "while the others run");
    for (int id : List.of(2, CONTROLLER, BROKER)) {
      cluster.node(id).stop();
    }
    node.relaunch();
    Thread.sleep(journey.plan().loadMs());
    for (int id : List.of(2, CONTROLLER, BROKER)) {
      cluster.node(id).relaunch();
    }
    for (int id : List.of(2, CONTROLLER, BROKER)) {
      cluster.node(id).awaitReady();
    }
    tellRefusal(node, "first of all to be started");
    LoadedBroker.delete(node.dataDirectory());
    Files.move(own, node.dataDirectory());
    node.restart();
    journey.check();
  }

  private void tellRefusal(BrokerProcess node, String when)
      throws IOException, InterruptedException {
    OptionalInt code = node.awaitEnd(REFUSAL_SECONDS);
    if (code.isEmpty() || code.getAsInt() != 1) {
      journey.complain(
          "node 1 with the directory of another cluster, " + when + ", did not end: " + code);
      node.kill();
      return;
    }
    journey.tell(
        "- %s: ended after %,d ms: %s",
        when, Journey.millisSince(node.launchedNanos()), node.lastLine());
  }
}
