package io.barnabas.bench;

import io.barnabas.conformance.JavaProcess;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's own performance programs, with the heap that Kafka's scripts give them. */
final class KafkaTools {
  private static final List<String> JVM =
      List.of("-Xms512m", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
  private static final int LIMIT_SECONDS = 300;
  private static final Pattern RECORDS_PER_SECOND =
      Pattern.compile("records sent, ([0-9.]+) records/sec");
  private static final Pattern AVERAGE_MS = Pattern.compile("Avg latency: ([0-9.]+) ms");

  private KafkaTools() {}

  /** ProducerPerformance without a throttle; returns records per second of the whole run. */
  static double producerPerformance(
      Trial trial, String topic, long records, int recordBytes, String acks)
      throws IOException, InterruptedException {
    String output =
        run(
            trial,
            "org.apache.kafka.tools.ProducerPerformance",
            List.of(
                "--bootstrap-server",
                trial.broker().bootstrapServers(),
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
    return last(RECORDS_PER_SECOND, output);
  }

  /**
   * EndToEndLatency with acks=all and records of 1,000 bytes; returns the average, ms.
   *
   * <p>When all is measured the program commits offsets, and fails where no group coordinator is
   * served; its figures stand before that.
   */
  static double endToEndLatency(Trial trial, String topic, int records)
      throws IOException, InterruptedException {
    JavaProcess.Result result =
        result(
            trial,
            "org.apache.kafka.tools.EndToEndLatency",
            List.of(
                "--bootstrap-server",
                trial.broker().bootstrapServers(),
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

  private static String run(Trial trial, String mainClass, List<String> arguments)
      throws IOException, InterruptedException {
    JavaProcess.Result result = result(trial, mainClass, arguments);
    if (result.exitCode() != 0) {
      throw new IOException(mainClass + " failed: " + result.output());
    }
    return result.output();
  }

  private static JavaProcess.Result result(Trial trial, String mainClass, List<String> arguments)
      throws IOException, InterruptedException {
    return JavaProcess.run(
        JavaProcess.command(JVM, trial.classPaths().kafkaTools(), mainClass, arguments),
        LIMIT_SECONDS,
        trial.scratch().resolve("kafka-tool.log").toFile());
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
