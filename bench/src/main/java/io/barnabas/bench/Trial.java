package io.barnabas.bench;

import io.barnabas.conformance.BrokerProcess;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One contender's turn on one node.
 *
 * @param broker the running broker
 * @param turn whose turn it is, and where values go
 */
record Trial(BrokerProcess broker, Turn turn) implements Figures {

  Contender contender() {
    return turn.contender();
  }

  Sizes sizes() {
    return turn.sizes();
  }

  @Override
  public void add(String figure, double value) {
    turn.add(figure, value);
  }

  /** Carries out a load and notes what it cost the broker. */
  void metered(String figure, Load load) throws Exception {
    metered(List.of(broker.pid()), figure, load);
  }

  /** Kafka's own programs, pointed at the broker. */
  KafkaTools tools() {
    return new KafkaTools(broker.bootstrapServers(), turn.classPaths(), turn.scratch());
  }

  /** Creates a topic with the contender's settings and more, and waits until it takes records. */
  void createTopic(String name, int partitions, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all = new HashMap<>(contender().topicSettings());
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
