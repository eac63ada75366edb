package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import java.io.IOException;
import java.util.Locale;

/** One fault: a topic of its own, clients that do well, the fault, its end. */
final class FailoverRound {

  /**
   * How long clients wait for an answer. Their default of 30 s would hide what the brokers do: a
   * node that is frozen or cut off closes no connection.
   */
  private static final int REQUEST_TIMEOUT_MS = 1_000;

  private static final int START_LIMIT_SECONDS = 60;

  private final ClusterTrial trial;
  private final Machines machines;
  private final Fault fault;

  FailoverRound(ClusterTrial trial, Machines machines, Fault fault) {
    this.trial = trial;
    this.machines = machines;
    this.fault = fault;
  }

  void run() throws IOException, InterruptedException {
    trial.awaitAllNodes();
    int victim = victim(trial.activeController());
    String topic = "failover-" + fault.name().toLowerCase(Locale.ROOT);
    trial.createTopicLedBy(victim, topic);
    try (SteadyClients clients =
        new SteadyClients(trial.cluster().bootstrapServers(), topic, REQUEST_TIMEOUT_MS)) {
      awaitFlow(clients);
      long steadyNanos = System.nanoTime();
      Thread.sleep(trial.turn().sizes().steadySeconds() * 1_000L);
      trial.add(
          "undisturbed: longest gap between acknowledgements, ms",
          clients.acknowledged().longestGapMs(steadyNanos, System.nanoTime()));
      measure(clients, victim);
      clients.finish();
    }
  }

  private int victim(int controller) {
    if (fault.hitsController()) {
      return controller;
    }
    return trial.cluster().ids().stream().filter(id -> id != controller).findFirst().orElseThrow();
  }

  private void measure(SteadyClients clients, int victim) throws IOException, InterruptedException {
    long beganNanos = System.nanoTime();
    long endedNanos;
    boolean movedOn;
    try {
      begin(victim);
      movedOn = clients.awaitFlow(trial.turn().sizes().faultLimitSeconds());
    } finally {
      endedNanos = System.nanoTime();
      end(victim);
    }
    if (!movedOn) {
      // The gap is as long as the fault was.
      System.err.printf("  %s: nothing moved on before it was over%n", fault.title());
      awaitFlow(clients);
      endedNanos = System.nanoTime();
    }
    trial.add(
        fault.title() + ": longest gap between acknowledgements, ms",
        clients.acknowledged().longestGapMs(beganNanos, endedNanos));
    trial.add(
        fault.title() + ": longest gap for a consumer, ms",
        clients.consumed().longestGapMs(beganNanos, endedNanos));
    if (clients.refused() > 0) {
      trial.add(fault.title() + ": records given up by the producer", (double) clients.refused());
    }
  }

  private void begin(int victim) throws IOException, InterruptedException {
    BrokerProcess node = trial.cluster().node(victim);
    switch (fault) {
      case KILL, KILL_CONTROLLER -> node.kill();
      case PAUSE, PAUSE_CONTROLLER -> node.pause();
      case DISK, DISK_CONTROLLER -> machines.disk(victim).freeze();
      case NETWORK, NETWORK_CONTROLLER -> machines.network().cut(victim);
      case STOP, STOP_CONTROLLER -> node.stop();
    }
  }

  private void end(int victim) throws IOException, InterruptedException {
    BrokerProcess node = trial.cluster().node(victim);
    switch (fault) {
      case KILL, KILL_CONTROLLER, STOP, STOP_CONTROLLER -> node.restart();
      case PAUSE, PAUSE_CONTROLLER -> node.resume();
      case DISK, DISK_CONTROLLER -> machines.disk(victim).thaw();
      case NETWORK, NETWORK_CONTROLLER -> machines.network().heal(victim);
    }
  }

  private static void awaitFlow(SteadyClients clients) throws IOException, InterruptedException {
    if (!clients.awaitFlow(START_LIMIT_SECONDS)) {
      throw new IOException("records do not flow in " + START_LIMIT_SECONDS + " s");
    }
  }
}
