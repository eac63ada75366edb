package io.barnabas.cli.client;

import io.barnabas.cli.CliException;
import io.barnabas.cli.PropertiesFile;
import io.barnabas.cli.WrongUsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command speaks to; makes the clients for it. */
final class Cluster {
  private static final int CONNECT_LIMIT_MS = 2_000;
  private static final int REQUEST_LIMIT_MS = 5_000;
  private static final int CALL_LIMIT_MS = 10_000;

  @Option(
      names = {"-b", "--bootstrap"},
      paramLabel = "HOST:PORT",
      description = {
        "Where the cluster is; several addresses with commas between them.",
        "Default: $BARNABAS_BOOTSTRAP, else 127.0.0.1:9092."
      })
  private String bootstrap = defaultBootstrap();

  @Option(
      names = "--client-config",
      paramLabel = "FILE",
      description = "A properties file with settings of Kafka's Java clients.")
  private @Nullable Path clientConfig;

  private static String defaultBootstrap() {
    String fromEnvironment = System.getenv("BARNABAS_BOOTSTRAP");
    return fromEnvironment == null || fromEnvironment.isBlank()
        ? "127.0.0.1:9092"
        : fromEnvironment;
  }

  /** An admin client, to be closed by the caller. */
  Admin admin() {
    return Admin.create(adminConfig());
  }

  /** What asks each node about its replicas, to be closed by the caller. */
  ReplicaProbe replicaProbe() {
    return new ReplicaProbe(adminConfig());
  }

  private Properties adminConfig() {
    Properties config = config();
    config.putIfAbsent("default.api.timeout.ms", Integer.toString(CALL_LIMIT_MS));
    config.putIfAbsent("request.timeout.ms", Integer.toString(REQUEST_LIMIT_MS));
    return config;
  }

  /**
   * A producer of bytes, to be closed by the caller.
   *
   * @param settings by the producer's names
   */
  Producer<byte[], byte[]> producer(Map<String, String> settings) {
    Properties config = config();
    config.putAll(settings);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * A consumer of bytes without a group, to be closed by the caller.
   *
   * @param settings by the consumer's names
   */
  Consumer<byte[], byte[]> consumer(Map<String, String> settings) {
    Properties config = config();
    config.putIfAbsent("default.api.timeout.ms", Integer.toString(CALL_LIMIT_MS));
    config.putAll(settings);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The clients' settings; refuses at once when nobody listens at any of the addresses. */
  private Properties config() {
    Properties config = new Properties();
    if (clientConfig != null) {
      config.putAll(PropertiesFile.read(clientConfig));
    }
    config.put("bootstrap.servers", bootstrap);
    config.putIfAbsent("client.id", "barnabas-cli");
    config.putIfAbsent("enable.metrics.push", "false");
    config.putIfAbsent("metric.reporters", "");
    checkSomebodyListens();
    return config;
  }

  /** Kafka's clients would try for a minute and only say that time ran out. */
  private void checkSomebodyListens() {
    List<String> failures = new ArrayList<>();
    for (String address : bootstrap.split(",", -1)) {
      String failure = failureToConnect(address.strip());
      if (failure.isEmpty()) {
        return;
      }
      failures.add(failure);
    }
    throw new CliException(
        "No node can be reached: %s. Start one with 'barnabas start', or say where it is with"
                .formatted(String.join("; ", failures))
            + " --bootstrap.");
  }

  private static String failureToConnect(String address) {
    InetSocketAddress target = parse(address);
    if (target.isUnresolved()) {
      return address + ": the host is unknown";
    }
    try (Socket socket = new Socket()) {
      socket.connect(target, CONNECT_LIMIT_MS);
      return "";
    } catch (IOException e) {
      return address + ": " + e.getMessage();
    }
  }

  private static InetSocketAddress parse(String address) {
    int colon = address.lastIndexOf(':');
    try {
      String host = address.substring(0, colon).replace("[", "").replace("]", "");
      return new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
    } catch (RuntimeException e) {
      throw new WrongUsageException("The address '%s' is not like host:port.".formatted(address));
    }
  }

  /**
   * The value of a future once it is there; the clients' own time limits end the wait.
   *
   * @throws RuntimeException the failure itself, where there is one
   */
  static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this", e);
    }
  }

  /** How long a client may take to say goodbye. */
  static Duration closeLimit() {
    return Duration.ofSeconds(2);
  }
}
