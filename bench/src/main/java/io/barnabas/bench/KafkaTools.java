package io.barnabas.bench;

import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kafka's own performance programs, with the heap that Kafka's scripts give them.
 *
 * @param bootstrapServers whom they speak to
 * @param classPaths where they are
 * @param scratch a directory for their output
 */
record KafkaTools(String bootstrapServers, ClassPaths classPaths, Path scratch) {
  private static final List<String> JVM =
      List.of("-Xms512m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
  private static final int LIMIT_SECONDS = 300;
  private static final Pattern RECORDS_PER_SECOND =
      Pattern.compile("records sent, ([0-9.]+) records/sec");
  private static final Pattern MEDIAN_MS = Pattern.compile("([0-9.]+) ms 50th");
  private static final Pattern P99_MS = Pattern.compile("([0-9.]+) ms 99th");
  private static final Pattern AVERAGE_MS = Pattern.compile("Avg latency: ([0-9.]+) ms");

  /** What ProducerPerformance says of a whole run; latencies in ms. */
  record Produced(double recordsPerSecond, double p50Ms, double p99Ms) {}

  /** ProducerPerformance without a throttle. */
  Produced producerPerformance(String topic, long records, int recordBytes, String acks)
      throws IOException, InterruptedException {
    String output =
        run(
            "org.apache.kafka.tools.ProducerPerformance",
            List.of(
                "--bootstrap-server",
                bootstrapServers,
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--record-size",
                Integer.toString(recordBytes),
                "--throughput",
                "-1",
                "--command-property",
                "acks=" + acks));
    return new Produced(
        last(RECORDS_PER_SECOND, output), last(MEDIAN_MS, output), last(P99_MS, output));
  }

  /**
   * EndToEndLatency with acks=all and records of 1,000 bytes; returns the average, ms.
   *
   * <p>When all is measured the program commits offsets, and fails where no group coordinator is
   * served; its figures stand before that.
   */
  double endToEndLatency(String topic, int records) throws IOException, InterruptedException {
    JavaProcess.Result result =
        result(
            "org.apache.kafka.tools.EndToEndLatency",
            List.of(
                "--bootstrap-server",
                bootstrapServers,
                "--topic",
                topic,
                "--num-records",
                Integer.toString(records),
                "--producer-acks",
                "all",
                "--record-size",
                "1000"));
    return last(AVERAGE_MS, result.output());
  }

  private String run(String mainClass, List<String> arguments)
      throws IOException, InterruptedException {
    JavaProcess.Result result = result(mainClass, arguments);
    if (result.exitCode() != 0) {
      throw new IOException(mainClass + " failed: " + result.output());
    }
    return result.output();
  }

  private JavaProcess.Result result(String mainClass, List<String> arguments)
      throws IOException, InterruptedException {
    return JavaProcess.run(
        JavaProcess.command(JVM, classPaths.kafkaTools(), mainClass, arguments),
        LIMIT_SECONDS,
        scratch.resolve("kafka-tool.log").toFile());
  }

  private static double last(Pattern pattern, String output) throws IOException {
    Matcher matcher = pattern.matcher(output);
    double value = Double.NaN;
    while (matcher.find()) {
      value = Double.parseDouble(matcher.group(1));
    }
    if (Double.isNaN(value)) {
      throw new IOException("no figure in: " + output);
    }
    return value;
  }
}
