package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import io.barnabas.conformance.ClassPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One contender's turn at one measure: a broker that started in an empty directory.
 *
 * @param broker the running broker
 * @param contender whose turn it is
 * @param sizes how much to send
 * @param results where values go
 * @param classPaths for tools as child processes
 * @param scratch a directory for their output, which outlives the turn
 */
record Trial(
    BrokerProcess broker,
    Contender contender,
    Sizes sizes,
    Results results,
    ClassPaths classPaths,
    Path scratch) {

  /** What must be done under the meter. */
  interface Load {
    /** Carries it out; returns the bytes of record values that went through the broker. */
    long run() throws Exception;
  }

  /** Notes a value. */
  void add(String figure, double value) {
    results.add(figure, contender, value);
  }

  /** Carries out a load and notes what it cost the broker. */
  void metered(String figure, Load load) throws Exception {
    double before = ProcessUsage.of(broker.pid()).cpuSeconds();
    long bytes = load.run();
    double spent = ProcessUsage.of(broker.pid()).cpuSeconds() - before;
    add(figure + ": broker CPU s/GB", spent / (bytes / 1e9));
  }

  /** Creates a topic with the contender's settings and more, and waits until it takes records. */
  void createTopic(String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all = new HashMap<>(contender.topicSettings());
    all.putAll(settings);
    try (Admin admin = admin()) {
      NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(all);
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      throw new IOException("no topic " + name, e);
    }
    FirstRecord.await(broker.address(), name, partitions);
  }

  /** Deletes a topic, so that its data does not pile up. */
  void deleteTopic(String name) throws IOException, InterruptedException {
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(name)).all().get();
    } catch (ExecutionException e) {
      throw new IOException("topic " + name + " stays", e);
    }
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }
}
