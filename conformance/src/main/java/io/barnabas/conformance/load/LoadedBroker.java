package io.barnabas.conformance.load;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import io.barnabas.conformance.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Which broker takes the load, and what both programs do with it. */
enum LoadedBroker {
  /** This project's node, by its launcher. */
  BARNABAS,
  /** Apache Kafka. */
  APACHE_KAFKA;

  /** Starts it in an empty directory. */
  BrokerProcess start(ClassPaths paths, Path launcher, Path directory)
      throws IOException, InterruptedException {
    delete(directory);
    return switch (this) {
      case APACHE_KAFKA -> BrokerProcess.kafka(paths, directory, Map.of());
      case BARNABAS -> BrokerProcess.barnabas(List.of(launcher.toString()), directory, Map.of());
    };
  }

  /** Starts several nodes of it, which make a cluster, in an empty directory. */
  ClusterProcess startCluster(
      ClassPaths paths, Path launcher, Path directory, int size, Map<String, String> settings)
      throws IOException, InterruptedException {
    delete(directory);
    return switch (this) {
      case APACHE_KAFKA ->
          ClusterProcess.kafka(
              paths, directory, size, List.of("-Xmx1g", "-XX:+UseSerialGC"), settings);
      case BARNABAS ->
          ClusterProcess.barnabas(List.of(launcher.toString()), directory, size, settings);
    };
  }

  static void createTopic(
      BrokerProcess broker, String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    try (Admin admin = admin(broker)) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IOException("no topic " + name, e);
    }
  }

  static void deleteTopic(BrokerProcess broker, String name)
      throws IOException, InterruptedException {
    try (Admin admin = admin(broker)) {
      admin.deleteTopics(List.of(name)).all().get();
    } catch (ExecutionException e) {
      throw new IOException("topic " + name + " stays", e);
    }
  }

  /** Deletes a directory with all in it. */
  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Copies a directory with all in it, to where nothing is. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static Admin admin(BrokerProcess broker) {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
