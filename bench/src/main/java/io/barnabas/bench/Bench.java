package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * Starts the brokers in turn, repetition by repetition, drives each with the same load, and writes
 * the medians and their ratios as a table.
 */
public final class Bench {

  private static final int PARTITIONS = 6;
  private static final String TOPIC = "bench";

  private final ClassPaths classPaths;
  private final Path output;
  private final long records;

  private Bench(ClassPaths classPaths, Path output, long records) {
    this.classPaths = classPaths;
    this.output = output;
    this.records = records;
  }

  /** Arguments: class path directory, output directory, [brokers, repetitions, records]. */
  public static void main(String[] arguments) throws Exception {
    Path output = Path.of(arguments[1]);
    String[] brokers = argument(arguments, 2, "APACHE_KAFKA,BARNABAS").split(",", -1);
    int repetitions = Integer.parseInt(argument(arguments, 3, "3"));
    long records = Long.parseLong(argument(arguments, 4, "2000000"));
    Bench bench = new Bench(ClassPaths.readFrom(Path.of(arguments[0])), output, records);
    Results results = new Results(List.of(brokers));
    for (int repetition = 0; repetition < repetitions; repetition++) {
      for (String broker : brokers) {
        bench.measure(broker, output.resolve("run-" + broker + "-" + System.nanoTime()), results);
      }
    }
    Files.writeString(output.resolve("results.md"), results.table());
    System.out.print(results.table());
  }

  private static String argument(String[] arguments, int index, String otherwise) {
    return arguments.length > index ? arguments[index] : otherwise;
  }

  private void measure(String name, Path directory, Results results) throws Exception {
    long startNanos = System.nanoTime();
    try (BrokerProcess broker = start(name, directory)) {
      createTopic(broker);
      produce(broker, 100, 1);
      results.add(
          "start to first acknowledged record, s", name, (System.nanoTime() - startNanos) / 1e9);
      results.add("RSS after the start, MiB", name, ProcessUsage.of(broker.pid()).residentMiB());
      produce(broker, 1000, records / 4);
      rawProduce(broker, name, 100, results);
      rawProduce(broker, name, 1000, results);
      javaProduce(broker, name, results);
      results.add("RSS after the load, MiB", name, ProcessUsage.of(broker.pid()).residentMiB());
    }
  }

  private BrokerProcess start(String name, Path directory)
      throws IOException, InterruptedException {
    return switch (name) {
      case "APACHE_KAFKA" -> BrokerProcess.kafka(classPaths, directory, Map.of());
      case "BARNABAS" -> BrokerProcess.barnabas(classPaths, directory, List.of(), Map.of());
      default -> throw new IllegalArgumentException("no such broker: " + name);
    };
  }

  private static void createTopic(BrokerProcess broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
    }
  }

  private void rawProduce(BrokerProcess broker, String name, int recordBytes, Results results)
      throws IOException {
    double cpuBefore = ProcessUsage.of(broker.pid()).cpuSeconds();
    RawProducer.Outcome outcome = produce(broker, recordBytes, records);
    double cpu = ProcessUsage.of(broker.pid()).cpuSeconds() - cpuBefore;
    String load = "raw client, " + recordBytes + " B, acks=all: ";
    results.add(load + "records/s", name, outcome.recordsPerSecond());
    results.add(load + "broker CPU s/GB", name, cpu / (outcome.valueBytes() / 1e9));
  }

  private static RawProducer.Outcome produce(BrokerProcess broker, int recordBytes, long records)
      throws IOException {
    return RawProducer.run(
        broker.address(),
        new RawProducer.Load(TOPIC, PARTITIONS, recordBytes, 16_384, (short) -1, 5),
        records);
  }

  private void javaProduce(BrokerProcess broker, String name, Results results)
      throws IOException, InterruptedException {
    double cpuBefore = ProcessUsage.of(broker.pid()).cpuSeconds();
    JavaProcess.Result run =
        JavaProcess.run(
            classPaths.kafkaTools(),
            "org.apache.kafka.tools.ProducerPerformance",
            List.of(
                "--topic",
                TOPIC,
                "--num-records",
                Long.toString(records / 4),
                "--record-size",
                "1000",
                "--throughput",
                "-1",
                "--producer-props",
                "acks=all",
                "bootstrap.servers=" + broker.bootstrapServers()),
            output.resolve("producer-performance.log").toFile());
    double cpu = ProcessUsage.of(broker.pid()).cpuSeconds() - cpuBefore;
    if (run.exitCode() != 0) {
      throw new IOException("ProducerPerformance failed: " + run.output());
    }
    String last = run.output().strip().lines().reduce("", (before, line) -> line);
    String perSecond = last.replaceAll(".*sent, ([0-9.]+) records/sec.*", "$1");
    String load = "ProducerPerformance, 1000 B, acks=all: ";
    results.add(load + "records/s", name, Double.parseDouble(perSecond));
    results.add(load + "broker CPU s/GB", name, cpu / (records / 4 * 1000 / 1e9));
  }

  /** Measured values by figure and broker. Not for several threads. */
  private static final class Results {
    private final List<String> brokers;
    private final Map<String, Map<String, List<Double>>> figures = new TreeMap<>();

    Results(List<String> brokers) {
      this.brokers = brokers;
    }

    void add(String figure, String broker, double value) {
      figures
          .computeIfAbsent(figure, f -> new TreeMap<>())
          .computeIfAbsent(broker, b -> new ArrayList<>())
          .add(value);
      System.err.printf(Locale.ROOT, "%s, %s: %.2f%n", broker, figure, value);
    }

    /** A column for each broker, and the last broker's ratio to the first. */
    String table() {
      StringBuilder table = new StringBuilder("| figure (median) | ");
      table.append(String.join(" | ", brokers)).append(" | ratio |\n|---|");
      table.append("---|".repeat(brokers.size() + 1)).append('\n');
      for (Map.Entry<String, Map<String, List<Double>>> figure : figures.entrySet()) {
        List<Double> medians =
            brokers.stream()
                .map(b -> median(figure.getValue().getOrDefault(b, List.of())))
                .toList();
        table.append("| ").append(figure.getKey()).append(" | ");
        medians.forEach(m -> table.append(String.format(Locale.ROOT, "%.2f | ", m)));
        double ratio = medians.getLast() / medians.getFirst();
        table.append(String.format(Locale.ROOT, "%.2f |%n", ratio));
      }
      return table.toString();
    }

    private static double median(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
    }
  }
}
