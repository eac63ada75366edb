package io.barnabas.conformance;

import static io.barnabas.conformance.Requests.batch;
import static io.barnabas.conformance.Requests.error;
import static io.barnabas.conformance.Requests.only;
import static io.barnabas.conformance.Requests.produce;
import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.conformance.Subject.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What producers are promised while leaders change and replicas are away. */
@OnEveryCluster
class ClusterProducerTest {

  private static final int NEWEST = 13;

  private final ClusterSubject subject;

  ClusterProducerTest(ClusterSubject subject) {
    this.subject = subject;
  }

  /** Idempotent with five requests in flight, as the Java client is by default. */
  @Test
  void pipelinedRecordsAreThereOnceAndInOrderWhoeverLeads() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(2, 3, 1)), Map.of("min.insync.replicas", "2"));
    AtomicBoolean ended = new AtomicBoolean();
    List<String> sent = new ArrayList<>();
    List<Future<RecordMetadata>> answers = new ArrayList<>();
    Thread sender = Thread.ofVirtual().unstarted(() -> send(topic, ended, sent, answers));
    sender.start();
    try {
      for (int round = 0; round < 2; round++) {
        killTheLeader(topic);
        stopTheLeader(topic);
      }
    } finally {
      ended.set(true);
      sender.join();
    }
    assertThat(failures(answers)).as("%s, of %d records", subject, sent.size()).isEmpty();
    assertThat(sent).hasSizeGreaterThan(1_000);
    assertThat(subject.read(topic, 0)).isEqualTo(sent);
  }

  private static Map<Integer, String> failures(List<Future<RecordMetadata>> answers) {
    Map<Integer, String> failures = new TreeMap<>();
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i).state() == Future.State.FAILED) {
        failures.put(i, answers.get(i).exceptionNow().toString());
      }
    }
    return failures;
  }

  private void send(
      Topic topic, AtomicBoolean ended, List<String> sent, List<Future<RecordMetadata>> answers) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            subject.cluster().bootstrapServers(),
            "batch.size",
            200,
            "delivery.timeout.ms",
            120_000);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      while (!ended.get()) {
        String value = "value-" + sent.size();
        sent.add(value);
        answers.add(producer.send(new ProducerRecord<>(topic.name(), 0, "key", value)));
        Thread.sleep(2);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int leader(Topic topic) throws Exception {
    for (int node : subject.cluster().ids()) {
      int leader = subject.describe(node, topic.name()).partitions().getFirst().leaderId();
      if (leader > 0) {
        return leader;
      }
    }
    throw new AssertionError("nobody leads " + topic);
  }

  private void killTheLeader(Topic topic) throws Exception {
    int leader = leader(topic);
    subject.cluster().node(leader).kill();
    bringBack(topic, leader);
  }

  private void stopTheLeader(Topic topic) throws Exception {
    int leader = leader(topic);
    subject.cluster().node(leader).stop();
    bringBack(topic, leader);
  }

  private void bringBack(Topic topic, int node) throws Exception {
    try {
      subject.awaitOnEveryNode(
          topic.name(),
          told ->
              told.partitions().getFirst().leaderId() > 0
                  && told.partitions().getFirst().leaderId() != node);
    } finally {
      subject.cluster().node(node).restart();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 3);
  }

  @Test
  void whatIsAskedOfTooFewInSync() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of("min.insync.replicas", "2"));
    subject.cluster().node(2).kill();
    try {
      subject.awaitOnEveryNode(
          topic.name(), told -> told.partitions().getFirst().isrNodes().equals(List.of(1)));
      try (RawClient leader = subject.connect(1)) {
        // A node may tell of it before its replica knows. What is damaged is never in the log.
        MemoryRecords damaged = batch("damaged");
        damaged.buffer().put(damaged.sizeInBytes() - 1, (byte) 1);
        ClusterSubject.await(
            "the leader knows that it is alone",
            () ->
                error(produced(leader, NEWEST, produce(topic, 0, -1, damaged)).errorCode())
                    == Errors.NOT_ENOUGH_REPLICAS);
        // Refused before it is in the log.
        for (int version = 3; version <= NEWEST; version++) {
          var refused = produced(leader, version, produce(topic, 0, -1, batch("refused")));
          assertThat(error(refused.errorCode())).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
          assertThat(refused.baseOffset()).isEqualTo(-1);
        }
        leader.send(ApiKeys.PRODUCE, NEWEST, produce(topic, 0, 0, batch("none")));
        var taken = produced(leader, NEWEST, produce(topic, 0, 1, batch("one")));
        assertThat(error(taken.errorCode())).isEqualTo(Errors.NONE);
        assertThat(taken.baseOffset()).isEqualTo(1);
      }
    } finally {
      subject.cluster().node(2).restart();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 2);
    assertThat(subject.read(topic, 0)).containsExactly("none", "one");
  }

  @Test
  void whatIsNotReplicatedInTime() throws Exception {
    Topic topic = subject.newTopic(Map.of(0, List.of(1, 2)), Map.of("min.insync.replicas", "2"));
    subject.produce(topic, 0, List.of("first"));
    subject.cluster().node(2).pause();
    try (RawClient leader = subject.connect(1)) {
      var late = produced(leader, NEWEST, produce(topic, 0, -1, batch("late")).setTimeoutMs(300));
      assertThat(error(late.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
      assertThat(late.baseOffset()).isEqualTo(1);
      // It waits longer than the silent follower is held for one that takes part.
      var waiting =
          produced(leader, NEWEST, produce(topic, 0, -1, batch("later")).setTimeoutMs(15_000));
      if (subject.isBarnabas()) {
        // Said as soon as it is known that nothing will come of it; Kafka lets the time pass.
        assertThat(error(waiting.errorCode())).isEqualTo(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
      } else {
        assertThat(error(waiting.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
      }
    } finally {
      subject.cluster().node(2).resume();
    }
    subject.awaitOnEveryNode(
        topic.name(), told -> told.partitions().getFirst().isrNodes().size() == 2);
    assertThat(subject.read(topic, 0)).containsExactly("first", "late", "later");
  }

  private static ProduceResponseData.PartitionProduceResponse produced(
      RawClient client, int version, ProduceRequestData request) throws Exception {
    return only(client.call(ApiKeys.PRODUCE, version, request, ProduceResponseData.class));
  }
}
