package io.barnabas.chaos;

import io.barnabas.chaos.plan.Fault;
import io.barnabas.chaos.site.Site;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program. */
@Command(
    name = "chaos/run",
    sortOptions = false,
    description = "Runs a cluster under load, makes faults, and checks what clients saw.")
public final class Chaos implements Callable<Integer> {
  private static final int REPLICAS = 3;

  /** Bytes that a record takes on a disk, about, and as much again for indexes and the like. */
  private static final long BYTES_PER_RECORD = 400;

  private static final long LEAST_DISK_MIB = 768;

  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--broker",
      defaultValue = "BARNABAS",
      description = "Whose nodes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Broker broker = Broker.BARNABAS;

  @Option(names = "--nodes", defaultValue = "3", description = "Three to five. Default: 3.")
  private int nodes;

  @Option(
      names = "--seconds",
      defaultValue = "300",
      description = "How long faults strike. Default: 300.")
  private int seconds;

  @Option(names = "--seed", defaultValue = "7", description = "Of faults and clients. Default: 7.")
  private long seed;

  @Option(
      names = "--faults",
      split = ",",
      description =
          "Which faults, with commas; --list shows them. By default all that can be made.")
  private List<String> faults = List.of();

  @Option(names = "--list", description = "Show the faults, and end.")
  private boolean list;

  @Option(names = "--rate", defaultValue = "900", description = "Records a second. Default: 900.")
  private int rate;

  @Option(
      names = {"-o", "--setting"},
      description = "A setting of every node, NAME=VALUE.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(names = "--class-paths", hidden = true, required = true)
  private Path classPaths = Path.of("");

  @Option(names = "--output", hidden = true, required = true)
  private Path output = Path.of("");

  @Option(names = "--launcher", hidden = true, required = true)
  private Path launcher = Path.of("");

  /** Whose nodes. */
  private enum Broker {
    BARNABAS,
    KAFKA
  }

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    CommandLine commandLine = new CommandLine(new Chaos());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(commandLine.execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException {
    if (list) {
      for (Fault fault : Fault.values()) {
        System.out.printf("%-14s %-11s %s%n", fault.label(), fault.needs(), fault.meaning());
      }
      return 0;
    }
    if (nodes < REPLICAS || nodes > 5 || seconds < 1 || rate < 1) {
      throw new IllegalArgumentException("Three to five nodes, some seconds, some records");
    }
    List<Fault> chosen = chosen();
    Set<Fault.Needs> needs =
        chosen.stream()
            .map(Fault::needs)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.Needs.class)));
    Path directory = output.resolve("nodes").toAbsolutePath();
    delete(directory);
    Files.createDirectories(directory);
    int diskMiB = (int) (LEAST_DISK_MIB + ((rate * (long) seconds * BYTES_PER_RECORD) >> 20));
    JourneyPlan plan =
        new JourneyPlan(broker.toString(), nodes, seconds, 1, seed, chosen, 3, 4, 3, 3, rate);
    try (Ground ground = new Ground()) {
      Site site = ground.site(() -> Site.create(directory, nodes, needs, diskMiB));
      ClusterProcess cluster = ground.cluster(() -> start(directory, site));
      return report(new Journey(cluster, site, plan).run(), directory);
    }
  }

  private List<Fault> chosen() {
    if (!faults.isEmpty()) {
      List<Fault> chosen = faults.stream().map(Fault::of).distinct().toList();
      for (Fault fault : chosen) {
        if (!isPossible(fault)) {
          throw new IllegalArgumentException(
              fault.label() + " needs root on Linux, or cannot be made with this broker");
        }
      }
      return chosen;
    }
    List<Fault> chosen = Arrays.stream(Fault.values()).filter(this::isPossible).toList();
    Arrays.stream(Fault.values())
        .filter(fault -> !chosen.contains(fault))
        .forEach(fault -> System.err.println("Left out, not possible here: " + fault.label()));
    return chosen;
  }

  private boolean isPossible(Fault fault) {
    return switch (fault.needs()) {
      case NOTHING -> true;
      case OWN_QUORUM -> broker == Broker.BARNABAS;
      case NETWORK, DISK -> Site.isRoot();
    };
  }

  private ClusterProcess start(Path directory, Site site) throws IOException, InterruptedException {
    return switch (broker) {
      case BARNABAS ->
          ClusterProcess.barnabas(
              List.of(launcher.toString()), directory, nodes, _ -> settings, site::host);
      case KAFKA ->
          ClusterProcess.kafka(
              ClassPaths.readFrom(classPaths),
              directory,
              nodes,
              List.of("-Xmx1g", "-XX:+UseSerialGC"),
              settings,
              site::host);
    };
  }

  private int report(Outcome outcome, Path directory) throws IOException {
    Summary summary = new Summary(outcome);
    Files.writeString(output.resolve("report.html"), Page.of(outcome));
    Files.writeString(output.resolve("report.md"), summary.markdown());
    System.out.print(summary.markdown());
    boolean clean = outcome.work().findings().isClean();
    if (!clean) {
      keep(directory);
    }
    return clean ? 0 : 1;
  }

  /** The nodes' data is on file systems that are about to go. */
  private void keep(Path directory) throws IOException {
    Path kept = output.resolve("kept");
    delete(kept);
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(each -> !each.toString().endsWith(".img")).toList()) {
        Files.copy(file, kept.resolve(directory.relativize(file).toString()));
      }
    }
    System.out.println("The nodes' data and output: " + kept);
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
