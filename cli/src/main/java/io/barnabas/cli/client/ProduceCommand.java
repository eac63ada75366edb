package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.Sentences;
import io.barnabas.cli.text.Output;
import io.barnabas.cli.text.Progress;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas produce}. */
@Command(
    name = "produce",
    description = {
      "Write lines to a topic, one record for each.",
      "The bytes of a line become the record's value unchanged, without the line feed."
    })
public final class ProduceCommand extends ClusterCommand {
  private static final int MAX_RECORD_BYTES = 32 << 20;

  /** How a producer may compress; named as on the command line. */
  enum Compression {
    none,
    gzip,
    snappy,
    lz4,
    zstd
  }

  /** Who must have a record before it is acknowledged; named as on the command line. */
  enum Acks {
    all("all"),
    leader("1"),
    none("0");

    private final String setting;

    Acks(String setting) {
      this.setting = setting;
    }
  }

  @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic.")
  private String topic = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "Where the lines are. Default: standard input.")
  private @Nullable Path file;

  @Option(
      names = {"-k", "--key-separator"},
      paramLabel = "TEXT",
      description = "What stands between key and value in each line. Default: there are no keys.")
  private @Nullable String keySeparator;

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "The partition. Default: by key, or spread over all.")
  private @Nullable Integer partition;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header of every record. May be repeated.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = {"-z", "--compression"},
      paramLabel = "TYPE",
      defaultValue = "none",
      description = "One of ${COMPLETION-CANDIDATES}. Default: none.")
  private Compression compression = Compression.none;

  @Option(
      names = "--acks",
      paramLabel = "WHO",
      defaultValue = "all",
      description = "Who must have a record: ${COMPLETION-CANDIDATES}. Default: all in sync.")
  private Acks acks = Acks.all;

  @Option(
      names = "--no-idempotence",
      description = "Do not protect against records that are written twice or out of order.")
  private boolean noIdempotence;

  @Option(
      names = {"-q", "--quiet"},
      description = "Do not say what was written.")
  private boolean quiet;

  @Override
  void run(Cluster cluster, Output out) {
    Acknowledgements done = new Acknowledgements();
    Progress progress;
    try (InputStream in = open()) {
      Producer<byte[], byte[]> producer = cluster.producer(settings());
      progress = Progress.onTerminal();
      try {
        send(producer, new LineReader(in, MAX_RECORD_BYTES), progress, done);
        producer.flush();
      } finally {
        producer.close(Cluster.closeLimit());
        progress.end();
      }
    } catch (IOException e) {
      throw new CliException("The input cannot be read: " + e.getMessage() + ".", e);
    }
    done.check();
    if (!quiet) {
      print(out, progress, done);
    }
  }

  private InputStream open() throws IOException {
    if (file == null) {
      return System.in;
    }
    try {
      return new FileInputStream(file.toString());
    } catch (FileNotFoundException e) {
      throw new CliException("The file cannot be read: " + e.getMessage() + ".", e);
    }
  }

  private Map<String, String> settings() {
    boolean isIdempotent = !noIdempotence && acks == Acks.all;
    return Map.of(
        "acks",
        acks.setting,
        "enable.idempotence",
        Boolean.toString(isIdempotent),
        "compression.type",
        compression.name(),
        "linger.ms",
        "5",
        "batch.size",
        "131072",
        "buffer.memory",
        Integer.toString(2 * MAX_RECORD_BYTES),
        "max.request.size",
        Integer.toString(MAX_RECORD_BYTES + (1 << 20)),
        "max.block.ms",
        "10000",
        "delivery.timeout.ms",
        "30000",
        "request.timeout.ms",
        "10000");
  }

  @SuppressWarnings("FutureReturnValueIgnored") // What becomes of a record is told to its callback.
  private void send(
      Producer<byte[], byte[]> producer, LineReader lines, Progress progress, Acknowledgements done)
      throws IOException {
    List<Header> sent = new ArrayList<>();
    headers.forEach((name, value) -> sent.add(new RecordHeader(name, utf8(value))));
    byte @Nullable [] separator = keySeparator == null ? null : utf8(keySeparator);
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      KeyedLine record = KeyedLine.split(line, separator, lines.lineNumber());
      long number = lines.lineNumber();
      producer.send(
          new ProducerRecord<>(topic, partition, record.key(), record.value(), sent),
          (metadata, failure) -> {
            if (failure == null) {
              done.acknowledged(metadata.partition(), metadata.offset());
            } else {
              done.failed(number, failure);
            }
          });
      done.check();
      progress.add(line.length);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void print(Output out, Progress progress, Acknowledgements done) {
    if (!out.isJson()) {
      out.line("Wrote " + progress + " to " + topic + done + ".");
      return;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("topic", topic);
    json.put("records", progress.records());
    json.put("bytes", progress.bytes());
    json.put("millis", progress.elapsedNanos() / 1_000_000);
    json.put("partitions", done.json());
    out.json(json);
  }

  /** Used by {@link Acknowledgements} for what a person reads. */
  static String refused(long lineNumber, Exception failure) {
    return "Line %d was not written: %s".formatted(lineNumber, Sentences.of(failure));
  }
}
