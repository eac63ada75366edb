package io.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Groups outlive the broker that coordinates them. */
@OnEveryCluster
class ClusterGroupsTest {
  private static final int PARTITIONS = 4;

  private final ClusterSubject subject;

  ClusterGroupsTest(ClusterSubject subject) {
    this.subject = subject;
  }

  private GroupMember member(String group, String topic) {
    // Patient, as a killed broker may take a while to be noticed.
    return new GroupMember(
        subject.cluster().bootstrapServers(), group, topic, Map.of("session.timeout.ms", "30000"));
  }

  private int coordinatorOf(Admin admin, String group) throws Exception {
    return Objects.requireNonNull(
            admin.describeConsumerGroups(List.of(group)).all().get().get(group))
        .coordinator()
        .id();
  }

  @Test
  void aGroupOutlivesItsCoordinator() throws Exception {
    String topic =
        subject
            .newTopic(
                Map.of(
                    0,
                    List.of(1, 2, 3),
                    1,
                    List.of(2, 3, 1),
                    2,
                    List.of(3, 1, 2),
                    3,
                    List.of(1, 3, 2)),
                Map.of())
            .name();
    String group = "group-of-" + topic;
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      committed.put(new TopicPartition(topic, i), new OffsetAndMetadata(10 + i));
    }
    try (Admin admin = subject.admin();
        KafkaConsumer<String, String> assigned =
            new KafkaConsumer<>(
                GroupMember.settings(subject.cluster().bootstrapServers(), group, Map.of()))) {
      assigned.assign(committed.keySet());
      assigned.commitSync(committed);
      try (GroupMember first = member(group, topic);
          GroupMember second = member(group, topic)) {
        ClusterSubject.await(
            "two share", () -> GroupMember.isShared(PARTITIONS, List.of(first, second)));
        int coordinator = coordinatorOf(admin, group);
        subject.cluster().node(coordinator).kill();
        try {
          try (GroupMember third = member(group, topic)) {
            ClusterSubject.await(
                "three share",
                () -> GroupMember.isShared(PARTITIONS, List.of(first, second, third)));
            assertThat(coordinatorOf(admin, group)).isNotEqualTo(coordinator);
            assertThat(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get())
                .isEqualTo(committed);
          }
          ClusterSubject.await(
              "two share again", () -> GroupMember.isShared(PARTITIONS, List.of(first, second)));
        } finally {
          subject.cluster().node(coordinator).restart();
        }
      }
    }
  }
}
