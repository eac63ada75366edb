package io.barnabas.chaos;

import io.barnabas.chaos.plan.Step;
import io.barnabas.chaos.site.Disks;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.util.List;

/** Faults of disks and of the power that they run on. */
final class DiskFaults {
  private final ClusterProcess cluster;
  private final ProcessFaults processes;
  private final Disks disks;

  DiskFaults(ClusterProcess cluster, ProcessFaults processes, Disks disks) {
    this.cluster = cluster;
    this.processes = processes;
    this.disks = disks;
  }

  Wound full(Step step) throws IOException, InterruptedException {
    disks.fill(step.node());
    return new Wound(
        "disk of node " + step.node() + " full, " + disks.freeBytes(step.node()) + " bytes left",
        () -> disks.free(step.node()));
  }

  Wound hang(Step step) throws IOException {
    disks.hang(step.node());
    return new Wound("disk of node " + step.node() + " hangs", () -> disks.release(step.node()));
  }

  Wound powerOne(Step step) throws IOException, InterruptedException {
    cluster.node(step.node()).kill();
    disks.cutPower(List.of(step.node()));
    return new Wound(
        "power of node " + step.node() + " cut", () -> cluster.node(step.node()).relaunch());
  }

  Wound power() throws IOException, InterruptedException {
    processes.killAll();
    disks.cutPower(cluster.ids());
    return new Wound("power of all nodes cut", processes::relaunchAll);
  }
}
