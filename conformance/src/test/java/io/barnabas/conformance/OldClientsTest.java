package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Groups of which some members have Java clients of old releases, each in a process of its own:
 * they come, leave and are killed beside a member of the newest release, and each record is read
 * once, as the next one goes on where the last one has committed.
 */
@OnEverySubject
class OldClientsTest {
  private static final int PARTITIONS = 6;
  private static final int RECORDS = 5;
  private static final long LIMIT_MS = 120_000;

  private final Subject subject;
  private final List<MemberProcess> all = new ArrayList<>();
  private final Map<TopicPartition, Long> sent = new HashMap<>();

  OldClientsTest(Subject subject) {
    this.subject = subject;
  }

  @AfterEach
  void close() {
    all.forEach(MemberProcess::close);
  }

  @ParameterizedTest
  @CsvSource({"2.8, classic", "3.9, classic", "3.9, consumer"})
  void eachRecordIsReadOnce(String release, String protocol) throws Exception {
    String topic = subject.newTopic(PARTITIONS, Map.of()).name();
    for (int i = 0; i < PARTITIONS; i++) {
      sent.put(new TopicPartition(topic, i), 0L);
    }
    String group = "group-of-" + topic;
    try (Admin admin = subject.admin();
        KafkaProducer<String, String> producer = producer()) {
      MemberProcess first = start(release, topic, group, protocol);
      awaitAllRead("one of an old release", admin, producer, group, first);
      MemberProcess newest = start(MemberProcess.NEWEST, topic, group, protocol);
      awaitAllRead("beside one of the newest", admin, producer, group, first, newest);
      MemberProcess third = start(release, topic, group, protocol);
      awaitAllRead("a third one", admin, producer, group, first, newest, third);
      third.leave();
      awaitAllRead("without the one that left", admin, producer, group, first, newest);
      first.kill();
      awaitAllRead("without the one that was killed", admin, producer, group, newest);
      MemberProcess last = start(release, topic, group, protocol);
      awaitAllRead("one more", admin, producer, group, newest, last);
      newest.leave();
      awaitAllRead("the newest has left", admin, producer, group, last);
    }
    assertThat(offsetsRead()).isEqualTo(sent);
  }

  private MemberProcess start(String release, String topic, String group, String protocol)
      throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("bootstrap.servers", subject.broker().bootstrapServers());
    settings.put("group.id", group);
    if (protocol.equals("consumer")) {
      settings.put("group.protocol", protocol);
    } else {
      settings.put("session.timeout.ms", "6000");
      settings.put("heartbeat.interval.ms", "300");
    }
    String name = "member-%s-%s-%s-%d".formatted(subject, release, protocol, all.size());
    MemberProcess member = new MemberProcess(release, topic, settings, name);
    all.add(member);
    return member;
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", subject.broker().bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  /** Waits until these share all, and then until they have committed some more. */
  private void awaitAllRead(
      String what,
      Admin admin,
      KafkaProducer<String, String> producer,
      String group,
      MemberProcess... members)
      throws Exception {
    Await.until(what, LIMIT_MS, () -> isShared(members));
    List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
    for (TopicPartition partition : sent.keySet()) {
      for (int i = 0; i < RECORDS; i++) {
        acknowledged.add(
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), "", "")));
      }
    }
    for (Future<RecordMetadata> each : acknowledged) {
      each.get();
    }
    sent.replaceAll((partition, offset) -> offset + RECORDS);
    Await.until(
        what + ": all is committed",
        LIMIT_MS,
        () -> committed(admin, group).equals(sent) && offsetsRead().equals(sent));
  }

  private static Map<TopicPartition, Long> committed(Admin admin, String group) throws Exception {
    Map<TopicPartition, Long> committed = new HashMap<>();
    admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach((partition, offset) -> committed.put(partition, offset.offset()));
    return committed;
  }

  private static boolean isShared(MemberProcess... members) throws Exception {
    List<Integer> owned = new ArrayList<>();
    for (MemberProcess member : members) {
      if (member.partitions().size() != PARTITIONS / members.length) {
        return false;
      }
      owned.addAll(member.partitions());
    }
    return owned.stream().distinct().count() == PARTITIONS;
  }

  /** How far all has been read, each record once; fails if one was read twice or left out. */
  private Map<TopicPartition, Long> offsetsRead() throws Exception {
    Map<TopicPartition, Long> next = new HashMap<>();
    List<MemberProcess.Read> reads = new ArrayList<>();
    for (MemberProcess member : all) {
      reads.addAll(member.read());
    }
    reads.sort((a, b) -> Long.compare(a.first(), b.first()));
    String topic = sent.keySet().iterator().next().topic();
    for (MemberProcess.Read read : reads) {
      TopicPartition partition = new TopicPartition(topic, read.partition());
      assertThat(read.first()).as(partition.toString()).isEqualTo(next.getOrDefault(partition, 0L));
      next.put(partition, read.last() + 1);
    }
    return next;
  }
}
