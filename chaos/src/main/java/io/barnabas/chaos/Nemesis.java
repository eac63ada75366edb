package io.barnabas.chaos;

import io.barnabas.chaos.check.AnomalyKind;
import io.barnabas.chaos.check.Findings;
import io.barnabas.chaos.plan.Fault;
import io.barnabas.chaos.plan.Round;
import io.barnabas.chaos.plan.Step;
import io.barnabas.chaos.site.Site;
import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;

/** Makes the faults of each round, heals them, and looks after the nodes. One thread. */
final class Nemesis {
  private static final long PROGRESS_LIMIT_MS = 300_000;
  private static final long PAUSE_MS = 20;

  private final ClusterProcess cluster;
  private final Acks acks;
  private final Findings findings;
  private final Parts parts;
  private final ProcessFaults processes;
  private final ClusterFaults operator;
  private final Site site;
  private final List<Bar> bars = new ArrayList<>();
  private int rounds;
  private Set<Integer> withoutRoom = new HashSet<>();

  Nemesis(ClusterProcess cluster, Site site, Admin admin, Workload work) {
    this.cluster = cluster;
    this.site = site;
    this.acks = work.acks();
    this.findings = work.findings();
    this.parts = work.parts();
    this.processes = new ProcessFaults(cluster, admin);
    this.operator = new ClusterFaults(cluster, admin, work.parts().topics());
  }

  /** The faults so far. */
  List<Bar> bars() {
    return List.copyOf(bars);
  }

  /** Makes and heals the faults of one round; at its end every node has been started. */
  void run(Round round) throws IOException, InterruptedException {
    rounds++;
    List<Bar> struck = Collections.synchronizedList(new ArrayList<>());
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (Step step : round.steps()) {
      threads.add(
          Thread.ofPlatform()
              .name("fault-" + step.fault().label())
              .start(
                  () -> {
                    try {
                      struck.add(run(step));
                    } catch (IOException | InterruptedException | RuntimeException e) {
                      failures.add(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new IOException("a fault could not be made", failures.getFirst());
    }
    withoutRoom =
        round.steps().stream()
            .filter(step -> step.fault() == Fault.FULL)
            .map(Step::node)
            .collect(Collectors.toCollection(HashSet::new));
    nurse(round.awaitProgress());
    long endMs = acks.nowMs();
    struck.forEach(bar -> bars.add(bar.until(endMs)));
    Thread.sleep(round.restMs());
  }

  private Bar run(Step step) throws IOException, InterruptedException {
    Thread.sleep(step.afterMs());
    long fromMs = acks.nowMs();
    Wound wound;
    try {
      wound = strike(step);
    } catch (ExecutionException e) {
      wound = Wound.over("refused: " + e.getCause());
    }
    System.err.printf("%7.1f s  %s: %s%n", fromMs / 1_000.0, step.fault().label(), wound.what());
    Thread.sleep(step.forMs());
    try {
      wound.healing().heal();
    } catch (ExecutionException e) {
      findings.add(AnomalyKind.NOT_WELL, "not undone: " + wound.what() + ": " + e.getCause());
    }
    return new Bar(rounds, step, wound.what(), fromMs, acks.nowMs(), 0);
  }

  private Wound strike(Step step) throws IOException, InterruptedException, ExecutionException {
    return switch (step.fault().needs()) {
      case NETWORK -> strikeNetwork(step, new NetworkFaults(site.network().orElseThrow()));
      case DISK -> strikeDisk(step, new DiskFaults(cluster, processes, site.disks().orElseThrow()));
      case NOTHING, OWN_QUORUM -> strikeAnywhere(step);
    };
  }

  private Wound strikeAnywhere(Step step)
      throws IOException, InterruptedException, ExecutionException {
    return switch (step.fault()) {
      case KILL -> processes.kill(step.node());
      case PAUSE -> processes.pause(step.node());
      case STOP -> processes.stop(step.node());
      case CONTROLLER -> processes.controller(step);
      case RESTART_ALL -> processes.restartAll(step);
      case ELECT -> operator.elect(step);
      case REASSIGN -> operator.reassign(step);
      case VOTERS -> operator.voters(step);
      default -> throw new IllegalStateException(step.toString());
    };
  }

  private static Wound strikeNetwork(Step step, NetworkFaults network)
      throws IOException, InterruptedException {
    return switch (step.fault()) {
      case CUT -> network.cut(step);
      case CUT_PAIR -> network.cutPair(step);
      case CUT_ONE_WAY -> network.cutOneWay(step);
      case FLAP -> network.flap(step);
      case SLOW -> network.slow(step);
      default -> throw new IllegalStateException(step.toString());
    };
  }

  private static Wound strikeDisk(Step step, DiskFaults disks)
      throws IOException, InterruptedException {
    return switch (step.fault()) {
      case FULL -> disks.full(step);
      case HANG -> disks.hang(step);
      case POWER -> disks.power();
      case POWER_ONE -> disks.powerOne(step);
      default -> throw new IllegalStateException(step.toString());
    };
  }

  /**
   * Starts nodes that ended by themselves, which is an anomaly.
   *
   * @param awaitProgress whether every partition must acknowledge something again
   */
  void nurse(boolean awaitProgress) throws IOException, InterruptedException {
    long healedMs = acks.nowMs();
    startFallen();
    while (awaitProgress && !acks.silentSince(healedMs).isEmpty()) {
      startFallen();
      if (acks.nowMs() - healedMs > PROGRESS_LIMIT_MS) {
        List<String> silent =
            acks.silentSince(healedMs).stream()
                .map(part -> parts.all().get(part).id().toString())
                .toList();
        findings.add(
            AnomalyKind.NOT_WELL,
            "round %d: no acknowledgement for %d s after all was healed: %s"
                .formatted(rounds, PROGRESS_LIMIT_MS / 1_000, silent));
        return;
      }
      Thread.sleep(PAUSE_MS);
    }
  }

  private void startFallen() throws IOException {
    for (int id : cluster.ids()) {
      BrokerProcess node = cluster.node(id);
      if (!node.isAlive()) {
        findings.add(
            withoutRoom.contains(id) ? AnomalyKind.GAVE_UP : AnomalyKind.NOT_WELL,
            "round %d: node %d ended by itself: %s".formatted(rounds, id, node.lastLine()));
        // Its next end has another reason.
        withoutRoom.remove(id);
        node.relaunch();
      }
    }
  }
}
