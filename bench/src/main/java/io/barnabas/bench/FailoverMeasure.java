package io.barnabas.bench;

import io.barnabas.conformance.ClusterProcess;
import java.util.List;

/**
 * How long a steady producer with acks=all and a consumer are without an answer when the leader of
 * their partition fails: three nodes, three replicas, two of which must be in sync.
 */
final class FailoverMeasure implements Measure {

  @Override
  public String name() {
    return "failover";
  }

  @Override
  public boolean concerns(Contender contender) {
    return contender.isDefault() || !contender.nodeSettings().isEmpty();
  }

  @Override
  public void take(Turn turn) throws Exception {
    List<Fault> faults = turn.faults().stream().filter(FailoverMeasure::isPossible).toList();
    try (Machines machines = Machines.create(turn.directory(), ClusterTrial.SIZE, faults);
        ClusterProcess cluster = turn.startCluster(ClusterTrial.SIZE, machines::host)) {
      ClusterTrial trial = new ClusterTrial(cluster, turn);
      for (Fault fault : faults) {
        new FailoverRound(trial, machines, fault).run();
      }
    }
  }

  private static boolean isPossible(Fault fault) {
    fault.missing().ifPresent(why -> System.err.printf("  left out, %s: %s%n", why, fault.title()));
    return fault.missing().isEmpty();
  }
}
