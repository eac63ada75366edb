package io.barnabas.conformance.load;

import io.barnabas.conformance.JavaProcess;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The clients that lines go in and out through; all of them by partition 0 of a topic. */
final class TextClient {
  private static final int LIMIT_SECONDS = 1_800;
  private static final long SILENCE_LIMIT_NANOS = 60_000_000_000L;

  private final String bootstrapServers;
  private final Path scratch;
  private final Path python;

  /**
   * @param scratch a directory for the programs' output
   * @param python the directory with the Python programs
   */
  TextClient(String bootstrapServers, Path scratch, Path python) {
    this.bootstrapServers = bootstrapServers;
    this.scratch = scratch;
    this.python = python;
  }

  /** Sends every line with kcat. */
  void produceWithKcat(String topic, String compression, Path text)
      throws IOException, InterruptedException {
    List<String> command = kcat("-P", "-t", topic, "-p", "0", "-z", compression);
    command.addAll(List.of("-X", "acks=all", "-X", "enable.idempotence=true"));
    command.addAll(List.of("-l", text.toString()));
    run(command, "kcat-produce.log");
  }

  /** Sends every line with Python's confluent-kafka. */
  void produceWithPython(String topic, String compression, Path text)
      throws IOException, InterruptedException {
    run(
        List.of(
            "/usr/bin/python3",
            python.resolve("produce_lines.py").toString(),
            bootstrapServers,
            topic,
            compression,
            text.toString()),
        "python-produce.log");
  }

  /** Sends every line with the Java client. */
  void produceWithJava(String topic, String compression, Path text) throws IOException {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers, "acks", "all", "compression.type", compression);
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        InputStream in = new BufferedInputStream(Files.newInputStream(text), 1 << 20)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b != '\n') {
          line.write(b);
          continue;
        }
        var _ =
            producer.send(
                new ProducerRecord<>(topic, 0, null, line.toByteArray()),
                (metadata, exception) -> {
                  if (exception != null) {
                    failure.set(exception);
                  }
                });
        line.reset();
      }
      producer.flush();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new IOException("a record was refused", failed);
    }
  }

  /** Everything there is, through kcat. */
  Digest.Sum consumeWithKcat(String topic) throws IOException, InterruptedException {
    List<String> command = kcat("-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q");
    Process process =
        new ProcessBuilder(command)
            .redirectError(scratch.resolve("kcat-consume.log").toFile())
            .start();
    try {
      process.getOutputStream().close();
      Digest digest = new Digest();
      digest.stream(process.getInputStream());
      if (process.waitFor() != 0) {
        throw new IOException(
            "kcat: " + Files.readString(scratch.resolve("kcat-consume.log")).strip());
      }
      return digest.sum();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Everything there is, through the Java consumer, which checks every checksum. */
  Digest.Sum consumeWithJava(String topic) throws IOException {
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", "false");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 0);
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      Digest digest = new Digest();
      long lastProgressNanos = System.nanoTime();
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          digest.line(record.value());
          lastProgressNanos = System.nanoTime();
        }
        if (System.nanoTime() - lastProgressNanos > SILENCE_LIMIT_NANOS) {
          throw new IOException("nothing comes at " + consumer.position(partition) + " of " + end);
        }
      }
      return digest.sum();
    }
  }

  private List<String> kcat(String... arguments) {
    List<String> command = new ArrayList<>(List.of("kcat", "-b", bootstrapServers));
    command.addAll(List.of(arguments));
    return command;
  }

  private void run(List<String> command, String output) throws IOException, InterruptedException {
    JavaProcess.Result result =
        JavaProcess.run(command, LIMIT_SECONDS, scratch.resolve(output).toFile());
    if (result.exitCode() != 0) {
      throw new IOException(command + " failed: " + result.output());
    }
  }
}
