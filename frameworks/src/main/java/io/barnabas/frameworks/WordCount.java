package io.barnabas.frameworks;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Counts words with Kafka Streams until its process is ended, which it does not hear of: reads
 * lines from one topic, and writes each word with how often it has been seen to another.
 */
public final class WordCount {
  private static final int REPLICAS = 3;
  private static final int COMMIT_INTERVAL_MS = 200;

  private WordCount() {}

  /** Bootstrap servers, application id, topic to read, topic to write, directory for its state. */
  public static void main(String[] arguments) throws InterruptedException {
    KafkaStreams streams =
        new KafkaStreams(
            topology(arguments[2], arguments[3]),
            settings(arguments[0], arguments[1], arguments[4]));
    CountDownLatch ended = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        failure -> {
          System.err.println("Counting has failed: " + failure);
          ended.countDown();
          return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    ended.await();
    System.exit(1);
  }

  private static Topology topology(String from, String to) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(from)
        .flatMapValues(line -> List.of(line.toLowerCase(Locale.ROOT).split(" ")))
        .groupBy((key, word) -> word, Grouped.with(Serdes.String(), Serdes.String()))
        .count()
        .toStream()
        .to(to, Produced.with(Serdes.String(), Serdes.Long()));
    return builder.build();
  }

  private static Properties settings(String bootstrapServers, String id, String stateDirectory) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, REPLICAS);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    return settings;
  }
}
