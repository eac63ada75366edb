package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Twenty members over a hundred partitions come, leave, die and are held up. */
@OnEverySubject
class ManyMembersTest {
  private static final int PARTITIONS = 100;
  private static final int RECORDS_EACH_TIME = 5;
  private static final long LIMIT_MS = 120_000;

  private final Subject subject;
  private final Ownership ownership = new Ownership();
  private final List<WorkingMember> all = new ArrayList<>();
  private final Map<TopicPartition, Long> sent = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();

  ManyMembersTest(Subject subject) {
    this.subject = subject;
  }

  @AfterEach
  void close() {
    all.forEach(WorkingMember::resume);
    List<Throwable> failures = new ArrayList<>();
    for (WorkingMember member : all) {
      try {
        member.close();
      } catch (CompletionException e) {
        failures.add(e);
      }
    }
    assertThat(failures).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void eachPartitionHasOneOwnerAndIsReadOn(String protocol) throws Exception {
    String topic = subject.newTopic(PARTITIONS, Map.of()).name();
    for (int i = 0; i < PARTITIONS; i++) {
      sent.put(new TopicPartition(topic, i), 0L);
    }
    String group = protocol + "-group-of-" + topic;
    try (Admin admin = subject.admin();
        KafkaProducer<String, String> producer = producer()) {
      List<WorkingMember> members = new ArrayList<>();
      // Two that may be held up for six seconds at most; the others do not make anybody wait.
      join(members, 2, topic, settings(group, protocol, "6000"));
      List<WorkingMember> hurried = List.copyOf(members);
      join(members, 10, topic, settings(group, protocol, "300000"));
      awaitProgress("twelve have come", admin, producer, group, members);
      join(members, 8, topic, settings(group, protocol, "300000"));
      awaitProgress("twenty have come", admin, producer, group, members);

      part(members, 4).forEach(WorkingMember::close);
      awaitProgress("four have left", admin, producer, group, members);
      part(members, 4).forEach(WorkingMember::die);
      awaitProgress("four have died", admin, producer, group, members);
      hurried.forEach(WorkingMember::pause);
      members.removeAll(hurried);
      awaitProgress("two are held up", admin, producer, group, members);
      hurried.forEach(WorkingMember::resume);
      members.addAll(hurried);
      join(members, 8, topic, settings(group, protocol, "300000"));
      awaitProgress("two are back, and eight more", admin, producer, group, members);
    }
    assertThat(ownership.conflicts()).isEmpty();
    assertThat(ownership.size()).isGreaterThan(PARTITIONS * 3 / 2);
  }

  private void join(
      List<WorkingMember> members, int count, String topic, Map<String, Object> settings) {
    for (int i = 0; i < count; i++) {
      WorkingMember member = new WorkingMember(settings, topic, ownership);
      all.add(member);
      members.add(member);
    }
  }

  /** Takes the newest ones out. */
  private static List<WorkingMember> part(List<WorkingMember> members, int count) {
    List<WorkingMember> newest = members.subList(members.size() - count, members.size());
    List<WorkingMember> taken = List.copyOf(newest);
    newest.clear();
    return taken;
  }

  private Map<String, Object> settings(String group, String protocol, String pollLimitMs) {
    return GroupMember.settings(
        subject.broker().bootstrapServers(),
        group,
        Map.of("group.protocol", protocol, "max.poll.interval.ms", pollLimitMs));
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", subject.broker().bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  /** Waits until the members own all, and have committed what was sent before and now. */
  private void awaitProgress(
      String what,
      Admin admin,
      KafkaProducer<String, String> producer,
      String group,
      List<WorkingMember> members)
      throws Exception {
    List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
    for (TopicPartition partition : sent.keySet()) {
      for (int i = 0; i < RECORDS_EACH_TIME; i++) {
        acknowledged.add(
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), "", "")));
      }
    }
    for (Future<RecordMetadata> each : acknowledged) {
      each.get();
    }
    sent.replaceAll((partition, offset) -> offset + RECORDS_EACH_TIME);
    Await.until(
        what,
        LIMIT_MS,
        () -> {
          look(admin, group);
          return committed.equals(sent) && isShared(members);
        });
  }

  /** What is committed never goes back. */
  private void look(Admin admin, String group) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> seen =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    assertThat(seen.keySet()).containsAll(committed.keySet());
    seen.forEach(
        (partition, offset) -> {
          Long before = committed.put(partition, offset.offset());
          assertThat(offset.offset()).isGreaterThanOrEqualTo(before == null ? 0 : before);
        });
  }

  private static boolean isShared(List<WorkingMember> members) {
    List<TopicPartition> owned = new ArrayList<>();
    members.forEach(member -> owned.addAll(member.assignment()));
    Set<TopicPartition> each = new HashSet<>(owned);
    return owned.size() == PARTITIONS
        && each.size() == PARTITIONS
        && members.stream().noneMatch(member -> member.assignment().isEmpty());
  }
}
