package io.barnabas.bench;

import io.barnabas.conformance.ClassPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts brokers in turn, measures them, and writes a table of values and ratios. */
@Command(
    name = "bench/run",
    sortOptions = false,
    description = "Measures Barnabas against Apache Kafka on this machine.")
public final class Bench implements Runnable {

  @SuppressWarnings("unused") // The parser acts on it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--contenders",
      split = ",",
      defaultValue = "KAFKA,KAFKA_FSYNC,KAFKA_SHORT_SESSION,BARNABAS,BARNABAS_NO_FSYNC",
      description = "Who takes part, in turn: ${COMPLETION-CANDIDATES}.")
  private List<Contender> contenders = List.of();

  @Option(
      names = "--measures",
      split = ",",
      description =
          "What to measure: produce-100, produce-1000, latency, partitions, consume, start,"
              + " cluster-produce, cluster-paced, failover, groups. All by default.")
  private List<String> measures = List.of();

  @Option(
      names = "--faults",
      split = ",",
      defaultValue = "KILL,PAUSE,DISK,NETWORK,STOP,KILL_CONTROLLER,STOP_CONTROLLER",
      description = "What failover does to leaders: ${COMPLETION-CANDIDATES}.")
  private List<Fault> faults = List.of();

  @Option(names = "--repetitions", description = "Turns of each contender at each measure.")
  private int repetitions;

  @Option(names = "--quick", description = "One turn with little data: a few minutes in all.")
  private boolean quick;

  @Option(names = "--raw-mib", description = "Data of a raw client's load, MiB.")
  private int rawMiB;

  @Option(names = "--tool-mib", description = "Data of a load by Kafka's client, MiB.")
  private int toolMiB;

  @Option(names = "--class-paths", hidden = true, required = true)
  private Path classPaths = Path.of("");

  @Option(names = "--output", hidden = true, required = true)
  private Path output = Path.of("");

  @Option(names = "--launcher", hidden = true, required = true)
  private Path launcher = Path.of("");

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public void run() {
    try {
      Results results = new Results(contenders);
      List<Measure> chosen = chosen();
      int turns = repetitions > 0 ? repetitions : quick ? 1 : 3;
      for (Measure measure : chosen) {
        for (int turn = 1; turn <= turns; turn++) {
          for (Contender contender : contenders) {
            if (measure.concerns(contender)) {
              System.err.printf("%s, %s, turn %d%n", measure.name(), contender, turn);
              takeTurn(measure, contender, results);
              Files.writeString(output.resolve("results.md"), results.markdown());
              Files.writeString(output.resolve("results.json"), results.json());
            }
          }
        }
      }
      System.out.print(results.markdown());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Measure> chosen() {
    Map<String, Measure> all =
        Measure.all().stream().collect(Collectors.toMap(Measure::name, m -> m));
    for (String name : measures) {
      if (!all.containsKey(name)) {
        throw new IllegalArgumentException("no such measure: " + name);
      }
    }
    return Measure.all().stream()
        .filter(m -> measures.isEmpty() || measures.contains(m.name()))
        .toList();
  }

  private Sizes sizes() {
    Sizes usual = quick ? Sizes.QUICK : Sizes.FULL;
    return new Sizes(
        rawMiB > 0 ? rawMiB : usual.rawMiB(),
        toolMiB > 0 ? toolMiB : usual.toolMiB(),
        usual.rawSeconds(),
        usual.fixedRateSeconds(),
        usual.endToEndRecords(),
        usual.idleSeconds(),
        usual.partitions(),
        usual.steadySeconds(),
        usual.faultLimitSeconds());
  }

  private void takeTurn(Measure measure, Contender contender, Results results) throws Exception {
    Turn turn =
        new Turn(
            contender, sizes(), faults, results, ClassPaths.readFrom(classPaths), launcher, output);
    delete(turn.directory());
    measure.take(turn);
    delete(turn.directory());
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
