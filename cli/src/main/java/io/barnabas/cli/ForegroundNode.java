package io.barnabas.cli;

import io.barnabas.server.Node;
import io.barnabas.server.StartupException;
import io.barnabas.server.settings.ListenerAddress;
import io.barnabas.server.settings.NodeSettings;
import io.barnabas.server.settings.SettingsException;
import io.barnabas.world.RealWorld;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node for as long as the process lives. */
final class ForegroundNode {
  private static final Logger LOG = LoggerFactory.getLogger(ForegroundNode.class);
  private static final int STOPPED = 0;
  private static final int FAILED = 1;
  private static final int MOST_NAMED = 10;

  private ForegroundNode() {}

  /**
   * Starts a node, says when it is ready, and waits for its end.
   *
   * @return the exit code; the process may also end without this returning
   * @throws CliException if the node cannot start
   */
  static int run(StartArguments arguments) {
    NodeSettings all = settings(arguments);
    Node node = start(all);
    stopWithTheProcess(node);
    if (Boolean.getBoolean("barnabas.stops.with.input")) {
      stopWithTheInput();
    }
    if (node.awaitReady()) {
      warnOfOfflinePartitions(node);
      System.out.println(readyLine(node, all));
      System.out.flush();
    }
    Optional<String> failure = node.awaitTermination();
    if (failure.isEmpty()) {
      return STOPPED;
    }
    System.err.println(failure.get());
    node.close();
    Runtime.getRuntime().halt(FAILED);
    return FAILED;
  }

  /** The settings of the file and of the prompt together. */
  static NodeSettings settings(StartArguments arguments) {
    Map<String, String> all = new LinkedHashMap<>();
    arguments
        .file()
        .map(PropertiesFile::read)
        .ifPresent(
            file ->
                file.forEach(
                    (name, value) -> all.put(String.valueOf(name), String.valueOf(value))));
    all.putAll(arguments.settings());
    try {
      return NodeSettings.parse(all);
    } catch (SettingsException e) {
      throw new CliException(Sentences.sentence(String.valueOf(e.getMessage())), e);
    }
  }

  /** A node that answers clients. */
  static Node start(NodeSettings settings) {
    try {
      return Node.start(RealWorld.create(), settings);
    } catch (StartupException e) {
      throw new CliException(Sentences.sentence(String.valueOf(e.getMessage())), e);
    }
  }

  /**
   * Whatever ends the process stops the node first. The exit code is then 0 rather than that of the
   * signal: a node that was told to stop, and did, has not failed.
   */
  private static void stopWithTheProcess(Node node) {
    Runnable stop =
        () -> {
          node.close();
          Runtime.getRuntime().halt(STOPPED);
        };
    Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop"));
  }

  /** A node that another process of this program started does not outlive that one. */
  private static void stopWithTheInput() {
    Thread reader =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Only the end counts.
                }
              } catch (IOException e) {
                LOG.warn("The standard input cannot be read: {}", e.getMessage());
              }
              Runtime.getRuntime().exit(STOPPED);
            },
            "input");
    reader.setDaemon(true);
    reader.start();
  }

  private static void warnOfOfflinePartitions(Node node) {
    Map<?, String> offline = node.offlinePartitions();
    offline.entrySet().stream()
        .limit(MOST_NAMED)
        .forEach(
            partition -> LOG.warn("{} is offline: {}", partition.getKey(), partition.getValue()));
    if (offline.size() > MOST_NAMED) {
      LOG.warn("{} more partitions are offline.", offline.size() - MOST_NAMED);
    }
  }

  /**
   * What a person or program waits for. The time is since the JVM began: the process is older, as
   * it was the launcher before, which may have had to build.
   */
  static String readyLine(Node node, NodeSettings settings) {
    List<String> listeners = new ArrayList<>();
    List<InetSocketAddress> taken = node.addresses();
    for (int i = 0; i < taken.size(); i++) {
      ListenerAddress asked = settings.listeners().get(i);
      listeners.add(
          new ListenerAddress(asked.name(), asked.host(), taken.get(i).getPort()).toString());
    }
    return "ready node.id=%d listeners=%s cluster.id=%s in %d ms"
        .formatted(
            node.nodeId(),
            String.join(",", listeners),
            node.clusterId(),
            ManagementFactory.getRuntimeMXBean().getUptime());
  }
}
