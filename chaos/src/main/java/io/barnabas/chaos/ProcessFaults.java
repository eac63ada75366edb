package io.barnabas.chaos;

import io.barnabas.chaos.plan.Step;
import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** Faults by signals. */
final class ProcessFaults {
  private final ClusterProcess cluster;
  private final Admin admin;

  ProcessFaults(ClusterProcess cluster, Admin admin) {
    this.cluster = cluster;
    this.admin = admin;
  }

  Wound kill(int node) throws InterruptedException {
    cluster.node(node).kill();
    return new Wound("node " + node + " killed", () -> cluster.node(node).relaunch());
  }

  Wound pause(int node) throws IOException, InterruptedException {
    cluster.node(node).pause();
    return new Wound("node " + node + " frozen", () -> cluster.node(node).resume());
  }

  Wound stop(int node) throws InterruptedException {
    long began = System.nanoTime();
    cluster.node(node).stop();
    long tookMs = (System.nanoTime() - began) / 1_000_000;
    return new Wound(
        "node " + node + " stopped in " + tookMs + " ms", () -> cluster.node(node).relaunch());
  }

  Wound controller(Step step) throws IOException, InterruptedException {
    int node;
    String who;
    try {
      node = admin.describeMetadataQuorum().quorumInfo().get().leaderId();
      who = "active controller: ";
    } catch (ExecutionException e) {
      node = step.node();
      who = "active controller unknown: ";
    }
    Wound wound = step.variant() % 2 == 0 ? kill(node) : pause(node);
    return new Wound(who + wound.what(), wound.healing());
  }

  Wound restartAll(Step step) throws IOException, InterruptedException {
    if (step.variant() % 2 == 0) {
      killAll();
      return new Wound("all nodes killed", this::relaunchAll);
    }
    List<Thread> stopping = new ArrayList<>();
    for (int id : cluster.ids()) {
      stopping.add(Thread.ofPlatform().start(() -> stopQuietly(id)));
    }
    for (Thread thread : stopping) {
      thread.join();
    }
    return new Wound("all nodes stopped", this::relaunchAll);
  }

  private void stopQuietly(int id) {
    try {
      cluster.node(id).stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** At one instant, as far as a signal after the other is one. */
  void killAll() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-KILL"));
    for (int id : cluster.ids()) {
      command.add(Long.toString(cluster.node(id).pid()));
    }
    // One that ended by itself before is found by whoever looks after the nodes.
    new ProcessBuilder(command).start().waitFor();
    for (int id : cluster.ids()) {
      cluster.node(id).kill();
    }
  }

  void relaunchAll() throws IOException {
    for (int id : cluster.ids()) {
      BrokerProcess node = cluster.node(id);
      node.relaunch();
    }
  }
}
