package io.barnabas.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.chaos.check.PartitionHistory;
import io.barnabas.chaos.plan.Fault;
import io.barnabas.chaos.site.Site;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are killed and frozen under load, and nothing that was acknowledged is lost. */
class JourneyTest {
  @TempDir Path directory = Path.of("");

  @Test
  void killedAndFrozenNodesLoseNothing() throws Exception {
    ClassPaths paths = ClassPaths.readFrom(Path.of("..", "conformance", "target"));
    List<String> launcher =
        JavaProcess.command(
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            paths.barnabas(),
            "io.barnabas.cli.Main",
            List.of());
    JourneyPlan plan =
        new JourneyPlan("BARNABAS", 3, 1, 2, 7, List.of(Fault.KILL, Fault.PAUSE), 1, 3, 1, 1, 300);
    try (Site site = Site.create(directory, 3, Set.of(), 0);
        ClusterProcess cluster =
            ClusterProcess.barnabas(launcher, directory, 3, _ -> Map.of(), site::host)) {
      Outcome outcome = new Journey(cluster, site, plan).run();
      assertThat(new Summary(outcome).told()).isEmpty();
      assertThat(outcome.bars())
          .extracting(bar -> bar.step().fault())
          .contains(Fault.KILL, Fault.PAUSE);
      assertThat(outcome.work().parts().sum(PartitionHistory::finalCount)).isGreaterThan(100);
      assertThat(Page.of(outcome)).contains("<svg").contains("No anomaly");
    }
  }
}
