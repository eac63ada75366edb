package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;

/** All nodes are killed at once under load, and started again. */
final class AllKilled {
  private final Journey journey;

  AllKilled(Journey journey) {
    this.journey = journey;
  }

  void run() throws IOException, InterruptedException {
    ClusterProcess cluster = journey.cluster();
    journey.tell("## All nodes killed at once%n");
    journey.startChanges();
    journey.letChangesGoOn();
    for (int id : cluster.ids()) {
      cluster.node(id).kill();
    }
    long began = System.nanoTime();
    for (int id : cluster.ids()) {
      cluster.node(id).relaunch();
    }
    journey.clock().faultBegins();
    long answerMs = journey.clock().awaitAnswerNanos() / 1_000_000;
    for (int id : cluster.ids()) {
      BrokerProcess node = cluster.node(id);
      node.awaitReady();
    }
    journey.tell(
        "- %d nodes killed and started: the first change acknowledged after %,d ms, all ready after"
            + " %,d ms",
        cluster.size(), answerMs, Journey.millisSince(began));
    journey.letChangesGoOn();
    journey.stopChanges();
    journey.check();
  }
}
