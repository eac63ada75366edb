package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Real text in through kcat, the Java client and Python's confluent-kafka, each without compression
 * and with every codec, and out through kcat and the Java consumer, with the same SHA-256.
 */
@Command(
    name = "conformance/load",
    sortOptions = false,
    description = "Sends real text through a broker by every client and codec, and compares.")
public final class TextLoad implements Callable<Integer> {
  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  @Mixin private LoadOptions common = new LoadOptions();

  @Option(
      names = "--mib",
      defaultValue = "205",
      description =
          "MiB of text for each client and codec; the codecs get different text, so that a client"
              + " sends five times as much (default: ${DEFAULT-VALUE}, 1 GiB for each client).")
  private int mib;

  @Option(
      names = "--clients",
      split = ",",
      defaultValue = "kcat,java,python",
      description = "Who sends (default: ${DEFAULT-VALUE}).")
  private List<String> clients = List.of();

  @Option(names = "--python", hidden = true, required = true)
  private Path python = Path.of("");

  /** See {@code --help}. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TextLoad()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path scratch = common.target().resolve("load");
    Files.createDirectories(scratch);
    String source = Corpus.write(scratch.resolve("text"), CODECS.size() * sliceBytes());
    List<Path> slices = slices(scratch);
    Report report =
        new Report(common.broker() + ", " + mib + " MiB for each client and codec; " + source);
    ClassPaths paths = ClassPaths.readFrom(common.target());
    Path directory = scratch.resolve("broker");
    try (BrokerProcess running = common.broker().start(paths, common.launcher(), directory)) {
      TextClient through = new TextClient(running.bootstrapServers(), scratch, python);
      for (String client : clients) {
        for (int codec = 0; codec < CODECS.size(); codec++) {
          combine(running, through, client, CODECS.get(codec), slices.get(codec), report);
        }
      }
    }
    LoadedBroker.delete(directory);
    for (Path slice : slices) {
      Files.delete(slice);
    }
    Files.writeString(common.target().resolve("load.md"), report.markdown());
    System.out.print(report.markdown());
    return report.allEqual() ? 0 : 1;
  }

  private static void combine(
      BrokerProcess broker,
      TextClient through,
      String client,
      String codec,
      Path text,
      Report report)
      throws IOException, InterruptedException {
    String topic = "text-" + client + "-" + codec;
    LoadedBroker.createTopic(broker, topic, 1, Map.of("file.delete.delay.ms", "1000"));
    Digest expected = new Digest();
    try (InputStream in = Files.newInputStream(text)) {
      expected.stream(in);
    }
    long startNanos = System.nanoTime();
    switch (client) {
      case "kcat" -> through.produceWithKcat(topic, codec, text);
      case "java" -> through.produceWithJava(topic, codec, text);
      case "python" -> through.produceWithPython(topic, codec, text);
      default -> throw new IllegalArgumentException("no such client: " + client);
    }
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    Row row =
        new Row(
            client,
            codec,
            Files.size(text),
            stored(broker.dataDirectory().resolve(topic + "-0")),
            seconds,
            expected.sum(),
            through.consumeWithKcat(topic),
            through.consumeWithJava(topic));
    report.add(row);
    LoadedBroker.deleteTopic(broker, topic);
  }

  private static long stored(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /** Cuts the text at line ends into a piece for each codec; the whole is deleted. */
  private List<Path> slices(Path scratch) throws IOException {
    List<Path> slices = new ArrayList<>();
    Path whole = scratch.resolve("text");
    try (InputStream in = new BufferedInputStream(Files.newInputStream(whole), 1 << 20)) {
      for (String codec : CODECS) {
        Path slice = scratch.resolve("text-" + codec);
        slices.add(slice);
        boolean last = codec.equals(CODECS.getLast());
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(slice), 1 << 20)) {
          copyLines(in, out, last ? Long.MAX_VALUE : sliceBytes());
        }
      }
    }
    Files.delete(whole);
    return slices;
  }

  private long sliceBytes() {
    return mib * 1_048_576L;
  }

  private static void copyLines(InputStream in, OutputStream out, long bytes) throws IOException {
    long copied = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      out.write(b);
      copied++;
      if (copied >= bytes && b == '\n') {
        return;
      }
    }
  }

  /** One client with one codec. */
  private record Row(
      String client,
      String codec,
      long bytes,
      long storedBytes,
      double seconds,
      Digest.Sum in,
      Digest.Sum byKcat,
      Digest.Sum byJava) {

    boolean equal() {
      return in.equals(byKcat) && in.equals(byJava);
    }

    String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %,d | %,d | %,d | %.1f | %s | %s | %s |%n",
          client,
          codec,
          in.lines(),
          bytes,
          storedBytes,
          bytes / 1e6 / seconds,
          in.sha256().substring(0, 16),
          byKcat.equals(in) ? "same" : "DIFFERENT " + byKcat,
          byJava.equals(in) ? "same" : "DIFFERENT " + byJava);
    }
  }

  /** The table so far. */
  private static final class Report {
    private final StringBuilder table = new StringBuilder();
    private boolean allEqual = true;

    Report(String title) {
      table.append(title).append("\n\n| client | codec | lines | bytes in | bytes stored | MB/s |");
      table.append(" SHA-256 in | out by kcat | out by Java |\n|---|---|");
      table.append("---:|".repeat(4)).append("---|---|---|\n");
    }

    void add(Row row) {
      table.append(row.markdown());
      System.err.print(row.markdown());
      allEqual &= row.equal();
    }

    boolean allEqual() {
      return allEqual;
    }

    String markdown() {
      return table.toString();
    }
  }
}
