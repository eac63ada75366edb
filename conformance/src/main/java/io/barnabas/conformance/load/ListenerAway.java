package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;

/** A node without a vote is away while very much changes, and comes back. */
final class ListenerAway {
  /** The node without a vote. */
  static final int LISTENER = 4;

  private static final int CLIENTS = 8;

  private final Journey journey;

  ListenerAway(Journey journey) {
    this.journey = journey;
  }

  void run() throws IOException, InterruptedException, ExecutionException {
    ClusterProcess cluster = journey.cluster();
    journey.tell("## A listener is away during %,d changes%n", journey.plan().changes());
    Map<String, String> settings = new HashMap<>(Journey.settings());
    settings.put("process.roles", "broker");
    BrokerProcess listener = cluster.launch(LISTENER, settings);
    listener.awaitReady();
    journey.tell(
        "- node %d, only a broker: ready %,d ms after its first start",
        LISTENER, Journey.millisSince(listener.launchedNanos()));
    try (Admin admin = journey.admin()) {
      Until.holds(
          "node 4 follows",
          () ->
              Journey.quorum(admin).observers().stream().anyMatch(o -> o.replicaId() == LISTENER));
      if (Journey.quorum(admin).voters().stream().anyMatch(v -> v.replicaId() == LISTENER)) {
        journey.complain("node 4 has a vote");
      }
      listener.kill();
      changeMuch(admin);
    }
    comeBack(cluster, listener);
    journey.check();
  }

  private void changeMuch(Admin admin) throws InterruptedException, ExecutionException {
    long entriesBefore = Journey.quorum(admin).highWatermark();
    AtomicInteger wanted = new AtomicInteger(journey.plan().changes());
    List<BulkChanger> changers =
        IntStream.range(0, CLIENTS)
            .mapToObj(
                id ->
                    new BulkChanger(
                        id,
                        journey.cluster().node(id % 3 + 1).bootstrapServers(),
                        wanted,
                        journey.plan().batch(),
                        journey.plan().seed() * 1_000 + id))
            .toList();
    long began = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    changers.forEach(changer -> threads.add(Thread.ofPlatform().daemon().start(changer)));
    for (Thread thread : threads) {
      thread.join();
    }
    long tookMs = Journey.millisSince(began);
    int settings = changers.stream().mapToInt(BulkChanger::settingsChangedCount).sum();
    int created = changers.stream().mapToInt(BulkChanger::createdCount).sum();
    int deleted = changers.stream().mapToInt(BulkChanger::deletedCount).sum();
    changers.forEach(changer -> journey.expect(changer.possible()));
    changers.forEach(changer -> changer.complaints().forEach(journey::complain));
    int all = settings + created + deleted;
    if (all < journey.plan().changes()) {
      journey.complain("only " + all + " changes were made");
    }
    journey.tell(
        "- %,d settings changed, %,d topics created and %,d deleted by %d clients, %d settings in a"
            + " request: %,d changes in %,d ms (%,d in a second), %,d entries in the quorum's log",
        settings,
        created,
        deleted,
        CLIENTS,
        journey.plan().batch(),
        all,
        tookMs,
        all * 1_000L / Math.max(1, tookMs),
        Journey.quorum(admin).highWatermark() - entriesBefore);
  }

  private void comeBack(ClusterProcess cluster, BrokerProcess listener)
      throws IOException, InterruptedException {
    QuorumFiles had = QuorumFiles.of(listener);
    for (int id : List.of(1, 2, 3)) {
      QuorumFiles files = QuorumFiles.of(cluster.node(id));
      journey.tell(
          "- node %d took %d snapshots, the last of %,d KiB up to Raft entry %,d; its log begins at"
              + " %,d; %,d KiB in all",
          id,
          QuorumFiles.said(cluster.node(id), "has all up to entry"),
          files.snapshotBytes() >> 10,
          files.snapshotEntry(),
          files.logStart(),
          files.bytes() >> 10);
    }
    listener.restart();
    long readyMs = Journey.millisSince(listener.launchedNanos());
    QuorumFiles has = QuorumFiles.of(listener);
    long received = QuorumFiles.said(listener, "was received");
    journey.tell(
        "- node %d was away with %,d KiB and the snapshot up to %,d; ready %,d ms after its start,"
            + " %d snapshots received, now of %,d KiB up to %,d; %,d KiB in all",
        LISTENER,
        had.bytes() >> 10,
        had.snapshotEntry(),
        readyMs,
        received,
        has.snapshotBytes() >> 10,
        has.snapshotEntry(),
        has.bytes() >> 10);
    if (journey.plan().snapshot() && received == 0) {
      journey.complain("node 4 needed no snapshot");
    }
  }
}
