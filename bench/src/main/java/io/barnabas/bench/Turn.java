package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import io.barnabas.conformance.NodeHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * One contender's turn at one measure, before anything is started.
 *
 * @param contender whose turn it is
 * @param sizes how much to send
 * @param faults what is done to nodes, where that is measured
 * @param results where values go
 * @param classPaths for child processes
 * @param launcher what starts Barnabas
 * @param scratch a directory for the output of tools, which outlives the turn
 */
record Turn(
    Contender contender,
    Sizes sizes,
    List<Fault> faults,
    Results results,
    ClassPaths classPaths,
    Path launcher,
    Path scratch)
    implements Figures {
  Turn {
    faults = List.copyOf(faults);
  }

  @Override
  public void add(String figure, double value) {
    results.add(figure, contender, value);
  }

  /** An absent directory for what is started, deleted after the turn. */
  Path directory() {
    return scratch.resolve("broker");
  }

  /** Starts the contender on one node in the empty directory. */
  BrokerProcess startNode() throws IOException, InterruptedException {
    if (contender.isKafka()) {
      return BrokerProcess.kafka(classPaths, directory(), Map.of());
    }
    return BrokerProcess.barnabas(List.of(launcher.toString()), directory(), Map.of());
  }

  /** Starts the contender on several nodes in the empty directory, with its settings. */
  ClusterProcess startCluster(int size, IntFunction<NodeHost> hosts)
      throws IOException, InterruptedException {
    Map<String, String> settings = contender.nodeSettings();
    if (contender.isKafka()) {
      return ClusterProcess.kafka(
          classPaths, directory(), size, BrokerProcess.KAFKA_JVM, settings, hosts);
    }
    return ClusterProcess.barnabas(
        List.of(launcher.toString()), directory(), size, _ -> settings, hosts);
  }
}
