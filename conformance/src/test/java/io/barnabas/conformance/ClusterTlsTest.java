package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three brokers that reach each other, and are reached by clients, with certificates only. */
class ClusterTlsTest {
  private static final String TOPIC = "protected";
  private static final int RECORDS = 300;

  @TempDir Path directory = Path.of("target");

  static Stream<Kind> kinds() {
    return Kind.wanted("APACHE_KAFKA,BARNABAS");
  }

  private Certificates certificates() throws Exception {
    Certificates made = new Certificates(directory);
    for (String who : List.of("node", "client", "stranger")) {
      made.make(who);
    }
    return made;
  }

  private ClusterProcess start(Kind kind, Certificates certificates) throws Exception {
    ClassPaths classPaths = ClassPaths.readFrom(Path.of("target"));
    Map<String, String> settings = certificates.settings("node", "node", "client");
    settings.put("listeners", "SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}");
    settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,SSL:SSL");
    settings.put("inter.broker.listener.name", "SSL");
    settings.put("ssl.client.auth", "required");
    settings.put("broker.session.timeout.ms", "6000");
    settings.put("broker.heartbeat.interval.ms", "500");
    List<String> jvm =
        List.of("-Xmx384m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
    return switch (kind) {
      case APACHE_KAFKA -> ClusterProcess.kafka(classPaths, directory, 3, jvm, settings);
      case BARNABAS -> {
        // Of its metadata too.
        settings.put("listener.security.protocol.map", "CONTROLLER:SSL,SSL:SSL");
        yield ClusterProcess.barnabas(
            JavaProcess.command(jvm, classPaths.barnabas(), "io.barnabas.cli.Main", List.of()),
            directory,
            3,
            settings);
      }
    };
  }

  private static Map<String, Object> config(ClusterProcess cluster, Map<String, String> tls) {
    Map<String, Object> config = new HashMap<>(tls);
    config.put("security.protocol", "SSL");
    config.put("bootstrap.servers", cluster.bootstrapServers());
    config.put("default.api.timeout.ms", 60_000);
    return config;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsWrittenIsCopiedAndSurvivesABroker(Kind kind) throws Exception {
    Certificates certificates = certificates();
    try (ClusterProcess cluster = start(kind, certificates)) {
      Map<String, Object> config = config(cluster, certificates.settings("client", "node"));
      int leader = create(config);
      List<String> written = new ArrayList<>(produce(config, "before"));
      strangersAreRefused(cluster, certificates);
      cluster.node(leader).kill();
      written.addAll(produce(config, "after"));
      assertThat(read(config)).isEqualTo(written);
      kcat(cluster, certificates, written);
      if (kind == Kind.BARNABAS) {
        int other = leader % 3 + 1;
        assertThat(directory.resolve("node-" + other).resolve("output.log"))
            .content()
            .contains("no TLS with it")
            .doesNotContain("\tat ");
      }
    }
  }

  private static int create(Map<String, Object> config) throws Exception {
    try (Admin admin = Admin.create(config)) {
      NewTopic topic =
          new NewTopic(TOPIC, 1, (short) 3).configs(Map.of("min.insync.replicas", "2"));
      admin.createTopics(List.of(topic)).all().get();
      int[] leader = new int[1];
      ClusterSubject.await(
          "all replicas are in sync",
          () -> {
            var told =
                Objects.requireNonNull(
                    admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC));
            var partition = told.partitions().getFirst();
            leader[0] = partition.leader().id();
            return partition.isr().size() == 3;
          });
      return leader[0];
    }
  }

  private static List<String> produce(Map<String, Object> config, String name) throws Exception {
    List<String> values = new ArrayList<>();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        String value = name + i + "x".repeat(i * 10);
        values.add(value);
        sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, "key", value)));
      }
    }
    for (Future<RecordMetadata> one : sent) {
      one.get();
    }
    return values;
  }

  private static List<String> read(Map<String, Object> config) {
    TopicPartition partition = new TopicPartition(TOPIC, 0);
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  private static void strangersAreRefused(ClusterProcess cluster, Certificates certificates)
      throws Exception {
    for (Map<String, String> tls :
        List.of(
            certificates.trusting("node"),
            certificates.settings("stranger", "node"),
            certificates.settings("client", "stranger"))) {
      Map<String, Object> config = config(cluster, tls);
      config.put("default.api.timeout.ms", 3_000);
      config.put("request.timeout.ms", 2_000);
      try (Admin admin = Admin.create(config)) {
        assertThatThrownBy(() -> admin.describeCluster().nodes().get())
            .isInstanceOf(ExecutionException.class);
      }
    }
    for (int id : cluster.ids()) {
      try (Socket silent = new Socket()) {
        silent.connect(cluster.node(id).address(), 10_000);
      }
      try (Socket plain = new Socket()) {
        plain.connect(cluster.node(id).address(), 10_000);
        plain.setSoTimeout(20_000);
        ByteBuffer request =
            RawClient.frame(ApiKeys.METADATA, (short) 12, 1, new MetadataRequestData());
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        plain.getOutputStream().write(bytes);
        // An alert of TLS at most.
        assertThat(plain.getInputStream().readAllBytes()).hasSizeLessThan(10);
      }
    }
  }

  private void kcat(ClusterProcess cluster, Certificates certificates, List<String> expected)
      throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kcat"))),
        "kcat is not on the PATH: librdkafka is not tested here");
    Map<String, String> properties =
        new TreeMap<>(
            Map.of(
                "security.protocol", "ssl",
                "ssl.ca.location", certificates.certificate("node").toString(),
                "ssl.certificate.location", certificates.certificate("client").toString(),
                "ssl.key.location", certificates.key("client").toString()));
    List<String> command =
        new ArrayList<>(
            List.of("kcat", "-C", "-t", TOPIC, "-p", "0", "-o", "beginning", "-e", "-q", "-b"));
    command.add(cluster.bootstrapServers());
    properties.forEach((name, value) -> command.addAll(List.of("-X", name + "=" + value)));
    File output = directory.resolve("kcat.out").toFile();
    File errors = directory.resolve("kcat.err").toFile();
    Process process =
        new ProcessBuilder(command).redirectOutput(output).redirectError(errors).start();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kcat ends").isTrue();
    assertThat(process.exitValue()).as(Files.readString(errors.toPath())).isZero();
    assertThat(Files.readAllLines(output.toPath())).isEqualTo(expected);
  }
}
