package io.barnabas.cli;

import io.barnabas.server.Node;
import io.barnabas.server.settings.NodeSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code barnabas rehearse one} runs a node and every command once, {@code several} two nodes that
 * are a cluster as well, so that the JVM learns what to put into its cache. The launcher does this
 * on first use.
 */
@Command(name = "rehearse", hidden = true, description = "Run everything once, for the JVM to see.")
final class RehearseCommand implements Callable<Integer> {
  private static final int LINES = 2_000;
  private static final int CLUSTER_SIZE = 2;

  private enum Nodes {
    ONE,
    SEVERAL
  }

  @Parameters(index = "0", paramLabel = "NODES", description = "${COMPLETION-CANDIDATES}")
  private Nodes nodes = Nodes.ONE;

  @Parameters(
      index = "1",
      paramLabel = "DIRECTORY",
      description = "Where to put data; must not exist.")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(directory);
    int exitCode = rehearseOne();
    return exitCode == 0 && nodes == Nodes.SEVERAL ? rehearseSeveral() : exitCode;
  }

  private int rehearseOne() throws IOException {
    NodeSettings settings =
        settings("listeners=PLAINTEXT://127.0.0.1:0", "log.dirs=" + directory.resolve("data"));
    try (Node node = ForegroundNode.start(settings)) {
      if (!node.awaitReady()) {
        return 1;
      }
      System.out.println(ForegroundNode.readyLine(node, settings));
      return useAll("127.0.0.1:" + node.addresses().getFirst().getPort());
    }
  }

  private static NodeSettings settings(String... assignments) {
    List<String> arguments = new ArrayList<>(List.of("start"));
    for (String assignment : assignments) {
      arguments.addAll(List.of("-o", assignment));
    }
    return ForegroundNode.settings(
        StartArguments.parse(arguments.toArray(String[]::new)).orElseThrow());
  }

  private int rehearseSeveral() throws IOException {
    int[] ports = freePorts(CLUSTER_SIZE);
    List<String> voters = new ArrayList<>();
    for (int id = 1; id <= CLUSTER_SIZE; id++) {
      voters.add("%d@127.0.0.1:%d".formatted(id, ports[id - 1]));
    }
    List<CompletableFuture<Node>> started = new ArrayList<>();
    for (int id = 1; id <= CLUSTER_SIZE; id++) {
      NodeSettings settings =
          settings(
              "node.id=" + id,
              "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:" + ports[id - 1],
              "controller.quorum.voters=" + String.join(",", voters),
              "log.dirs=" + directory.resolve("node" + id));
      // Each waits for the other one to found the cluster with.
      started.add(CompletableFuture.supplyAsync(() -> ForegroundNode.start(settings)));
    }
    try {
      for (CompletableFuture<Node> node : started) {
        if (!node.join().awaitReady()) {
          return 1;
        }
      }
      return useBoth("127.0.0.1:" + started.getLast().join().addresses().getFirst().getPort());
    } finally {
      started.forEach(node -> node.thenAccept(Node::close).join());
    }
  }

  private static int[] freePorts(int count) throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        taken.add(socket);
        ports[i] = socket.getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : taken) {
        socket.close();
      }
    }
  }

  private int useBoth(String bootstrap) throws IOException {
    Path lines = directory.resolve("lines");
    String topic = "copied";
    return run(
        bootstrap,
        List.of("topics", "create", topic, "-p", "2", "-r", "2"),
        List.of("produce", topic, lines.toString()),
        List.of("consume", topic),
        List.of("cluster", "status"));
  }

  private int useAll(String bootstrap) throws IOException {
    Path lines = directory.resolve("lines");
    Files.writeString(lines, "key:a line of some text\n".repeat(LINES));
    String topic = "rehearsal";
    return run(
        bootstrap,
        List.of("--help"),
        List.of("topics", "create", topic, "-p", "3"),
        List.of("produce", topic, lines.toString(), "-k", ":"),
        List.of("produce", topic, lines.toString(), "-z", "lz4", "--json"),
        List.of("consume", topic),
        List.of("consume", topic, "--json", "--from", "-10"),
        List.of("topics", "list"),
        List.of("topics", "describe", topic),
        List.of("topics", "config", "get", topic),
        List.of("cluster", "status"),
        List.of("cluster", "disks"),
        List.of("topics", "delete", topic));
  }

  @SafeVarargs
  private static int run(String bootstrap, List<String>... commands) {
    int failures = 0;
    for (List<String> command : commands) {
      List<String> arguments = new ArrayList<>(command);
      if (command.size() > 1) {
        arguments.addAll(List.of("--bootstrap", bootstrap));
      }
      failures += Commands.run(arguments.toArray(String[]::new));
    }
    return Math.min(failures, 1);
  }
}
