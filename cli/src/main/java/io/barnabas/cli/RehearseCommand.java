package io.barnabas.cli;

import io.barnabas.server.Node;
import io.barnabas.server.settings.NodeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code barnabas rehearse}: a node and every command once, so that the JVM learns what to put into
 * its cache. The launcher does this on first use.
 */
@Command(name = "rehearse", hidden = true, description = "Run everything once, for the JVM to see.")
final class RehearseCommand implements Callable<Integer> {
  private static final int LINES = 2_000;

  @Parameters(paramLabel = "DIRECTORY", description = "Where to put data; must not exist.")
  private Path directory = Path.of("");

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(directory);
    NodeSettings settings =
        ForegroundNode.settings(
            StartArguments.parse(
                    "start",
                    "-o",
                    "listeners=PLAINTEXT://127.0.0.1:0",
                    "-o",
                    "log.dirs=" + directory.resolve("data"))
                .orElseThrow());
    try (Node node = ForegroundNode.start(settings)) {
      if (!node.awaitReady()) {
        return 1;
      }
      System.out.println(ForegroundNode.readyLine(node, settings));
      return useAll("127.0.0.1:" + node.addresses().getFirst().getPort());
    }
  }

  private int useAll(String bootstrap) throws IOException {
    Path lines = directory.resolve("lines");
    Files.writeString(lines, "key:a line of some text\n".repeat(LINES));
    String topic = "rehearsal";
    int failures = 0;
    for (List<String> command :
        List.of(
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
            List.of("topics", "delete", topic))) {
      List<String> arguments = new ArrayList<>(command);
      if (command.size() > 1) {
        arguments.addAll(List.of("--bootstrap", bootstrap));
      }
      failures += Commands.run(arguments.toArray(String[]::new));
    }
    return Math.min(failures, 1);
  }
}
