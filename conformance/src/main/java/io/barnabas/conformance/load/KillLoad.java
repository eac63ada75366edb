package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * SIGKILL of a broker in the middle of a load by idempotent producers, again and again on the same
 * directory. Afterwards every acknowledged record is where it was acknowledged, once and in order,
 * and Kafka's DumpLogSegments reads every file without a complaint.
 */
@Command(
    name = "conformance/kill",
    sortOptions = false,
    description = "Kills a broker under load, again and again, and checks what it kept.")
public final class KillLoad implements Callable<Integer> {
  private static final String TOPIC = "killed";
  private static final int PARTITIONS = 6;
  private static final int LEAST_DELAY_MS = 100;
  private static final int MOST_DELAY_MS = 2_000;
  private static final int PROGRESS_LIMIT_SECONDS = 60;
  private static final List<String> COMPRESSIONS = List.of("none", "lz4", "zstd");

  @Mixin private LoadOptions common = new LoadOptions();

  @Option(
      names = "--kills",
      defaultValue = "20",
      description = "How many times (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of the times and the records (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--per-second",
      defaultValue = "6000",
      description = "Records a second of each of three producers (default: ${DEFAULT-VALUE}).")
  private int perSecond;

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new KillLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClassPaths paths = ClassPaths.readFrom(common.target());
    Path directory = common.target().resolve("kill");
    StringBuilder report = new StringBuilder();
    report.append(String.format("%s, %d times SIGKILL, seed %d%n%n", common.broker(), kills, seed));
    try (BrokerProcess broker = common.broker().start(paths, common.launcher(), directory)) {
      LoadedBroker.createTopic(broker, TOPIC, PARTITIONS, Map.of("segment.bytes", "4194304"));
      List<NumberedProducer> producers = producers(broker);
      killAgainAndAgain(broker, producers, report);
      for (NumberedProducer producer : producers) {
        producer.finish();
      }
      Ledger.Verdict kept = Ledger.check(broker.bootstrapServers(), TOPIC, PARTITIONS, producers);
      broker.stop();
      SegmentDump.Verdict dump = SegmentDump.check(paths, broker.dataDirectory(), TOPIC);
      boolean good = kept.complaints().isEmpty() && dump.complaints().isEmpty();
      conclude(report, acknowledged(producers), kept, dump);
      Files.writeString(common.target().resolve("kill.md"), report);
      System.out.print(report);
      if (good) {
        LoadedBroker.delete(directory);
      }
      return good ? 0 : 1;
    }
  }

  private List<NumberedProducer> producers(BrokerProcess broker) {
    return COMPRESSIONS.stream()
        .map(
            compression -> {
              int id = COMPRESSIONS.indexOf(compression);
              return new NumberedProducer(
                  id,
                  broker.bootstrapServers(),
                  new NumberedProducer.Load(
                      TOPIC, PARTITIONS, compression, perSecond, seed + id + 1));
            })
        .toList();
  }

  private void killAgainAndAgain(
      BrokerProcess broker, List<NumberedProducer> producers, StringBuilder report)
      throws IOException, InterruptedException {
    Random random = new Random(seed);
    report.append("| kill | after the restart, ms | acknowledged before | restart to ready, ms |");
    report.append(" kill to next acknowledgement, ms |\n|---:|---:|---:|---:|---:|\n");
    awaitMore(producers, 0);
    for (int kill = 1; kill <= kills; kill++) {
      int delayMs = random.nextInt(LEAST_DELAY_MS, MOST_DELAY_MS);
      Thread.sleep(delayMs);
      broker.kill();
      long killedNanos = System.nanoTime();
      long before = acknowledged(producers);
      broker.restart();
      long readyMs = (System.nanoTime() - broker.launchedNanos()) / 1_000_000;
      awaitMore(producers, before);
      long gapMs = (System.nanoTime() - killedNanos) / 1_000_000;
      String row =
          String.format(
              Locale.ROOT,
              "| %d | %d | %,d | %,d | %,d |%n",
              kill,
              delayMs,
              before,
              readyMs,
              gapMs);
      System.err.print(row);
      report.append(row);
    }
  }

  private static void awaitMore(List<NumberedProducer> producers, long than)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PROGRESS_LIMIT_SECONDS * 1_000_000_000L;
    while (acknowledged(producers) <= than) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no acknowledgement for " + PROGRESS_LIMIT_SECONDS + " s");
      }
      Thread.sleep(1);
    }
  }

  private static long acknowledged(List<NumberedProducer> producers) {
    return producers.stream().mapToLong(NumberedProducer::acknowledgedCount).sum();
  }

  private static void conclude(
      StringBuilder report, long acknowledged, Ledger.Verdict kept, SegmentDump.Verdict dump) {
    report.append(
        String.format(
            Locale.ROOT,
            "%n%,d records acknowledged, %,d in the topic: %s%n"
                + "DumpLogSegments read %d files with %,d valid batches: %s%n",
            acknowledged,
            kept.read(),
            verdict(kept.complaints(), "each acknowledged one there once, in order, at its offset"),
            dump.files(),
            dump.batches(),
            verdict(dump.complaints(), "no complaint")));
  }

  private static String verdict(List<String> complaints, String otherwise) {
    return complaints.isEmpty() ? otherwise : "COMPLAINTS\n" + String.join("\n", complaints);
  }
}
